#include "demo/stack_traces.h"

namespace clew::demo {

const Exception kCardDeclined{
    "com.shop.payment.CardDeclinedException", "card declined by issuer: insufficient funds (code 51)",
    R"(com.shop.payment.CardDeclinedException: card declined by issuer: insufficient funds (code 51)
	at com.shop.payment.gateway.BankGateway.authorise(BankGateway.java:118)
	at com.shop.payment.PaymentService.charge(PaymentService.java:74)
	at com.shop.payment.PaymentController.postCharge(PaymentController.java:41)
	at java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:103)
	at java.base/java.lang.reflect.Method.invoke(Method.java:580)
	at org.springframework.web.method.support.InvocableHandlerMethod.doInvoke(InvocableHandlerMethod.java:255)
	at org.springframework.web.servlet.DispatcherServlet.doDispatch(DispatcherServlet.java:1088)
	at org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:903)
	at jakarta.servlet.http.HttpServlet.service(HttpServlet.java:658)
	at org.apache.catalina.core.ApplicationFilterChain.doFilter(ApplicationFilterChain.java:138)
	at org.apache.coyote.http11.Http11Processor.service(Http11Processor.java:384)
	at java.base/java.lang.Thread.run(Thread.java:1583)
)"};

const Exception kBankTimeout{
    "java.net.http.HttpTimeoutException", "request timed out",
    R"(java.net.http.HttpTimeoutException: request timed out
	at java.net.http/jdk.internal.net.http.HttpClientImpl.send(HttpClientImpl.java:953)
	at java.net.http/jdk.internal.net.http.HttpClientFacade.send(HttpClientFacade.java:133)
	at com.shop.payment.gateway.BankGateway.authorise(BankGateway.java:96)
	at com.shop.payment.PaymentService.charge(PaymentService.java:74)
	at com.shop.payment.PaymentController.postCharge(PaymentController.java:41)
	at org.springframework.web.servlet.DispatcherServlet.doDispatch(DispatcherServlet.java:1088)
	at java.base/java.lang.Thread.run(Thread.java:1583)
Caused by: java.net.ConnectException: connection to api.bank.example:443 timed out after 2000 ms
	at java.base/sun.nio.ch.Net.pollConnect(Native Method)
	at java.base/sun.nio.ch.SocketChannelImpl.finishConnect(SocketChannelImpl.java:973)
	... 6 more
)"};

const Exception kStockLockTimeout{
    "org.postgresql.util.PSQLException", "ERROR: canceling statement due to lock timeout",
    R"(org.postgresql.util.PSQLException: ERROR: canceling statement due to lock timeout
  Where: while locking tuple (42,17) in relation "stock"
	at org.postgresql.core.v3.QueryExecutorImpl.receiveErrorResponse(QueryExecutorImpl.java:2733)
	at org.postgresql.core.v3.QueryExecutorImpl.execute(QueryExecutorImpl.java:372)
	at com.zaxxer.hikari.pool.ProxyPreparedStatement.executeQuery(ProxyPreparedStatement.java:52)
	at com.shop.inventory.StockRepository.reserve(StockRepository.java:61)
	at com.shop.inventory.InventoryGrpcService.reserve(InventoryGrpcService.java:48)
	at io.grpc.internal.ServerCallImpl$ServerStreamListenerImpl.halfClosed(ServerCallImpl.java:351)
	at java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1144)
)"};

const Exception kPaymentRefused{
    "*errors.PaymentError", "payment refused: 402 Payment Required",
    R"(goroutine 8241 [running]:
github.com/shop/checkout/internal/payment.(*Client).Charge(0xc0003ea180, {0x1a2b3c8, 0xc000b2e4b0}, 0xc0007d2000)
	/src/internal/payment/client.go:87 +0x4e5
github.com/shop/checkout/internal/order.(*Service).Place(0xc00021a000, {0x1a2b3c8, 0xc000b2e4b0}, 0xc0007d2000)
	/src/internal/order/place.go:132 +0x9a1
github.com/shop/checkout/cmd/server.(*handler).placeOrder(0xc00030c0a0, {0x1a28f40, 0xc0009a8000}, 0xc0008ba000)
	/src/cmd/server/handlers.go:54 +0x23c
net/http.HandlerFunc.ServeHTTP(0xc0003881e0, {0x1a28f40, 0xc0009a8000}, 0xc0008ba000)
	/usr/local/go/src/net/http/server.go:2220 +0x29
)"};

const Exception kFrontendUpstream{
    "UpstreamError", "POST http://checkout:8080/api/orders answered 502",
    R"(UpstreamError: POST http://checkout:8080/api/orders answered 502
    at CheckoutClient.placeOrder (/app/dist/clients/checkout.js:48:13)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at async submitOrder (/app/dist/routes/checkout.js:27:19)
    at async Layer.handle [as handle_request] (/app/node_modules/express/lib/router/layer.js:95:5)
)"};

const Exception kProductMissing{
    "catalogue.errors.ProductNotFound", "no product with sku 'SKU-00917'",
    R"(Traceback (most recent call last):
  File "/app/.venv/lib/python3.12/site-packages/fastapi/routing.py", line 301, in app
    raw_response = await run_endpoint_function(
  File "/app/catalogue/routes/products.py", line 58, in get_product
    product = await repository.by_sku(sku)
  File "/app/catalogue/repository.py", line 112, in by_sku
    raise ProductNotFound(f"no product with sku {sku!r}")
catalogue.errors.ProductNotFound: no product with sku 'SKU-00917'
)"};

const Exception kCartConflict{
    "StackExchange.Redis.RedisTimeoutException", "Timeout performing EVAL (5000ms), next: HGETALL cart:77121",
    R"(StackExchange.Redis.RedisTimeoutException: Timeout performing EVAL (5000ms), next: HGETALL cart:77121
   at StackExchange.Redis.ConnectionMultiplexer.ExecuteSyncImpl[T](Message message) in /_/src/ConnectionMultiplexer.cs:line 2099
   at Shop.Cart.CartStore.AddItemAsync(String cartId, CartItem item) in /src/Cart/CartStore.cs:line 73
   at Shop.Cart.CartController.Add(String cartId, CartItem item) in /src/Cart/CartController.cs:line 39
   at Microsoft.AspNetCore.Mvc.Infrastructure.ControllerActionInvoker.InvokeActionMethodAsync()
)"};

}  // namespace clew::demo
