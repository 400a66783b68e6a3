// Grafana Faro with its tracing, as its documentation sets it up.
import { getWebInstrumentations, initializeFaro } from '@grafana/faro-web-sdk';
import { TracingInstrumentation } from '@grafana/faro-web-tracing';

const { tracing, ...config } = window.shop.rum;
window.rum = initializeFaro({
  ...config,
  instrumentations: [...getWebInstrumentations(), new TracingInstrumentation(tracing)],
});
