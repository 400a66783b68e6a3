// Traced by jaeger-client: thrift binary over UDP (SHOP_ENDPOINT host:port) or over HTTP (SHOP_PROTOCOL http, a URL).
// Its ids have 64 bits unless SHOP_PROPAGATION is 128.
import { createRequire } from 'node:module';

import { database, endpoint, propagation, protocol, service, statement, stockAttributes } from './shop_stock.mjs';

const require = createRequire(import.meta.url);
const { initTracer } = require('jaeger-client');
const { FORMAT_HTTP_HEADERS, Tags } = require('opentracing');

class Tracing {
  constructor() {
    const [agentHost, agentPort] = endpoint.split(':');
    const reporter = protocol === 'http' ? { collectorEndpoint: endpoint } : { agentHost, agentPort: Number(agentPort) };
    this.tracer = initTracer(
      { serviceName: service, sampler: { type: 'const', param: 1 }, reporter: { ...reporter, flushIntervalMs: 200 },
        traceId128bit: propagation === '128' },
      { tags: { 'service.version': '1.2.3' }, logger: { info() {}, error: (text) => console.error('ERROR', text) } },
    );
  }

  async server(name, headers, body) {
    const childOf = this.tracer.extract(FORMAT_HTTP_HEADERS, headers);
    const span = this.tracer.startSpan(name, { childOf, tags: {
      [Tags.SPAN_KIND]: Tags.SPAN_KIND_RPC_SERVER, [Tags.HTTP_METHOD]: 'GET', [Tags.HTTP_STATUS_CODE]: 200 } });
    const result = await body(span.context().traceIdStr, span);
    span.finish();
    return result;
  }

  async client(childOf, name, url, body) {
    const span = this.tracer.startSpan(name, { childOf, tags: {
      [Tags.SPAN_KIND]: Tags.SPAN_KIND_RPC_CLIENT, [Tags.HTTP_URL]: url } });
    const headers = {};
    this.tracer.inject(span, FORMAT_HTTP_HEADERS, headers);
    const result = await body(headers);
    span.finish();
    return result;
  }

  queryStock(childOf, error) {
    const span = this.tracer.startSpan('query-stock', { childOf, tags: { ...stockAttributes, [Tags.ERROR]: true } });
    span.log({ event: 'error', 'error.kind': error.name, message: error.message });
    span.finish();
  }

  async queryDatabase(childOf, wait) {
    const span = this.tracer.startSpan('SELECT orders', { childOf, tags: {
      [Tags.SPAN_KIND]: Tags.SPAN_KIND_RPC_CLIENT, [Tags.DB_TYPE]: 'sql', [Tags.DB_INSTANCE]: database,
      [Tags.DB_STATEMENT]: statement } });
    await wait();
    span.finish();
  }

  close() {
    return new Promise((resolve) => { this.tracer.close(resolve); });
  }
}

export function start() {
  return new Tracing();
}
