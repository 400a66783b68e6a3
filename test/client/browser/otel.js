// OpenTelemetry for the web: spans of fetch and log events over OTLP/HTTP, with the session's id as the conventions have it.
import { logs, SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web';

const { url, headers, service, version, session, user } = window.shop.rum;
const resource = resourceFromAttributes({ 'service.name': service, 'service.version': version });
// What @opentelemetry/web-common's processors do: each record says whose it is.
const ofSession = { 'session.id': session, 'user.id': user };
const sessionSpans = {
  onStart: (span) => span.setAttributes(ofSession), onEnd() {}, forceFlush: async () => {}, shutdown: async () => {},
};

const spans = new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces`, headers }), { scheduledDelayMillis: 200 });
const tracers = new WebTracerProvider({ resource, spanProcessors: [sessionSpans, spans] });
tracers.register();
registerInstrumentations({
  instrumentations: [new FetchInstrumentation({ ignoreUrls: [/\/v1\/(traces|logs)$/], propagateTraceHeaderCorsUrls: window.shop.rum.propagate ?? [] })],
});

const records = new BatchLogRecordProcessor(new OTLPLogExporter({ url: `${url}/v1/logs`, headers }), { scheduledDelayMillis: 200 });
const loggers = new LoggerProvider({ resource, processors: [records] });
logs.setGlobalLoggerProvider(loggers);
const logger = logs.getLogger('browser', '1');

window.rum = {
  emit: (eventName, attributes, body) => logger.emit({
    eventName, body, severityNumber: SeverityNumber.INFO, attributes: { ...ofSession, ...attributes },
  }),
  flush: () => Promise.all([tracers.forceFlush(), loggers.forceFlush()]),
};
