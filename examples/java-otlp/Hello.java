import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.trace.*;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.io.IOException;
import java.net.InetSocketAddress;

public class Hello implements TextMapGetter<HttpExchange> {
  public Iterable<String> keys(HttpExchange exchange) { return exchange.getRequestHeaders().keySet(); }
  public String get(HttpExchange exchange, String name) { return exchange.getRequestHeaders().getFirst(name); }

  public static void main(String[] arguments) throws IOException {
    // Its service is OTEL_SERVICE_NAME; spans go to OTEL_EXPORTER_OTLP_ENDPOINT.
    Tracer tracer = AutoConfiguredOpenTelemetrySdk.initialize().getOpenTelemetrySdk().getTracer("hello");
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.createContext("/", exchange -> {
      Context caller = W3CTraceContextPropagator.getInstance().extract(Context.root(), exchange, new Hello());
      Span span = tracer.spanBuilder("GET /").setParent(caller).setSpanKind(SpanKind.SERVER).startSpan();
      exchange.sendResponseHeaders(200, 6);
      exchange.getResponseBody().write("hello\n".getBytes());
      exchange.close();
      span.end();
    });
    server.start();
  }
}
