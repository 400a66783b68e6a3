package shop;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.extension.trace.propagation.B3Propagator;
import io.opentelemetry.extension.trace.propagation.JaegerPropagator;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * OpenTelemetry's SDK by hand. SHOP_PROTOCOL: jaeger-grpc, else OTLP over HTTP; SHOP_PROPAGATION: tracecontext, b3, b3multi,
 * jaeger.
 */
final class OpenTelemetryTracing implements Tracing {
  private final SdkTracerProvider provider = SdkTracerProvider.builder()
      .addSpanProcessor(BatchSpanProcessor.builder(
              ShopService.PROTOCOL.equals("jaeger-grpc") ? JaegerGrpcExporter.create() : OtlpExporter.create())
          .setScheduleDelay(Duration.ofMillis(200)).build())
      .setResource(Resource.getDefault().merge(Resource.create(Attributes.of(
          AttributeKey.stringKey("service.name"), ShopService.NAME, AttributeKey.stringKey("service.version"), "1.2.3"))))
      .build();
  private final Tracer tracer = provider.get("shop");
  private final TextMapPropagator propagator = switch (ShopService.PROPAGATION) {
    case "b3" -> B3Propagator.injectingSingleHeader();
    case "b3multi" -> B3Propagator.injectingMultiHeaders();
    case "jaeger" -> JaegerPropagator.getInstance();
    default -> W3CTraceContextPropagator.getInstance();
  };

  private static final TextMapGetter<Function<String, String>> GETTER = new TextMapGetter<>() {
    @Override
    public Iterable<String> keys(Function<String, String> carrier) {
      return List.of();
    }

    @Override
    public String get(Function<String, String> carrier, String key) {
      return carrier.apply(key);
    }
  };

  @Override
  public void server(String name, Function<String, String> header, Consumer<Object> body) {
    Span span = tracer.spanBuilder(name).setParent(propagator.extract(Context.root(), header, GETTER))
        .setSpanKind(SpanKind.SERVER).setAttribute("http.request.method", "GET")
        .setAttribute("http.response.status_code", 200).startSpan();
    body.accept(span);
    span.end();
  }

  @Override
  public String client(Object parent, String name, String url, Function<Map<String, String>, String> body) {
    Span span = tracer.spanBuilder(name).setParent(Context.root().with((Span) parent)).setSpanKind(SpanKind.CLIENT)
        .setAttribute("url.full", url).startSpan();
    Map<String, String> headers = new HashMap<>();
    propagator.inject(Context.root().with(span), headers, Map::put);
    String result = body.apply(headers);
    span.end();
    return result;
  }

  @Override
  public void queryStock(Object parent, RuntimeException error) {
    Span span = tracer.spanBuilder("query-stock").setParent(Context.root().with((Span) parent))
        .setAttribute("shop.items", 3).setAttribute("shop.express", true).setAttribute("shop.total", 12.5)
        .setAttribute("shop.note", ShopService.STOCK_TEXTS.get("shop.note")).startSpan();
    span.recordException(error);
    span.setStatus(StatusCode.ERROR, error.getMessage());
    span.end();
  }

  @Override
  public void queryDatabase(Object parent, long milliseconds) {
    Span span = tracer.spanBuilder("SELECT orders").setParent(Context.root().with((Span) parent)).setSpanKind(SpanKind.CLIENT)
        .setAttribute("db.system.name", "postgresql").setAttribute("db.namespace", ShopService.DATABASE)
        .setAttribute("db.query.text", ShopService.STATEMENT).startSpan();
    ShopService.pause(milliseconds);
    span.end();
  }

  @Override
  public String traceId(Object span) {
    return ((Span) span).getSpanContext().getTraceId();
  }

  @Override
  public void close() {
    provider.shutdown().join(20, TimeUnit.SECONDS);
  }
}
