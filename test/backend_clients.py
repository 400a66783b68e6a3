"""The rows of backends_test.py: every client library that Clew is tested with, in every setup that matters."""
from shop import Client

# The versions that the lock files name, as telemetry.sdk.version has them.
OPENTELEMETRY = {"python": "1.45.2", "node": "2.2.0", "go": "1.38.0", "java": "1.63.0", "java agent": "1.67.0"}


def otel(name, endpoint, door, protocol, header="tracecontext"):
    language = name.split("-")[0]
    return Client(name, language, "otel", endpoint, door, protocol, header, header=header,
                  sdk=("opentelemetry", OPENTELEMETRY[language]))


def otel_agent(name, endpoint, door, protocol):
    return Client(
        name, "java", "agent", endpoint, door, server_name="GET /", client_name="GET",
        sdk=("opentelemetry", OPENTELEMETRY["java agent"]), environment=(
            ("OTEL_SERVICE_NAME", "{name}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "{endpoint}"), ("OTEL_BSP_SCHEDULE_DELAY", "200"),
            ("OTEL_BLRP_SCHEDULE_DELAY", "200"), ("OTEL_METRIC_EXPORT_INTERVAL", "1000")),
        harmless=r"Sharing is only supported for boot loader classes")


def opentelemetry_clients():
    grpc, http = "127.0.0.1:{otlp_grpc}", "http://127.0.0.1:{otlp_http}"
    return [
        otel("python-otel-grpc", grpc, "otlp_grpc", "grpc"),
        otel("python-otel-http", http, "otlp_http/protobuf", "http/protobuf", "jaeger"),
        otel("node-otel-grpc", f"http://{grpc}", "otlp_grpc", "grpc"),
        otel("node-otel-protobuf", http, "otlp_http/protobuf", "http/protobuf", "b3multi"),
        otel("node-otel-json", http, "otlp_http/json", "http/json", "b3"),
        otel("go-otel-grpc", grpc, "otlp_grpc", "grpc"),
        otel("go-otel-http-gzip", "127.0.0.1:{otlp_http}", "otlp_http/protobuf", "http/protobuf", "b3"),
        otel("java-otel-http", http, "otlp_http/protobuf", "http/protobuf"),
        otel_agent("java-otel-agent-grpc", f"http://{grpc}", "otlp_grpc", "grpc"),
        otel_agent("java-otel-agent-http", http, "otlp_http/protobuf", "http/protobuf"),
    ]


CLIENTS = opentelemetry_clients()
