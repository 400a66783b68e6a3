package shop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Executors;
import sun.misc.Signal;

/**
 * The service of the test shop for Java: test/client/python/shop_service.py says what it does and how it is told.
 * Usage: shop.ShopService otel|agent|jaeger|brave|skywalking
 */
public final class ShopService {
  static final String NAME = System.getenv("SHOP_SERVICE");
  static final String ENDPOINT = System.getenv("SHOP_ENDPOINT");
  static final String PROTOCOL = System.getenv().getOrDefault("SHOP_PROTOCOL", "");
  static final String PROPAGATION = System.getenv().getOrDefault("SHOP_PROPAGATION", "");

  /** What the stock's span carries, for libraries that know only texts. */
  static final Map<String, String> STOCK_TEXTS =
      Map.of("shop.items", "3", "shop.express", "true", "shop.total", "12.5", "shop.note", "für Käthe 登山");

  /** What /orders asks the database, as the span of the call has it. */
  static final String STATEMENT = "SELECT id, total FROM orders WHERE customer = ? ORDER BY placed DESC";
  static final String DATABASE = "shop-db";
  private static final long SLOW_MS = 400;

  /** What fails in each trace. */
  static final class OutOfStock extends RuntimeException {
    OutOfStock() {
      super("out of stock");
    }
  }

  private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static void handle(Tracing tracing, HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    tracing.server("GET " + path, exchange.getRequestHeaders()::getFirst, span -> {
      String next = "null";
      String urls = exchange.getRequestHeaders().getFirst("X-Shop-Next");
      if (path.startsWith("/orders")) {
        tracing.queryDatabase(span, path.endsWith("/slow") ? SLOW_MS : 0);
      } else if (urls == null || urls.isEmpty()) {
        tracing.queryStock(span, new OutOfStock());
      } else {
        String[] parts = urls.split(",", 2);
        URI url = URI.create(parts[0]);
        next = tracing.client(span, "GET " + url.getPath(), parts[0],
            headers -> get(url, headers, parts.length == 2 ? parts[1] : ""));
      }
      // Answered within the span, as a framework would do.
      answer(exchange, "{\"service\":\"%s\",\"trace_id\":\"%s\",\"next\":%s}".formatted(NAME, tracing.traceId(span), next));
    });
  }

  private static String get(URI url, Map<String, String> headers, String rest) {
    HttpRequest.Builder request = HttpRequest.newBuilder(url).header("X-Shop-Next", rest);
    headers.forEach(request::header);
    try {
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** A database that takes its time. */
  static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  /** The same as a function of the database; each of its calls ends before the statement does. */
  public static long pauseOnce(long milliseconds) {
    pause(milliseconds);
    return milliseconds;
  }

  private static void answer(HttpExchange exchange, String text) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static Tracing start(String library) {
    return switch (library) {
      case "otel" -> new OpenTelemetryTracing();
      case "agent" -> new OpenTelemetryAgentTracing();
      case "jaeger" -> new JaegerTracing();
      case "brave" -> new BraveTracing();
      case "skywalking" -> new SkyWalkingTracing();
      default -> throw new IllegalArgumentException(library);
    };
  }

  public static void main(String[] arguments) throws IOException {
    Tracing tracing = start(arguments[0]);
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> handle(tracing, exchange));
    server.setExecutor(Executors.newFixedThreadPool(2));
    server.start();
    // Not as a shutdown hook: libraries have theirs, and the order of hooks is nobody's.
    Signal.handle(new Signal("TERM"), signal -> {
      tracing.close();
      System.exit(0);
    });
    System.out.println("listening " + server.getAddress().getPort());
  }
}
