package shop;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Under OpenTelemetry's Java agent: HTTP is its business, and logs and metrics; and of JDBC; only the stock's span is made by hand. */
final class OpenTelemetryAgentTracing implements Tracing {
  private static final Logger LOG = Logger.getLogger("shop");

  OpenTelemetryAgentTracing() {
    LOG.setUseParentHandlers(false);  // The agent takes it; the console is watched for complaints of the agent.
  }

  @Override
  public void server(String name, Function<String, String> header, Consumer<Object> body) {
    body.accept(Span.current());
  }

  @Override
  public String client(Object parent, String name, String url, Function<Map<String, String>, String> body) {
    return body.apply(Map.of());
  }

  @Override
  public void queryStock(Object parent, RuntimeException error) {
    Tracer tracer = GlobalOpenTelemetry.getTracer("shop");
    Span span = tracer.spanBuilder("query-stock").setAttribute("shop.items", 3).setAttribute("shop.express", true)
        .setAttribute("shop.total", 12.5).setAttribute("shop.note", ShopService.STOCK_TEXTS.get("shop.note")).startSpan();
    try (var scope = span.makeCurrent()) {
      LOG.log(Level.WARNING, "out of stock");
    }
    span.recordException(error);
    span.setStatus(StatusCode.ERROR, error.getMessage());
    span.end();
  }

  /** A real database, whose calls the agent sees. */
  @Override
  public void queryDatabase(Object parent, long milliseconds) {
    try (Connection database = DriverManager.getConnection("jdbc:h2:mem:" + ShopService.DATABASE)) {
      try (var setup = database.createStatement()) {
        setup.execute("CREATE ALIAS pause FOR \"shop.ShopService.pauseOnce\"");
        setup.execute("CREATE VIEW orders AS SELECT 7 AS id, 12.5 AS total, 'ada' AS customer, pause(" + milliseconds + ") AS placed");
      }
      try (var query = database.prepareStatement(ShopService.STATEMENT)) {
        query.setString(1, "ada");
        query.executeQuery().next();
      }
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Override
  public String traceId(Object span) {
    return ((Span) span).getSpanContext().getTraceId();
  }
}
