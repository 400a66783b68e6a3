// Traced by SkyWalking's agent for Node.js (sw8, skywalking-backend-js): HTTP by its plugins, the stock's span by hand.
import { createRequire } from 'node:module';

import { endpoint, service, stockAttributes } from './shop_stock.mjs';

const { default: agent, ContextManager } = createRequire(import.meta.url)('skywalking-backend-js');

class Tracing {
  server(name, headers, body) {
    return body(ContextManager.current.traceId());
  }

  client(span, name, url, body) {
    return body({});
  }

  queryStock(parent, error) {
    const span = ContextManager.current.newLocalSpan('query-stock');
    span.start();
    Object.entries(stockAttributes).forEach(([key, value]) => span.tag({ key, val: String(value), overridable: true }));
    span.error(error);
    span.stop();
  }

  async close() {
    await agent.flush();
  }
}

export function start() {
  process.env.SW_AGENT_LOGGING_LEVEL ??= 'warn';
  agent.start({ serviceName: service, serviceInstance: `${service}-1`, collectorAddress: endpoint });
  return new Tracing();
}
