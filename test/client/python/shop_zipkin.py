"""The shop service traced by py-zipkin. SHOP_PROTOCOL: V1_JSON, V2_JSON, V2_PROTO3; it reads b3 and X-B3-*, and sends X-B3-*."""
import contextlib
import logging
import time

from py_zipkin import Encoding, Kind, zipkin
from py_zipkin.request_helpers import create_http_headers, extract_zipkin_attrs_from_headers
from py_zipkin.transport import SimpleHTTPTransport

from shop_service import DATABASE, ENDPOINT, PROTOCOL, SERVICE, STATEMENT, STOCK_ATTRIBUTES, OutOfStock


def text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


class Tracing:
    def __init__(self):
        address, port = ENDPOINT.split(":")
        self.transport = SimpleHTTPTransport(address, int(port))

    @contextlib.contextmanager
    def server(self, name, headers):
        context = extract_zipkin_attrs_from_headers(headers, use_128bit_trace_id=True) if has_b3(headers) else None
        with zipkin.zipkin_span(
                service_name=SERVICE, span_name=name, zipkin_attrs=context, transport_handler=self.transport, port=8080,
                host="127.0.0.1", sample_rate=100, use_128bit_trace_id=True, kind=Kind.SERVER, encoding=Encoding[PROTOCOL],
                binary_annotations={"http.method": "GET", "http.status_code": "200"}) as span:
            yield span.zipkin_attrs.trace_id

    @contextlib.contextmanager
    def client(self, name, url):
        with zipkin.zipkin_client_span(service_name=SERVICE, span_name=name, binary_annotations={"http.url": url}):
            yield {key: value for key, value in create_http_headers().items() if value}

    def query_stock(self, error):
        with contextlib.suppress(OutOfStock):
            with zipkin.zipkin_span(service_name=SERVICE, span_name="query-stock", binary_annotations={
                    key: text(value) for key, value in STOCK_ATTRIBUTES.items()}) as span:
                span.add_annotation("looked")
                raise error

    def query_database(self, seconds):
        with zipkin.zipkin_client_span(service_name=SERVICE, span_name="SELECT orders",
                                       binary_annotations={"sql.query": STATEMENT}) as span:
            span.add_sa_binary_annotation(port=5432, service_name=DATABASE, host="127.0.0.1")
            time.sleep(seconds)

    def close(self):
        pass  # It sends before the server's span ends.


def has_b3(headers):
    return "b3" in headers or "X-B3-TraceId" in headers


def start():
    logging.basicConfig(level=logging.WARNING)
    return Tracing()
