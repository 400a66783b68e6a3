// Traced by zipkin-js. SHOP_PROTOCOL: v1, v2 (JSON both).
import zipkin from 'zipkin';
import zipkinTransport from 'zipkin-transport-http';

import { database, endpoint, protocol, service, statement, stockAttributes } from './shop_stock.mjs';

const { Annotation, BatchRecorder, ExplicitContext, HttpHeaders, jsonEncoder, option, Tracer, TraceId } = zipkin;
const quiet = { error: (text) => console.error('ERROR', text), info() {}, warn: (text) => console.error('warning', text) };

class Tracing {
  constructor() {
    this.logger = new zipkinTransport.HttpLogger({
      endpoint: `${endpoint}/api/${protocol}/spans`, jsonEncoder: protocol === 'v1' ? jsonEncoder.JSON_V1 : jsonEncoder.JSON_V2,
      httpInterval: 200, log: quiet,
    });
    this.recorder = new BatchRecorder({ logger: this.logger });
    this.tracer = new Tracer({ ctxImpl: new ExplicitContext(), recorder: this.recorder, localServiceName: service,
      traceId128Bit: true });
  }

  record(id, ...annotations) {
    this.tracer.letId(id, () => annotations.forEach((each) => this.tracer.recordAnnotation(each)));
  }

  incoming(headers) {
    const read = (name) => headers[name.toLowerCase()];
    if (read(HttpHeaders.TraceId) === undefined) {
      return this.tracer.createRootId();
    }
    const parent = read(HttpHeaders.ParentSpanId);
    const sampled = read(HttpHeaders.Sampled);
    return this.tracer.join(new TraceId({
      traceId: read(HttpHeaders.TraceId), spanId: read(HttpHeaders.SpanId), sampled: sampled === undefined ? option.None : new option.Some(sampled === '1'),
      parentId: parent === undefined ? option.None : new option.Some(parent) }));
  }

  async server(name, headers, body) {
    const id = this.incoming(headers);
    this.record(id, new Annotation.ServiceName(service), new Annotation.Rpc(name), new Annotation.ServerRecv());
    this.tracer.letId(id, () => {
      this.tracer.recordBinary('http.method', 'GET');
      this.tracer.recordBinary('http.status_code', '200');
    });
    const result = await body(id.traceId, id);
    this.record(id, new Annotation.ServerSend());
    return result;
  }

  async client(parent, name, url, body) {
    const id = this.tracer.letId(parent, () => this.tracer.createChildId());
    this.record(id, new Annotation.ServiceName(service), new Annotation.Rpc(name), new Annotation.ClientSend());
    this.tracer.letId(id, () => this.tracer.recordBinary('http.url', url));
    const result = await body({ [HttpHeaders.TraceId]: id.traceId, [HttpHeaders.SpanId]: id.spanId,
      [HttpHeaders.ParentSpanId]: id.parentSpanId.getOrElse(''), [HttpHeaders.Sampled]: '1' });
    this.record(id, new Annotation.ClientRecv());
    return result;
  }

  queryStock(parent, error) {
    const id = this.tracer.letId(parent, () => this.tracer.createChildId());
    this.record(id, new Annotation.ServiceName(service), new Annotation.LocalOperationStart('query-stock'),
      new Annotation.Message('looked'));
    this.tracer.letId(id, () => {
      Object.entries(stockAttributes).forEach(([key, value]) => this.tracer.recordBinary(key, String(value)));
      this.tracer.recordBinary('error', error.message);
    });
    this.record(id, new Annotation.LocalOperationStop());
  }

  async queryDatabase(parent, wait) {
    const id = this.tracer.letId(parent, () => this.tracer.createChildId());
    this.record(id, new Annotation.ServiceName(service), new Annotation.Rpc('select orders'), new Annotation.ClientSend(),
      new Annotation.ServerAddr({ serviceName: database, port: 5432 }));
    this.tracer.letId(id, () => this.tracer.recordBinary('sql.query', statement));
    await wait();
    this.record(id, new Annotation.ClientRecv());
  }

  close() {
    return new Promise((resolve) => { setTimeout(resolve, 400); });  // Two of its intervals: it cannot be asked to flush.
  }
}

export function start() {
  return new Tracing();
}
