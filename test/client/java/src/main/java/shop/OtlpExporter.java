package shop;

import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.trace.export.SpanExporter;

/** Apart, because it is not on the class path of the SDK that has the other one. */
final class OtlpExporter {
  static SpanExporter create() {
    return OtlpHttpSpanExporter.builder().setEndpoint(ShopService.ENDPOINT + "/v1/traces").setCompression("gzip").build();
  }
}
