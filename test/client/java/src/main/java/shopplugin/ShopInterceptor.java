package shopplugin;

import com.sun.net.httpserver.HttpExchange;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.Map;
import java.util.function.Function;
import org.apache.skywalking.apm.agent.core.context.CarrierItem;
import org.apache.skywalking.apm.agent.core.context.ContextCarrier;
import org.apache.skywalking.apm.agent.core.context.ContextManager;
import org.apache.skywalking.apm.agent.core.context.tag.Tags;
import org.apache.skywalking.apm.agent.core.context.trace.AbstractSpan;
import org.apache.skywalking.apm.agent.core.context.trace.SpanLayer;
import org.apache.skywalking.apm.agent.core.plugin.interceptor.enhance.EnhancedInstance;
import org.apache.skywalking.apm.agent.core.plugin.interceptor.enhance.InstanceMethodsAroundInterceptor;
import org.apache.skywalking.apm.agent.core.plugin.interceptor.enhance.MethodInterceptResult;
import org.apache.skywalking.apm.network.trace.component.ComponentsDefine;

/** Makes the spans around the methods that ShopPlugin names. */
public final class ShopInterceptor implements InstanceMethodsAroundInterceptor {
  @Override
  @SuppressWarnings("unchecked")
  public void beforeMethod(EnhancedInstance object, Method method, Object[] arguments, Class<?>[] types,
      MethodInterceptResult result) {
    switch (method.getName()) {
      case "server" -> enter((String) arguments[0], (Function<String, String>) arguments[1]);
      case "handle" -> enter("GET /", ((HttpExchange) arguments[0]).getRequestHeaders()::getFirst);
      case "client" -> exit((String) arguments[1], URI.create((String) arguments[2]));
      case "send" -> inject((Map<String, String>) arguments[0]);
      case "query" -> query();
      case "ask" -> ask();
      default -> { }
    }
  }

  private static void enter(String name, Function<String, String> header) {
    ContextCarrier carrier = new ContextCarrier();
    for (CarrierItem item = carrier.items(); item.hasNext(); ) {
      item = item.next();
      item.setHeadValue(header.apply(item.getHeadKey()));
    }
    AbstractSpan span = ContextManager.createEntrySpan(name, carrier);
    span.setComponent(ComponentsDefine.TOMCAT);
    SpanLayer.asHttp(span);
    Tags.HTTP.METHOD.set(span, "GET");
    Tags.HTTP_RESPONSE_STATUS_CODE.set(span, 200);
  }

  private static void exit(String name, URI url) {
    AbstractSpan span = ContextManager.createExitSpan(name, url.getAuthority());
    span.setComponent(ComponentsDefine.HTTPCLIENT);
    SpanLayer.asHttp(span);
    Tags.URL.set(span, url.toString());
  }

  private static void inject(Map<String, String> headers) {
    ContextCarrier carrier = new ContextCarrier();
    ContextManager.inject(carrier);
    for (CarrierItem item = carrier.items(); item.hasNext(); ) {
      item = item.next();
      headers.put(item.getHeadKey(), item.getHeadValue());
    }
  }

  private static void query() {
    AbstractSpan span = ContextManager.createLocalSpan("query-stock");
    span.tag("shop.items", "3").tag("shop.express", "true").tag("shop.total", "12.5").tag("shop.note", "für Käthe 登山");
  }

  private static void ask() {
    AbstractSpan span = ContextManager.createExitSpan("SELECT orders", "shop-db:5432");
    span.setComponent(ComponentsDefine.POSTGRESQL_DRIVER);
    SpanLayer.asDB(span);
    Tags.DB_TYPE.set(span, "PostgreSQL");
    Tags.DB_INSTANCE.set(span, "shop-db");
    Tags.DB_STATEMENT.set(span, "SELECT id, total FROM orders WHERE customer = ? ORDER BY placed DESC");
  }

  @Override
  public Object afterMethod(EnhancedInstance object, Method method, Object[] arguments, Class<?>[] types, Object result) {
    switch (method.getName()) {
      case "server", "handle", "client", "query", "ask" -> ContextManager.stopSpan();
      case "traceId" -> {
        return ContextManager.getGlobalTraceId();
      }
      default -> { }
    }
    return result;
  }

  @Override
  public void handleMethodException(EnhancedInstance object, Method method, Object[] arguments, Class<?>[] types,
      Throwable failure) {
    ContextManager.activeSpan().log(failure);
  }
}
