"""The shop service traced by jaeger-client: thrift compact over UDP. SHOP_PROTOCOL "remote:…" has it ask how much to sample.

SHOP_ENDPOINT: host:port of the agent's UDP port, and ":port" of its sampling port behind it.
"""
import contextlib
import logging
import time

import opentracing
from jaeger_client import Config
from opentracing.ext import tags

from shop_service import DATABASE, ENDPOINT, PROTOCOL, SERVICE, STATEMENT, STOCK_ATTRIBUTES, OutOfStock


class Tracing:
    def __init__(self):
        host, port, sampling_port = ENDPOINT.split(":")
        # Without a type it asks; it begins with a thousandth, whatever it is told here.
        sampler = {} if PROTOCOL.startswith("remote") else {"type": "const", "param": 1}
        self.tracer = Config({
            "sampler": sampler, "sampling_refresh_interval": 0.2, "generate_128bit_trace_id": True, "reporter_flush_interval": 0.2,
            "local_agent": {"reporting_host": host, "reporting_port": int(port), "sampling_port": int(sampling_port)},
            "tags": {"service.version": "1.2.3"},
        }, service_name=SERVICE).initialize_tracer()

    @contextlib.contextmanager
    def server(self, name, headers):
        parent = self.tracer.extract(opentracing.Format.HTTP_HEADERS, dict(headers.items()))
        with self.tracer.start_active_span(name, child_of=parent, tags={
                tags.SPAN_KIND: tags.SPAN_KIND_RPC_SERVER, tags.HTTP_METHOD: "GET", tags.HTTP_STATUS_CODE: 200}) as scope:
            yield f"{scope.span.trace_id:032x}"

    @contextlib.contextmanager
    def client(self, name, url):
        with self.tracer.start_active_span(name, tags={tags.SPAN_KIND: tags.SPAN_KIND_RPC_CLIENT,
                                                       tags.HTTP_URL: url}) as scope:
            headers = {}
            self.tracer.inject(scope.span, opentracing.Format.HTTP_HEADERS, headers)
            yield headers

    def query_stock(self, error):
        with contextlib.suppress(OutOfStock):
            with self.tracer.start_active_span("query-stock", tags=STOCK_ATTRIBUTES):
                raise error

    def query_database(self, seconds):
        with self.tracer.start_active_span("SELECT orders", tags={
                tags.SPAN_KIND: tags.SPAN_KIND_RPC_CLIENT, tags.DATABASE_TYPE: "sql", tags.DATABASE_INSTANCE: DATABASE,
                tags.DATABASE_STATEMENT: STATEMENT}):
            time.sleep(seconds)

    def close(self):
        closed = self.tracer.close()
        while not closed.done():
            time.sleep(0.01)


def start():
    logging.basicConfig(level=logging.WARNING)
    return Tracing()
