// Sends the trace of one order with the OpenTelemetry SDK for Node.js and prints its id.
// Usage: node send_order.mjs grpc|http/protobuf|http/json <endpoint> <service name>
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const [protocol, endpoint, service] = process.argv.slice(2);
const exporters = {
  grpc: () => new GrpcExporter({ url: endpoint }),
  'http/protobuf': () => new ProtobufExporter({ url: `${endpoint}/v1/traces` }),
  'http/json': () => new JsonExporter({ url: `${endpoint}/v1/traces` }),
};
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': service, 'service.version': '1.2.3' }),
  spanProcessors: [new BatchSpanProcessor(exporters[protocol]())],
});
const tracer = provider.getTracer('clew.test', '0.1.0');

const earlier = tracer.startSpan('earlier order', { root: true });
earlier.end();

const root = tracer.startSpan('POST /orders', {
  kind: SpanKind.SERVER,
  attributes: {
    'http.request.method': 'POST', 'http.response.status_code': 500, 'order.total': 12.5, 'order.express': true,
    'order.skus': ['a-1', 'b-2'], 'order.note': 'für Käthe 登山',
  },
  links: [{ context: earlier.spanContext(), attributes: { reason: 'reorder' } }],
});
const inRoot = trace.setSpan(context.active(), root);

const query = tracer.startSpan('SELECT orders', {
  kind: SpanKind.CLIENT, attributes: { 'db.system': 'postgresql', 'db.statement': 'SELECT 1' },
}, inRoot);
query.addEvent('rows', { count: 3 });
query.setStatus({ code: SpanStatusCode.OK });
query.end();

const publish = tracer.startSpan('orders publish', {
  kind: SpanKind.PRODUCER, attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' },
}, inRoot);
const consume = tracer.startSpan('orders process', { kind: SpanKind.CONSUMER }, trace.setSpan(inRoot, publish));
consume.end();
publish.end();

const charge = tracer.startSpan('charge', {}, inRoot);
charge.recordException(new Error('card declined'));
charge.setStatus({ code: SpanStatusCode.ERROR, message: 'card declined' });
charge.end();
root.setStatus({ code: SpanStatusCode.ERROR, message: 'order failed' });
root.end();

await provider.shutdown();
console.log(root.spanContext().traceId);
