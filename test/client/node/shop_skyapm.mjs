// Traced by skyapm-nodejs, the agent for SkyWalking 6 (sw6): HTTP by its plugin, the stock's span by hand.
import { createRequire } from 'node:module';

import { database, endpoint, service, statement, stockAttributes } from './shop_stock.mjs';

// It logs through debug, errors too.
process.env.DEBUG = 'skyapm:warn,skyapm:error';
const require = createRequire(import.meta.url);
const agent = require('skyapm-nodejs');
const config = require('skyapm-nodejs/lib/config');
const { Components } = require('skyapm-nodejs/lib/trace/component-define');
const { Layers } = require('skyapm-nodejs/lib/trace/span-layer');
const Tags = require('skyapm-nodejs/lib/trace/tags');

class Tracing {
  server(name, headers, body) {
    const segment = agent._contextManager.activeTraceContext().traceSegment();
    let traceId;
    segment.fetchRefsInfo((refs) => { traceId = refs[0].getPrimaryDistributedTraceId(); },
      () => { traceId = segment.traceSegmentId().encode(); });
    return body(traceId);
  }

  client(span, name, url, body) {
    return body({});
  }

  queryStock(parent, error) {
    const span = agent._contextManager.createLocalSpan('query-stock');
    span.component({ getId: () => 0 });
    Object.entries(stockAttributes).forEach(([key, value]) => span.tag(key, String(value)));
    span.log({ number: error.name, description: error.message });
    span.errorOccurred();
    agent._contextManager.finishSpan(span);
  }

  async queryDatabase(parent, wait) {
    const span = agent._contextManager.createExitSpan('SELECT orders', `${database}:3306`);
    span.component(Components.MYSQL);
    span.spanLayer(Layers.DB);
    Tags.DB_TYPE.tag(span, 'sql');
    Tags.DB_INSTANCE.tag(span, database);
    Tags.DB_STATEMENT.tag(span, statement);
    await wait();
    agent._contextManager.finishSpan(span);
  }

  close() {
    return new Promise((resolve) => { setTimeout(resolve, 1200); });  // It sends each second and cannot be asked to flush.
  }
}

// It drops its spans until it is registered.
export async function start() {
  agent.start({ serviceName: service, instanceUUID: `${service}-1`, directServers: endpoint });
  while (config.getInstanceId() === undefined) {
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  return new Tracing();
}
