// Sends log records and metrics of one order with the OpenTelemetry SDK for Node.js and prints the id of their trace.
// Usage: node send_signals.mjs grpc|http/protobuf|http/json <endpoint> <service name>
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as GrpcLogs } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonLogs } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogs } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as GrpcMetrics } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetrics } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const [protocol, endpoint, service] = process.argv.slice(2);
const exporters = {
  grpc: () => [new GrpcLogs({ url: endpoint }), new GrpcMetrics({ url: endpoint })],
  'http/protobuf': () => [new ProtobufLogs({ url: `${endpoint}/v1/logs` }), new ProtobufMetrics({ url: `${endpoint}/v1/metrics` })],
  'http/json': () => [new JsonLogs({ url: `${endpoint}/v1/logs` }), new JsonMetrics({ url: `${endpoint}/v1/metrics` })],
};
const [logExporter, metricExporter] = exporters[protocol]();
const resource = resourceFromAttributes({ 'service.name': service, 'service.version': '1.2.3' });
const logs = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor(logExporter)] });
const metrics = new MeterProvider({
  resource,
  views: [{ instrumentName: 'order.size', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
  readers: [new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 60_000 })],
});

const span = new NodeTracerProvider({ resource }).getTracer('clew.test').startSpan('POST /orders');
const context = trace.setSpan(ROOT_CONTEXT, span);
const logger = logs.getLogger('clew.test', '0.1.0');
logger.emit({
  context, severityNumber: SeverityNumber.INFO, severityText: 'INFO', body: 'order placed',
  attributes: { 'order.id': 17, 'order.express': true, 'order.total': 12.5, 'order.note': 'für Käthe 登山' },
});
logger.emit({
  context, severityNumber: SeverityNumber.ERROR, severityText: 'ERROR', eventName: 'card.declined',
  body: { what: 'card declined', tries: 3 }, attributes: { 'order.id': 17 },
});
const meter = metrics.getMeter('clew.test', '0.1.0');
const counter = meter.createCounter('orders', { unit: '{order}', description: 'Orders placed' });
counter.add(2, { express: true });
counter.add(5, { express: false });
meter.createUpDownCounter('orders.open').add(-1);
meter.createGauge('queue.length', { unit: '{item}' }).record(4.5);
const duration = meter.createHistogram('order.duration', { unit: 's' });
for (const seconds of [0.5, 7, 30]) duration.record(seconds, { express: true }, context);
const size = meter.createHistogram('order.size');
for (const items of [1, 2, 300]) size.record(items);
await logs.shutdown();
await metrics.shutdown();
console.log(span.spanContext().traceId);
