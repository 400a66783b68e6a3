package shopplugin;

import org.apache.skywalking.apm.agent.core.plugin.interceptor.InstanceMethodsInterceptPoint;
import org.apache.skywalking.apm.agent.core.plugin.match.ClassMatch;
import org.apache.skywalking.apm.agent.core.plugin.match.NameMatch;

/** The same for examples/java-skywalking, whose handle() is an entry. */
public final class HelloPlugin extends ShopPlugin {
  @Override
  protected ClassMatch enhanceClass() {
    return NameMatch.byName("Hello");
  }

  @Override
  public InstanceMethodsInterceptPoint[] getInstanceMethodsInterceptPoints() {
    return new InstanceMethodsInterceptPoint[] {point("handle")};
  }
}
