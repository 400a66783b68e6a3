"""A small service of the test shop: answers HTTP, calls the next service or looks into its stock, traced by one library.

Every language has the same service, told by its environment: SHOP_SERVICE (its name), SHOP_NEXT (URL of the next
service, else it looks into its own stock), SHOP_ENDPOINT (where spans go), SHOP_PROTOCOL and SHOP_PROPAGATION (as the
library has them). It prints "listening <port>", answers {"service", "trace_id", "next"}, and ends on SIGTERM after it
has sent what it holds. Usage: shop_service.py otel|jaeger|zipkin|skywalking
"""
import http.server
import importlib
import json
import os
import signal
import sys
import threading
import urllib.parse
import urllib.request

SERVICE = os.environ["SHOP_SERVICE"]
NEXT = os.environ.get("SHOP_NEXT", "")
ENDPOINT = os.environ["SHOP_ENDPOINT"]
PROTOCOL = os.environ.get("SHOP_PROTOCOL", "")
PROPAGATION = os.environ.get("SHOP_PROPAGATION", "")

# What the stock's span carries, in the types that the library knows.
STOCK_ATTRIBUTES = {"shop.items": 3, "shop.express": True, "shop.total": 12.5, "shop.note": "für Käthe 登山"}


class OutOfStock(Exception):
    pass


def call_next(tracing):
    name = "GET " + urllib.parse.urlparse(NEXT).path
    with tracing.client(name, NEXT) as headers:
        with urllib.request.urlopen(urllib.request.Request(NEXT, headers=headers), timeout=20) as answer:
            return json.load(answer)


def answer_request(tracing, headers, path):
    with tracing.server(f"GET {path}", headers) as trace_id:
        answer = {"service": SERVICE, "trace_id": trace_id, "next": None}
        if NEXT:
            answer["next"] = call_next(tracing)
        else:
            tracing.query_stock(OutOfStock("out of stock"))
        return answer


def main():
    tracing = importlib.import_module("shop_" + sys.argv[1]).start()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(answer_request(tracing, self.headers, self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("listening", server.server_port, flush=True)
    signal.sigwait({signal.SIGTERM})
    server.shutdown()
    tracing.close()


if __name__ == "__main__":
    sys.modules["shop_service"] = sys.modules["__main__"]
    main()
