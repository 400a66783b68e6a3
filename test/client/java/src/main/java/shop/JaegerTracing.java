package shop;

import io.jaegertracing.Configuration;
import io.jaegertracing.Configuration.ReporterConfiguration;
import io.jaegertracing.Configuration.SamplerConfiguration;
import io.jaegertracing.Configuration.SenderConfiguration;
import io.jaegertracing.internal.JaegerTracer;
import io.opentracing.Span;
import io.opentracing.propagation.Format;
import io.opentracing.propagation.TextMapAdapter;
import io.opentracing.tag.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** Jaeger's client. SHOP_PROTOCOL: udp (SHOP_ENDPOINT host:port), http (a URL). Ids have 64 bits unless SHOP_PROPAGATION is 128. */
final class JaegerTracing implements Tracing {
  private final JaegerTracer tracer;

  JaegerTracing() {
    SenderConfiguration sender = new SenderConfiguration();
    if (ShopService.PROTOCOL.equals("http")) {
      sender.withEndpoint(ShopService.ENDPOINT);
    } else {
      String[] parts = ShopService.ENDPOINT.split(":");
      sender.withAgentHost(parts[0]).withAgentPort(Integer.parseInt(parts[1]));
    }
    tracer = new Configuration(ShopService.NAME)
        .withSampler(new SamplerConfiguration().withType("const").withParam(1))
        .withReporter(new ReporterConfiguration().withSender(sender).withFlushInterval(200))
        .withTraceId128Bit(ShopService.PROPAGATION.equals("128"))
        .withTracerTags(Map.of("service.version", "1.2.3")).getTracer();
  }

  @Override
  public void server(String name, Function<String, String> header, Consumer<Object> body) {
    Map<String, String> headers = new HashMap<>();
    if (header.apply("uber-trace-id") != null) {
      headers.put("uber-trace-id", header.apply("uber-trace-id"));
    }
    Span span = tracer.buildSpan(name).asChildOf(tracer.extract(Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers)))
        .withTag(Tags.SPAN_KIND, Tags.SPAN_KIND_SERVER).withTag(Tags.HTTP_METHOD, "GET").withTag(Tags.HTTP_STATUS, 200)
        .start();
    body.accept(span);
    span.finish();
  }

  @Override
  public String client(Object parent, String name, String url, Function<Map<String, String>, String> body) {
    Span span = tracer.buildSpan(name).asChildOf((Span) parent).withTag(Tags.SPAN_KIND, Tags.SPAN_KIND_CLIENT)
        .withTag(Tags.HTTP_URL, url).start();
    Map<String, String> headers = new HashMap<>();
    tracer.inject(span.context(), Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers));
    String result = body.apply(headers);
    span.finish();
    return result;
  }

  @Override
  public void queryStock(Object parent, RuntimeException error) {
    Span span = tracer.buildSpan("query-stock").asChildOf((Span) parent).withTag("shop.items", 3)
        .withTag("shop.express", true).withTag("shop.total", 12.5)
        .withTag("shop.note", ShopService.STOCK_TEXTS.get("shop.note")).withTag(Tags.ERROR, true).start();
    span.log(Map.of("event", "error", "error.kind", "OutOfStock", "message", error.getMessage()));
    span.finish();
  }

  @Override
  public void queryDatabase(Object parent, long milliseconds) {
    Span span = tracer.buildSpan("SELECT orders").asChildOf((Span) parent).withTag(Tags.SPAN_KIND, Tags.SPAN_KIND_CLIENT)
        .withTag(Tags.DB_TYPE, "sql").withTag(Tags.DB_INSTANCE, ShopService.DATABASE)
        .withTag(Tags.DB_STATEMENT, ShopService.STATEMENT).start();
    ShopService.pause(milliseconds);
    span.finish();
  }

  @Override
  public String traceId(Object span) {
    return ((Span) span).context().toTraceId();
  }

  @Override
  public void close() {
    tracer.close();
  }
}
