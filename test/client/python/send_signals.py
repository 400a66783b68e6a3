"""Sends log records and metrics of one order with the OpenTelemetry SDK for Python and prints the id of their trace.

Usage: send_signals.py grpc|http/protobuf <endpoint> <service name>
"""
import sys
import time

from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider


def exporters_for(protocol, endpoint):
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
        return OTLPLogExporter(endpoint=endpoint, insecure=True), OTLPMetricExporter(endpoint=endpoint, insecure=True)
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    return OTLPLogExporter(endpoint=f"{endpoint}/v1/logs"), OTLPMetricExporter(endpoint=f"{endpoint}/v1/metrics")


def main():
    protocol, endpoint, service = sys.argv[1:]
    log_exporter, metric_exporter = exporters_for(protocol, endpoint)
    resource = Resource({"service.name": service, "service.version": "1.2.3"})
    logs = LoggerProvider(resource=resource)
    logs.add_log_record_processor(BatchLogRecordProcessor(log_exporter))
    exponential = View(instrument_name="order.size", aggregation=ExponentialBucketHistogramAggregation())
    metrics = MeterProvider(resource=resource, views=[exponential],
                            metric_readers=[PeriodicExportingMetricReader(metric_exporter, 60_000)])
    span = TracerProvider(resource=resource).get_tracer("clew.test").start_span("POST /orders")
    context = trace.set_span_in_context(span)
    logger = logs.get_logger("clew.test", "0.1.0")
    logger.emit(LogRecord(timestamp=time.time_ns(), context=context, severity_number=SeverityNumber.INFO, severity_text="INFO",
                          body="order placed", attributes={"order.id": 17, "order.express": True, "order.total": 12.5,
                                                           "order.note": "für Käthe 登山"}))
    logger.emit(LogRecord(timestamp=time.time_ns(), context=context, severity_number=SeverityNumber.ERROR, severity_text="ERROR",
                          body={"what": "card declined", "tries": 3}, attributes={"order.id": 17}, event_name="card.declined"))
    meter = metrics.get_meter("clew.test", "0.1.0")
    counter = meter.create_counter("orders", unit="{order}", description="Orders placed")
    counter.add(2, {"express": True})
    counter.add(5, {"express": False})
    meter.create_up_down_counter("orders.open").add(-1)
    meter.create_gauge("queue.length", unit="{item}").set(4.5)
    duration = meter.create_histogram("order.duration", unit="s")
    for seconds in (0.5, 7, 30):
        duration.record(seconds, {"express": True}, context=context)
    size = meter.create_histogram("order.size")
    for items in (1, 2, 300):
        size.record(items)
    logs.shutdown()
    metrics.shutdown()
    print(f"{span.get_span_context().trace_id:032x}")


main()
