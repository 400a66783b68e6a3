"""A small service of the test shop: answers HTTP, calls the next service or looks into its stock, traced by one library.

Every language has the same service, told by its environment: SHOP_SERVICE (its name), SHOP_ENDPOINT (where spans go),
SHOP_PROTOCOL and SHOP_PROPAGATION (as the library has them). It prints "listening <port>". A request names in its header
X-Shop-Next the URLs still to be called, with commas between; the service calls the first and hands on the rest, or, when
there is none, looks into its stock; but for a path that begins with /orders it asks its database instead, which takes its
time if the path ends with /slow. It answers {"service", "trace_id", "next": the next one's answer}. On SIGTERM it sends what
it holds and ends. Usage: shop_service.py otel|jaeger|zipkin|skywalking
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
ENDPOINT = os.environ["SHOP_ENDPOINT"]
PROTOCOL = os.environ.get("SHOP_PROTOCOL", "")
PROPAGATION = os.environ.get("SHOP_PROPAGATION", "")

# What the stock's span carries, in the types that the library knows.
STOCK_ATTRIBUTES = {"shop.items": 3, "shop.express": True, "shop.total": 12.5, "shop.note": "für Käthe 登山"}

# What /orders asks the database, as the span of the call has it.
STATEMENT = "SELECT id, total FROM orders WHERE customer = ? ORDER BY placed DESC"
DATABASE = "shop-db"
SLOW_SECONDS = 0.4


class OutOfStock(Exception):
    pass


def call_next(tracing, urls):
    url, _, rest = urls.partition(",")
    with tracing.client("GET " + urllib.parse.urlparse(url).path, url) as headers:
        request = urllib.request.Request(url, headers={**headers, "X-Shop-Next": rest})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)


def answer_request(tracing, headers, path):
    with tracing.server(f"GET {path}", headers) as trace_id:
        answer = {"service": SERVICE, "trace_id": trace_id, "next": None}
        if headers.get("X-Shop-Next"):
            answer["next"] = call_next(tracing, headers["X-Shop-Next"])
        elif path.startswith("/orders"):
            tracing.query_database(SLOW_SECONDS if path.endswith("/slow") else 0)
        else:
            tracing.query_stock(OutOfStock("out of stock"))
        return answer


def main():
    # Before a library starts its threads: one that does not block the signal would end the process.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
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

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("listening", server.server_port, flush=True)
    signal.sigwait({signal.SIGTERM})
    server.shutdown()
    tracing.close()


if __name__ == "__main__":
    sys.modules["shop_service"] = sys.modules["__main__"]
    main()
