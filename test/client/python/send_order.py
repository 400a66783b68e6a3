"""Sends the trace of one order with the OpenTelemetry SDK for Python and prints its id.

Usage: send_order.py grpc|http/protobuf <endpoint> <service name>
"""
import sys

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode


def exporter_for(protocol, endpoint):
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        return OTLPSpanExporter(endpoint=endpoint, insecure=True)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    return OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")


def main():
    protocol, endpoint, service = sys.argv[1:]
    provider = TracerProvider(resource=Resource({"service.name": service, "service.version": "1.2.3"}))
    provider.add_span_processor(BatchSpanProcessor(exporter_for(protocol, endpoint)))
    tracer = provider.get_tracer("clew.test", "0.1.0")

    earlier = tracer.start_span("earlier order")
    earlier.end()

    root = tracer.start_span("POST /orders", kind=SpanKind.SERVER, attributes={
        "http.request.method": "POST", "http.response.status_code": 500, "order.total": 12.5, "order.express": True,
        "order.skus": ["a-1", "b-2"], "order.note": "für Käthe 登山",
    }, links=[Link(earlier.get_span_context(), {"reason": "reorder"})])
    in_root = trace.set_span_in_context(root)

    query = tracer.start_span("SELECT orders", in_root, kind=SpanKind.CLIENT,
                              attributes={"db.system": "postgresql", "db.statement": "SELECT 1"})
    query.add_event("rows", {"count": 3})
    query.set_status(Status(StatusCode.OK))
    query.end()

    publish = tracer.start_span("orders publish", in_root, kind=SpanKind.PRODUCER,
                                attributes={"messaging.system": "kafka", "messaging.destination.name": "orders"})
    consume = tracer.start_span("orders process", trace.set_span_in_context(publish), kind=SpanKind.CONSUMER)
    consume.end()
    publish.end()

    charge = tracer.start_span("charge", in_root)
    charge.record_exception(ValueError("card declined"))
    charge.set_status(Status(StatusCode.ERROR, "card declined"))
    charge.end()
    root.set_status(Status(StatusCode.ERROR, "order failed"))
    root.end()

    provider.shutdown()
    print(f"{root.get_span_context().trace_id:032x}")


main()
