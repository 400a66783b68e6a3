"""The shop service traced by OpenTelemetry's SDK. SHOP_PROTOCOL: grpc, http/protobuf; SHOP_PROPAGATION: W3C, b3, jaeger."""
import contextlib
import logging
import sqlite3
import time

from opentelemetry import propagate, trace
from opentelemetry.instrumentation.dbapi import trace_integration
from opentelemetry.propagators.b3 import B3MultiFormat, B3SingleFormat
from opentelemetry.propagators.jaeger import JaegerPropagator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shop_service import ENDPOINT, PROPAGATION, PROTOCOL, SERVICE, STATEMENT, STOCK_ATTRIBUTES, OutOfStock

PROPAGATORS = {"tracecontext": TraceContextTextMapPropagator, "b3": B3SingleFormat, "b3multi": B3MultiFormat,
               "jaeger": JaegerPropagator}


def exporter():
    if PROTOCOL == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        return OTLPSpanExporter(endpoint=ENDPOINT, insecure=True)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    return OTLPSpanExporter(endpoint=f"{ENDPOINT}/v1/traces")


class Tracing:
    def __init__(self):
        self.provider = TracerProvider(resource=Resource.create({"service.name": SERVICE, "service.version": "1.2.3"}))
        self.provider.add_span_processor(BatchSpanProcessor(exporter(), schedule_delay_millis=200))
        self.tracer = self.provider.get_tracer("shop")
        # As OpenTelemetry's instrumentation of sqlite3 calls it.
        trace_integration(sqlite3, "connect", "sqlite", tracer_provider=self.provider)

    @contextlib.contextmanager
    def server(self, name, headers):
        context = propagate.extract({key.lower(): value for key, value in headers.items()})
        with self.tracer.start_as_current_span(name, context, SpanKind.SERVER,
                                               {"http.request.method": "GET", "http.response.status_code": 200}) as span:
            yield f"{span.get_span_context().trace_id:032x}"

    @contextlib.contextmanager
    def client(self, name, url):
        with self.tracer.start_as_current_span(name, kind=SpanKind.CLIENT, attributes={"url.full": url}):
            headers = {}
            propagate.inject(headers)
            yield headers

    def query_stock(self, error):
        with contextlib.suppress(OutOfStock):
            with self.tracer.start_as_current_span("query-stock", attributes=STOCK_ATTRIBUTES):
                raise error

    def query_database(self, seconds):
        """A real database: the library's instrumentation sees the call."""
        with contextlib.closing(sqlite3.connect(":memory:")) as database:
            database.create_function("wait", 0, lambda: time.sleep(seconds))
            database.execute("CREATE VIEW orders AS SELECT 7 AS id, 12.5 AS total, 'ada' AS customer, wait() AS placed")
            database.cursor().execute(STATEMENT, ("ada",)).fetchall()

    def close(self):
        self.provider.shutdown()


def start():
    logging.basicConfig(level=logging.WARNING)
    propagate.set_global_textmap(PROPAGATORS[PROPAGATION]())
    return Tracing()
