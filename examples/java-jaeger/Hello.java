import com.sun.net.httpserver.HttpServer;
import io.jaegertracing.Configuration;
import io.opentracing.*;
import io.opentracing.propagation.*;
import io.opentracing.tag.Tags;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.stream.Collectors;

public class Hello {
  public static void main(String[] arguments) throws IOException {
    // Spans go to JAEGER_ENDPOINT over HTTP, or else to the UDP port JAEGER_AGENT_HOST, JAEGER_AGENT_PORT.
    Tracer tracer = Configuration.fromEnv("hello").withTraceId128Bit(true)
        .withSampler(new Configuration.SamplerConfiguration().withType("const").withParam(1)).getTracer();
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.createContext("/", exchange -> {
      Map<String, String> headers = exchange.getRequestHeaders().entrySet().stream()
          .collect(Collectors.toMap(each -> each.getKey().toLowerCase(), each -> each.getValue().get(0)));
      SpanContext caller = tracer.extract(Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers));
      Span span = tracer.buildSpan("GET /").asChildOf(caller).withTag(Tags.SPAN_KIND, "server").start();
      exchange.sendResponseHeaders(200, 6);
      exchange.getResponseBody().write("hello\n".getBytes());
      exchange.close();
      span.finish();
    });
    server.start();
  }
}
