import http.server, os
from urllib.parse import urlparse
from py_zipkin import Kind
from py_zipkin.request_helpers import extract_zipkin_attrs_from_headers
from py_zipkin.transport import SimpleHTTPTransport
from py_zipkin.zipkin import zipkin_span

clew = urlparse(os.environ["ZIPKIN_URL"])
transport = SimpleHTTPTransport(clew.hostname, clew.port)

class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with zipkin_span(service_name="hello", span_name="GET /", kind=Kind.SERVER, transport_handler=transport, sample_rate=100,
                         zipkin_attrs=extract_zipkin_attrs_from_headers(self.headers), use_128bit_trace_id=True):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello\n")

http.server.HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Hello).serve_forever()
