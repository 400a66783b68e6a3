import http from 'node:http';
import { context, propagation, SpanKind } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

// Spans go to OTEL_EXPORTER_OTLP_ENDPOINT.
const provider = new NodeTracerProvider({
  resource: defaultResource().merge(resourceFromAttributes({ 'service.name': 'hello' })),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();
const tracer = provider.getTracer('hello');

http.createServer((request, response) => {
  const caller = propagation.extract(context.active(), request.headers);
  const span = tracer.startSpan('GET /', { kind: SpanKind.SERVER }, caller);
  response.end('hello\n');
  span.end();
}).listen(process.env.PORT ?? 8080, '127.0.0.1');
