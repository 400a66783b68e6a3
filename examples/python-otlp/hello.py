import http.server, os
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()  # Its service is OTEL_SERVICE_NAME; spans go to OTEL_EXPORTER_OTLP_ENDPOINT.
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("hello")

class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        caller = propagate.extract({name.lower(): value for name, value in self.headers.items()})
        with tracer.start_as_current_span("GET /", caller, trace.SpanKind.SERVER):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello\n")

http.server.HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Hello).serve_forever()
