import http.server, os
import opentracing
from jaeger_client import Config

# Spans go to the agent's UDP port: JAEGER_AGENT_HOST, JAEGER_AGENT_PORT.
tracer = Config({
    "sampler": {"type": "const", "param": 1}, "generate_128bit_trace_id": True,
    "local_agent": {"reporting_host": os.environ["JAEGER_AGENT_HOST"], "reporting_port": int(os.environ["JAEGER_AGENT_PORT"])},
}, service_name="hello").initialize_tracer()

class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        caller = tracer.extract(opentracing.Format.HTTP_HEADERS, dict(self.headers.items()))
        with tracer.start_span("GET /", child_of=caller, tags={"span.kind": "server"}):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello\n")

http.server.HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Hello).serve_forever()
