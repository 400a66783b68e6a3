// Traced by SkyWalking's agent for Node.js (sw8, skywalking-backend-js): HTTP by its plugins, the stock's span by hand.
import { createRequire } from 'node:module';

import { database, endpoint, service, statement, stockAttributes } from './shop_stock.mjs';

const require = createRequire(import.meta.url);
const { default: agent, ContextManager } = require('skywalking-backend-js');
const { default: Tag } = require('skywalking-backend-js/lib/Tag');
const { Component } = require('skywalking-backend-js/lib/trace/Component');
const { SpanLayer } = require('skywalking-backend-js/lib/proto/language-agent/Tracing_pb');

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

  async queryDatabase(parent, wait) {
    const span = ContextManager.current.newExitSpan('SELECT orders', Component.POSTGRESQL);
    span.start();
    Object.assign(span, { component: Component.POSTGRESQL, layer: SpanLayer.DATABASE, peer: `${database}:5432` });
    [Tag.dbType('PostgreSQL'), Tag.dbInstance(database), Tag.dbStatement(statement)].forEach((tag) => span.tag(tag));
    await wait();
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
