// What to put into a web page or mini-program. The SDKs and their configuration are those that test/system sends through a real
// Chromium (test/client/browser); unlike the recipes of services nothing is run on a terminal but the installation.
import type { Recipe } from './recipes';

const kApp = 'my-shop';
const kRum = { door: 'rum_arms', setting: 'listen.main', default_port: 7070 };
const kEndpoint = `http://{host}:{port}/rum/web/v2?workspace=default&service_id=${kApp}`;
const kTracing = `  tracing: {
    enable: true,
    sample: 100, // Percent of requests.
    // What the backend reads: 'tracecontext', 'b3', 'b3multi', 'jaeger' or 'sw8'.
    propagatorTypes: ['tracecontext'],
    // APIs of other origins; the page's own is traced unasked.
    allowedUrls: ['https://api.shop.example'],
  },`;

function recipe(part: Partial<Recipe> & Pick<Recipe, 'id' | 'language' | 'library' | 'code' | 'file'>): Recipe {
  return { protocol: 'RUM', version: '', install: [], environment: [], run: '', ...kRum, ...part };
}

export const kBrowserRecipes: readonly Recipe[] = [
  recipe({
    id: 'browser-arms-npm', language: 'ARMS npm', library: '@arms/rum-browser', version: '0.0.37', install: ['npm install @arms/rum-browser@0.0.37'], file: 'rum.js',
    code: `import ArmsRum from '@arms/rum-browser';

ArmsRum.init({
  pid: '${kApp}',
  endpoint: '${kEndpoint}',
  env: 'prod',
  version: '1.0.0', // Releases are compared by it.
  user: { name: 'ada' },
  spaMode: 'history',
  collectors: { longtask: true }, // All others are on.
${kTracing}
});
`,
  }),
  recipe({
    id: 'browser-arms-cdn', language: 'ARMS CDN', library: '@arms/rum-browser', version: '0.0.37', file: 'index.html',
    install: ['npm pack @arms/rum-browser@0.0.37 && tar xzf arms-rum-browser-0.0.37.tgz package/dist/browser-sdk.js'],
    code: `<!-- First in <head>; browser-sdk.js is a file of yours, or https://sdk.rum.aliyuncs.com/v2/browser-sdk.js -->
<script>
window.__rum = {
  pid: '${kApp}',
  endpoint: '${kEndpoint}',
  env: 'prod',
  version: '1.0.0',
  spaMode: 'history',
${kTracing}
};
</script>
<script src="/browser-sdk.js" crossorigin></script>
`,
  }),
  recipe({
    id: 'browser-arms-switch', language: 'ARMS → Clew', library: '@arms/rum-browser', file: 'rum.js',
    code: `ArmsRum.init({
  pid: 'abc123@0123456789abcde',           // As it is.
- endpoint: 'https://abc123-default-cn.rum.aliyuncs.com',
+ endpoint: 'http://{host}:{port}/rum/web/v2?workspace=default',
  // All else as it is. For remote configuration:
+ remoteConfig: { enable: true, url: 'http://{host}:{port}/rum/config/abc123@0123456789abcde' },
});
`,
  }),
  recipe({
    id: 'browser-mini', language: 'Mini-program', library: '@arms/rum-miniapp', file: 'app.js', install: ['npm install @arms/rum-miniapp'],
    code: `import ArmsRum from '@arms/rum-miniapp';

ArmsRum.init({
  pid: '${kApp}',
  endpoint: 'https://{host}:{port}/rum/web/v2?workspace=default&service_id=${kApp}', // HTTPS, as the platforms demand.
  version: '1.0.0',
  tracing: {
    enable: true,
    propagatorTypes: ['tracecontext'],
    allowedUrls: ['https://api.shop.example'], // Needed: a mini-program has no origin of its own.
  },
});
`,
  }),
  recipe({
    id: 'browser-electron', language: 'Electron', library: '@arms/rum-electron', version: '0.0.9', file: 'main.js', install: ['npm install @arms/rum-electron@0.0.9'],
    code: `import armsRum from '@arms/rum-electron'; // First of all in the main process.

armsRum.init({
  endpoint: '${kEndpoint}', // A host name that is not your API's.
  version: '1.0.0',
  env: 'prod',
  spaMode: 'history',
  tracing: { enable: true, sample: 100, propagatorTypes: ['tracecontext'] }, // Requests of the main process.
  collectors: { memory: true, anr: { enable: true } }, // All others are on.
});
`,
  }),
  recipe({
    id: 'browser-faro', language: 'Faro', library: '@grafana/faro-web-sdk', version: '2.12.1', file: 'rum.js', door: 'rum_faro',
    install: ['npm install @grafana/faro-web-sdk@2.12.1 @grafana/faro-web-tracing@2.12.1'],
    code: `import { getWebInstrumentations, initializeFaro } from '@grafana/faro-web-sdk';
import { TracingInstrumentation } from '@grafana/faro-web-tracing';

initializeFaro({
  url: 'http://{host}:{port}/collect',
  app: { name: '${kApp}', version: '1.0.0', environment: 'prod' },
  instrumentations: [
    ...getWebInstrumentations(),
    new TracingInstrumentation({ instrumentationOptions: { propagateTraceHeaderCorsUrls: [/^https:\\/\\/api\\.shop\\.example/] } }),
  ],
});
`,
  }),
  recipe({
    id: 'browser-skywalking', language: 'SkyWalking', library: 'skywalking-client-js', version: '1.1.0', file: 'rum.js', door: 'rum_skywalking',
    install: ['npm install skywalking-client-js@1.1.0'],
    code: `import ClientMonitor from 'skywalking-client-js';

ClientMonitor.register({
  collector: 'http://{host}:{port}',
  service: '${kApp}',
  serviceVersion: '1.0.0',
  pagePath: location.pathname,
  useWebVitals: true,
  noTraceOrigins: [/^https:\\/\\/third\\.example/], // All others get the sw8 header.
});
`,
  }),
  recipe({
    id: 'browser-otel', language: 'OpenTelemetry', library: '@opentelemetry/sdk-trace-web', version: '2.2.0', file: 'rum.js', door: 'otlp_http/json', protocol: 'OTLP/HTTP',
    install: ['npm install @opentelemetry/sdk-trace-web@2.2.0 @opentelemetry/resources@2.2.0 @opentelemetry/exporter-trace-otlp-http@0.208.0 @opentelemetry/instrumentation@0.208.0 @opentelemetry/instrumentation-fetch@0.208.0'],
    code: `import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web';

// The session's id makes these spans part of a visit; keep it for as long as the tab lives.
const session = sessionStorage.session ??= crypto.randomUUID();
const ofSession = { onStart: (span) => span.setAttribute('session.id', session), onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };

const provider = new WebTracerProvider({
  resource: resourceFromAttributes({ 'service.name': '${kApp}', 'service.version': '1.0.0' }),
  spanProcessors: [ofSession, new BatchSpanProcessor(new OTLPTraceExporter({ url: 'http://{host}:{port}/v1/traces' }))],
});
provider.register();
registerInstrumentations({
  instrumentations: [new FetchInstrumentation({ ignoreUrls: [/\\/v1\\/traces$/], propagateTraceHeaderCorsUrls: [/^https:\\/\\/api\\.shop\\.example/] })],
});
`,
  }),
];
