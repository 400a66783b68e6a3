import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Knows nothing of traces: the agent finds Tomcat, Spring, JDBC and many more by its plugins. */
public class Hello {
  void handle(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 6);
    exchange.getResponseBody().write("hello\n".getBytes());
    exchange.close();
  }

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.createContext("/", new Hello()::handle);
    server.start();
  }
}
