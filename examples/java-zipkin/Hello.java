import brave.Span;
import brave.Tracing;
import brave.propagation.TraceContext;
import brave.propagation.TraceContextOrSamplingFlags;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import zipkin2.reporter.brave.AsyncZipkinSpanHandler;
import zipkin2.reporter.urlconnection.URLConnectionSender;

public class Hello {
  public static void main(String[] arguments) throws IOException {
    var sender = URLConnectionSender.create(System.getenv("ZIPKIN_URL") + "/api/v2/spans");
    Tracing tracing = Tracing.newBuilder().localServiceName("hello").traceId128Bit(true)
        .addSpanHandler(AsyncZipkinSpanHandler.create(sender)).build();
    TraceContext.Extractor<Headers> extractor = tracing.propagation().extractor(Headers::getFirst);
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.createContext("/", exchange -> {
      TraceContextOrSamplingFlags caller = extractor.extract(exchange.getRequestHeaders());
      Span span = caller.context() == null ? tracing.tracer().nextSpan(caller) : tracing.tracer().joinSpan(caller.context());
      span.name("GET /").kind(Span.Kind.SERVER).start();
      exchange.sendResponseHeaders(200, 6);
      exchange.getResponseBody().write("hello\n".getBytes());
      exchange.close();
      span.finish();
    });
    server.start();
  }
}
