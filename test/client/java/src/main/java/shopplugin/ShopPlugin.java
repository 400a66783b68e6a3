package shopplugin;

import static org.apache.skywalking.apm.dependencies.net.bytebuddy.matcher.ElementMatchers.named;

import org.apache.skywalking.apm.agent.core.plugin.interceptor.ConstructorInterceptPoint;
import org.apache.skywalking.apm.agent.core.plugin.interceptor.InstanceMethodsInterceptPoint;
import org.apache.skywalking.apm.agent.core.plugin.interceptor.enhance.ClassInstanceMethodsEnhancePluginDefine;
import org.apache.skywalking.apm.agent.core.plugin.match.ClassMatch;
import org.apache.skywalking.apm.agent.core.plugin.match.NameMatch;
import org.apache.skywalking.apm.dependencies.net.bytebuddy.description.method.MethodDescription;
import org.apache.skywalking.apm.dependencies.net.bytebuddy.matcher.ElementMatcher;

/**
 * A plugin of SkyWalking's Java agent for the test shop, as it has one for each framework; these are on no registry, the
 * agent's core, which does all that Clew sees, is. Not on the service's class path: the agent loads it from its folder.
 */
public class ShopPlugin extends ClassInstanceMethodsEnhancePluginDefine {
  @Override
  protected ClassMatch enhanceClass() {
    return NameMatch.byName("shop.SkyWalkingTracing");
  }

  @Override
  public ConstructorInterceptPoint[] getConstructorsInterceptPoints() {
    return new ConstructorInterceptPoint[0];
  }

  @Override
  public InstanceMethodsInterceptPoint[] getInstanceMethodsInterceptPoints() {
    return new InstanceMethodsInterceptPoint[] {
      point("server"), point("client"), point("send"), point("query"), point("ask"), point("traceId"),
    };
  }

  static InstanceMethodsInterceptPoint point(String method) {
    return new InstanceMethodsInterceptPoint() {
      @Override
      public ElementMatcher<MethodDescription> getMethodsMatcher() {
        return named(method);
      }

      @Override
      public String getMethodsInterceptor() {
        return "shopplugin.ShopInterceptor";
      }

      @Override
      public boolean isOverrideArgs() {
        return false;
      }
    };
  }
}
