"""The rows of backends_*_test.py: every client library that Clew is tested with, in every setup that matters."""
from shop import Client

# The versions that the lock files name, as telemetry.sdk.version has them.
OPENTELEMETRY = {
    "python": ("opentelemetry", "1.45.2", "python"), "node": ("opentelemetry", "2.2.0", "nodejs"),
    "go": ("opentelemetry", "1.38.0", "go"), "java": ("opentelemetry", "1.63.0", "java"),
    "java agent": ("opentelemetry", "1.67.0", "java"),
}


def otel(name, endpoint, door, protocol, header="tracecontext"):
    language = name.split("-")[0]
    return Client(name, language, "otel", endpoint, door, protocol, header, header=header,
                  sdk=OPENTELEMETRY[language])


def otel_agent(name, endpoint, door, protocol):
    return Client(
        name, "java", "agent", endpoint, door, server_name="GET /", client_name="GET",
        sdk=OPENTELEMETRY["java agent"], sends_also=("logs", "metrics"), environment=(
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


def zipkin(name, door, protocol, propagation="", header="b3", library="zipkin", shared_ids=True):
    """Zipkin tells neither its library nor the language."""
    url = "127.0.0.1:{zipkin}" if name.startswith("python") else "http://127.0.0.1:{zipkin}"
    return Client(name, name.split("-")[0], library, url, door, protocol, propagation, header=header, texts_only=True,
                  shared_ids=shared_ids, event="looked", method_key="http.method")


def zipkin_clients():
    return [
        zipkin("python-zipkin-v1-json", "zipkin_v1_json", "V1_JSON"),
        zipkin("python-zipkin-v2-json", "zipkin_v2_json", "V2_JSON", header="b3multi"),
        zipkin("python-zipkin-v2-proto", "zipkin_v2_proto", "V2_PROTO3"),
        zipkin("node-zipkin-v1-json", "zipkin_v1_json", "v1", header="b3multi"),
        zipkin("node-zipkin-v2-json", "zipkin_v2_json", "v2", header="b3multi"),
        zipkin("go-zipkin-v2-json", "zipkin_v2_json", "json", "b3"),
        zipkin("go-zipkin-v2-proto", "zipkin_v2_proto", "proto", "b3multi", "b3multi"),
        zipkin("go-zipkin-separate", "zipkin_v2_json", "json", "separate", shared_ids=False),
        zipkin("java-brave-v1-json", "zipkin_v1_json", "v1/json", "b3", library="brave"),
        zipkin("java-brave-v1-thrift", "zipkin_v1_thrift", "v1/thrift", "b3multi", "b3multi", library="brave"),
        zipkin("java-brave-v2-json", "zipkin_v2_json", "v2/json", "b3multi+64", "b3multi", library="brave"),
        zipkin("java-brave-v2-proto", "zipkin_v2_proto", "v2/proto", "b3+separate", library="brave", shared_ids=False),
    ]


def jaeger(name, door, protocol, version, propagation="128", **more):
    udp = {"jaeger_udp_compact": "127.0.0.1:{jaeger_compact_udp}", "jaeger_udp_binary": "127.0.0.1:{jaeger_binary_udp}",
           "jaeger_http_thrift": "http://127.0.0.1:{jaeger_http}/api/traces"}
    language = name.split("-")[0]
    return Client(name, language, "jaeger", udp[door] + more.pop("sampling", ""), door, protocol, propagation, header="jaeger",
                  method_key="http.method", sdk=("jaeger", version, {"node": "nodejs"}.get(language, language)), **more)


def jaeger_clients():
    return [
        jaeger("python-jaeger-udp", "jaeger_udp_compact", "udp", "4.8.0", sampling=":1"),
        jaeger("node-jaeger-udp", "jaeger_udp_binary", "udp", "3.19.0"),
        jaeger("node-jaeger-http", "jaeger_http_thrift", "http", "3.19.0", ""),
        jaeger("go-jaeger-udp", "jaeger_udp_compact", "udp", "2.30.0"),
        jaeger("go-jaeger-http", "jaeger_http_thrift", "http", "2.30.0", ""),
        jaeger("java-jaeger-udp", "jaeger_udp_compact", "udp", "1.8.1"),
        jaeger("go-jaeger-remote", "jaeger_udp_compact", "remote:1", "2.30.0", sampling=":{jaeger_sampling}"),
        Client("java-otel-jaeger-grpc", "java", "otel-1.34", "http://127.0.0.1:{jaeger_grpc}", "jaeger_grpc", "jaeger-grpc",
               "tracecontext", sdk=("opentelemetry", "1.34.1", "java"), keeps_trace_state=False),
        jaeger("java-jaeger-http", "jaeger_http_thrift", "http", "1.8.1", ""),
    ]


def jaeger_clients_that_ask():
    """They ask the server how much to sample; the probability that they begin with stands behind the colon."""
    return [client for client in jaeger_clients() if client.protocol.startswith("remote")] + [
        jaeger("python-jaeger-remote", "jaeger_udp_compact", "remote:1", "4.8.0", sampling=":{jaeger_sampling}")]


# The agent tries the plugins of all frameworks; and its meters' thread may be on its way when the program ends.
SKYWALKING_PYTHON_SAYS = (r"Plugin sw_\w+ failed to install, please ignore this warning|Exception in thread meterService|"
                          r"^Traceback \(most recent call last\)|cannot schedule new futures after")


def skywalking(name, door, header="sw8", protocol="grpc", library="skywalking", operation="{path}", sdk=("skywalking", "", ""),
               **more):
    more = {"client_name": operation, **more}
    port = "{skywalking_http}" if protocol == "http" else "{skywalking_grpc}"
    return Client(name, name.split("-")[0], library, f"127.0.0.1:{port}", door, protocol, header=header, texts_only=True,
                  server_name=operation, sdk=sdk, **more)


def skywalking_clients():
    return [
        skywalking("python-skywalking-grpc", "skywalking_grpc", sdk=("skywalking", "", "python"),
                   sends_also=("logs", "metrics"), environment=(("SW_AGENT_METER_REPORTER_PERIOD", "1"),),
                   harmless=SKYWALKING_PYTHON_SAYS),
        skywalking("python-skywalking-http", "skywalking_http", protocol="http", sdk=("skywalking", "", "python"),
                   harmless=SKYWALKING_PYTHON_SAYS),
        skywalking("node-skywalking", "skywalking_grpc", operation="GET:{path}", client_name="{path}"),  # Says its language after 20 s.
        skywalking("go-skywalking", "skywalking_grpc", operation="/GET{path}", sdk=("skywalking", "", "go")),
        skywalking("java-skywalking-agent", "skywalking_grpc", operation="GET {path}", sdk=("skywalking", "9.4.0", "java"),
                   sends_also=("metrics",), environment=(
            ("SW_AGENT_NAME", "{name}"), ("SW_AGENT_INSTANCE_NAME", "{name}-1"),
            ("SW_AGENT_COLLECTOR_BACKEND_SERVICES", "{endpoint}"), ("SW_AGENT_COLLECTOR_HEARTBEAT_PERIOD", "2"),
            ("SW_LOGGING_OUTPUT", "CONSOLE"), ("SW_LOGGING_LEVEL", "WARN")),
            # It closes its channel while its last calls are under way. Another cause has another second line.
            harmless=r"Failed to report shutdown event|ServiceManagementClient execute fail|UNAVAILABLE: Channel shutdown|"
                     r"CANCELLED: Thread interrupted|DEADLINE_EXCEEDED: ClientCall started after"),
        skywalking("go-skywalking6", "skywalking_v2_grpc", "sw6", library="sw6", operation="/GET{path}",
                   sdk=("skywalking", "", "go"), harmless=r"the id of (service|instance)"),
        skywalking("node-skyapm", "skywalking_v2_grpc", "sw6", library="skyapm", method_key="", sdk=("skywalking", "", "nodejs")),
    ]


CLIENTS = opentelemetry_clients() + jaeger_clients() + zipkin_clients() + skywalking_clients()
