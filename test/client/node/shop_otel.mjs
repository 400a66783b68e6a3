// Traced by OpenTelemetry's SDK. SHOP_PROTOCOL: grpc, http/protobuf, http/json; SHOP_PROPAGATION: tracecontext, b3, b3multi, jaeger.
import { context, defaultTextMapGetter, defaultTextMapSetter, diag, DiagConsoleLogger, DiagLogLevel, SpanKind, SpanStatusCode,
  trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3';
import { JaegerPropagator } from '@opentelemetry/propagator-jaeger';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

import { database, endpoint, propagation, protocol, service, statement, stockAttributes } from './shop_stock.mjs';

const exporters = {
  grpc: () => new GrpcExporter({ url: endpoint }),
  'http/protobuf': () => new ProtobufExporter({ url: `${endpoint}/v1/traces` }),
  'http/json': () => new JsonExporter({ url: `${endpoint}/v1/traces` }),
};
const propagators = {
  tracecontext: () => new W3CTraceContextPropagator(),
  b3: () => new B3Propagator(),
  b3multi: () => new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
  jaeger: () => new JaegerPropagator(),
};

class Tracing {
  constructor() {
    this.provider = new NodeTracerProvider({
      resource: defaultResource().merge(resourceFromAttributes({ 'service.name': service, 'service.version': '1.2.3' })),
      spanProcessors: [new BatchSpanProcessor(exporters[protocol](), { scheduledDelayMillis: 200 })],
    });
    this.tracer = this.provider.getTracer('shop');
    this.propagator = propagators[propagation]();
  }

  async server(name, headers, body) {
    const parent = this.propagator.extract(context.active(), headers, defaultTextMapGetter);
    const span = this.tracer.startSpan(name, {
      kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET', 'http.response.status_code': 200 },
    }, parent);
    const result = await body(span.spanContext().traceId, trace.setSpan(parent, span));
    span.end();
    return result;
  }

  async client(parent, name, url, body) {
    const span = this.tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: { 'url.full': url } }, parent);
    const headers = {};
    this.propagator.inject(trace.setSpan(parent, span), headers, defaultTextMapSetter);
    const result = await body(headers);
    span.end();
    return result;
  }

  queryStock(parent, error) {
    const span = this.tracer.startSpan('query-stock', { attributes: stockAttributes }, parent);
    span.recordException(error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    span.end();
  }

  async queryDatabase(parent, wait) {
    const span = this.tracer.startSpan('SELECT orders', {
      kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql', 'db.namespace': database, 'db.query.text': statement },
    }, parent);
    await wait();
    span.end();
  }

  close() {
    return this.provider.shutdown();
  }
}

export function start() {
  diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
  return new Tracing();
}
