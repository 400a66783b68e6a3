package shop;

import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** One tracing library; the Object is what it knows a span by. Methods may be called from several requests at once. */
interface Tracing {
  /** A server span around the body, continuing what the request's headers say. */
  void server(String name, Function<String, String> header, Consumer<Object> body);

  /** A client span around the body, which is given the headers to send. */
  String client(Object parent, String name, String url, Function<Map<String, String>, String> body);

  /** A span that fails. */
  void queryStock(Object parent, RuntimeException error);

  /** A span of a call of the database with ShopService.STATEMENT, which takes so long. */
  void queryDatabase(Object parent, long milliseconds);

  String traceId(Object span);

  /** Sends what it holds. */
  default void close() {}
}
