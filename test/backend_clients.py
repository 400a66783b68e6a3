"""The rows of backends_test.py: every client library that Clew is tested with, in every setup that matters."""
from shop import Client

OTEL = ("opentelemetry", "")


def opentelemetry():
    grpc, http = "127.0.0.1:{otlp_grpc}", "http://127.0.0.1:{otlp_http}"
    yield Client("python-otel-grpc", "python", "otel", grpc, "otlp_grpc", "grpc", "tracecontext")
    yield Client("python-otel-http", "python", "otel", http, "otlp_http/protobuf", "http/protobuf", "jaeger", "jaeger")
    yield Client("node-otel-grpc", "node", "otel", "http://" + grpc, "otlp_grpc", "grpc", "tracecontext")
    yield Client("node-otel-protobuf", "node", "otel", http, "otlp_http/protobuf", "http/protobuf", "b3multi", "b3multi")
    yield Client("node-otel-json", "node", "otel", http, "otlp_http/json", "http/json", "b3", "b3")
    yield Client("go-otel-grpc", "go", "otel", grpc, "otlp_grpc", "grpc", "tracecontext")
    yield Client("go-otel-http-gzip", "go", "otel", "127.0.0.1:{otlp_http}", "otlp_http/protobuf", "http/protobuf", "b3", "b3")
    yield Client("java-otel-http", "java", "otel", http, "otlp_http/protobuf", propagation="tracecontext")
    for protocol, endpoint, door in (("grpc", "http://" + grpc, "otlp_grpc"), ("http/protobuf", http, "otlp_http/protobuf")):
        yield Client(
            f"java-otel-agent-{protocol.split('/')[0]}", "java", "agent", endpoint, door,
            server_name="GET /", client_name="GET", sends_also=("logs", "metrics"), environment=(
                ("OTEL_SERVICE_NAME", "{name}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "{endpoint}"), ("OTEL_BSP_SCHEDULE_DELAY", "200"),
                ("OTEL_BLRP_SCHEDULE_DELAY", "200"), ("OTEL_METRIC_EXPORT_INTERVAL", "1000")),
            harmless=r"Sharing is only supported for boot loader classes")


CLIENTS = [*opentelemetry()]
