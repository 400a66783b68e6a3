// OpenTelemetry for the web: spans of fetch and its browser events over OTLP/HTTP, with sessions by its own session manager.
import { logs } from '@opentelemetry/api-logs';
import { ErrorsInstrumentation } from '@opentelemetry/browser-instrumentation/experimental/errors';
import { NavigationInstrumentation } from '@opentelemetry/browser-instrumentation/experimental/navigation';
import { NavigationTimingInstrumentation } from '@opentelemetry/browser-instrumentation/experimental/navigation-timing';
import { ResourceTimingInstrumentation } from '@opentelemetry/browser-instrumentation/experimental/resource-timing';
import { UserActionInstrumentation } from '@opentelemetry/browser-instrumentation/experimental/user-action';
import { WebVitalsInstrumentation } from '@opentelemetry/browser-instrumentation/experimental/web-vitals';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web';
import {
  createDefaultSessionIdGenerator, createSessionLogRecordProcessor, createSessionManager, createSessionSpanProcessor, createLocalStorageSessionStore,
} from '@opentelemetry/web-common';

const { url, headers, service, version } = window.shop.rum;
const delay = { scheduledDelayMillis: 200 };
const sessions = createSessionManager({
  sessionIdGenerator: createDefaultSessionIdGenerator(), sessionStore: createLocalStorageSessionStore(), maxDuration: 7200, inactivityTimeout: 1800,
});
sessions.start();
const resource = resourceFromAttributes({ 'service.name': service, 'service.version': version });
new WebTracerProvider({
  resource,
  spanProcessors: [createSessionSpanProcessor(sessions), new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces`, headers }), delay)],
}).register();
logs.setGlobalLoggerProvider(new LoggerProvider({
  resource,
  processors: [createSessionLogRecordProcessor(sessions), new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${url}/v1/logs`, headers }), ...delay })],
}));
registerInstrumentations({
  instrumentations: [
    new FetchInstrumentation({ ignoreUrls: [/\/v1\/(traces|logs)$/], propagateTraceHeaderCorsUrls: [/\/open\//] }),
    new ErrorsInstrumentation(), new NavigationInstrumentation(), new NavigationTimingInstrumentation(), new ResourceTimingInstrumentation(),
    new UserActionInstrumentation(), new WebVitalsInstrumentation(),
  ],
});
window.rum = { session: () => sessions.getSessionId() };
