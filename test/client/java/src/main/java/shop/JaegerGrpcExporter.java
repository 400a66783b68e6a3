package shop;

import io.opentelemetry.exporter.jaeger.JaegerGrpcSpanExporter;
import io.opentelemetry.sdk.trace.export.SpanExporter;

/** Jaeger's model over gRPC, as OpenTelemetry's SDK for Java could send it until 1.34. */
final class JaegerGrpcExporter {
  @SuppressWarnings("deprecation")
  static SpanExporter create() {
    return JaegerGrpcSpanExporter.builder().setEndpoint(ShopService.ENDPOINT).build();
  }
}
