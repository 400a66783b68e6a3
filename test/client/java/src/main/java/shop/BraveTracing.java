package shop;

import brave.Span;
import brave.handler.SpanHandler;
import brave.propagation.B3Propagation;
import brave.propagation.TraceContext.Extractor;
import brave.propagation.TraceContext.Injector;
import brave.propagation.TraceContextOrSamplingFlags;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import zipkin2.reporter.AsyncReporter;
import zipkin2.reporter.Encoding;
import zipkin2.reporter.SpanBytesEncoder;
import zipkin2.reporter.brave.AsyncZipkinSpanHandler;
import zipkin2.reporter.brave.ZipkinSpanHandler;
import zipkin2.reporter.urlconnection.URLConnectionSender;

/**
 * Brave. SHOP_PROTOCOL: v1/json, v1/thrift, v2/json, v2/proto; SHOP_PROPAGATION: b3, b3multi, and "+64" behind it for ids of 64
 * bits, "+separate" for spans that are not shared.
 */
final class BraveTracing implements Tracing {
  private final URLConnectionSender sender = URLConnectionSender.newBuilder()
      .endpoint(ShopService.ENDPOINT + "/api/" + ShopService.PROTOCOL.substring(0, 2) + "/spans").encoding(encoding()).build();
  private final SpanHandler reporter = reporter();
  private final brave.Tracing tracing = brave.Tracing.newBuilder().localServiceName(ShopService.NAME)
      .addSpanHandler(reporter).supportsJoin(!ShopService.PROPAGATION.contains("+separate"))
      .traceId128Bit(!ShopService.PROPAGATION.contains("+64"))
      .propagationFactory(B3Propagation.newFactoryBuilder().injectFormat(
          ShopService.PROPAGATION.startsWith("b3multi") ? B3Propagation.Format.MULTI : B3Propagation.Format.SINGLE).build())
      .build();
  private final Extractor<Function<String, String>> extractor = tracing.propagation().extractor(Function::apply);
  private final Injector<Map<String, String>> injector = tracing.propagation().injector(Map::put);

  private static Encoding encoding() {
    return switch (ShopService.PROTOCOL) {
      case "v1/thrift" -> Encoding.THRIFT;
      case "v2/proto" -> Encoding.PROTO3;
      default -> Encoding.JSON;
    };
  }

  private SpanHandler reporter() {
    if (ShopService.PROTOCOL.startsWith("v2")) {
      return AsyncZipkinSpanHandler.newBuilder(sender).messageTimeout(200, TimeUnit.MILLISECONDS).build();
    }
    AsyncReporter.Builder builder = AsyncReporter.builder(sender).messageTimeout(200, TimeUnit.MILLISECONDS);
    return ZipkinSpanHandler.create(builder.build(
        ShopService.PROTOCOL.equals("v1/json") ? SpanBytesEncoder.JSON_V1 : SpanBytesEncoder.THRIFT));
  }

  @Override
  public void server(String name, Function<String, String> header, Consumer<Object> body) {
    TraceContextOrSamplingFlags context = extractor.extract(header);
    Span span = context.context() == null ? tracing.tracer().nextSpan(context) : tracing.tracer().joinSpan(context.context());
    span.name(name).kind(Span.Kind.SERVER).tag("http.method", "GET").tag("http.status_code", "200").start();
    body.accept(span);
    span.finish();
  }

  @Override
  public String client(Object parent, String name, String url, Function<Map<String, String>, String> body) {
    Span span = tracing.tracer().newChild(((Span) parent).context()).name(name).kind(Span.Kind.CLIENT).tag("http.url", url)
        .remoteServiceName("stock").start();
    Map<String, String> headers = new HashMap<>();
    injector.inject(span.context(), headers);
    String result = body.apply(headers);
    span.finish();
    return result;
  }

  @Override
  public void queryStock(Object parent, RuntimeException error) {
    Span span = tracing.tracer().newChild(((Span) parent).context()).name("query-stock").start();
    ShopService.STOCK_TEXTS.forEach(span::tag);
    span.annotate("looked").error(error).finish();
  }

  @Override
  public void queryDatabase(Object parent, long milliseconds) {
    Span span = tracing.tracer().newChild(((Span) parent).context()).name("select orders").kind(Span.Kind.CLIENT)
        .tag("sql.query", ShopService.STATEMENT).remoteServiceName(ShopService.DATABASE).start();
    ShopService.pause(milliseconds);
    span.finish();
  }

  @Override
  public String traceId(Object span) {
    return ((Span) span).context().traceIdString();
  }

  @Override
  public void close() {
    tracing.close();
    try {
      ((Closeable) reporter).close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    sender.close();
  }
}
