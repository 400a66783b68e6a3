import http.server, os
from skywalking import agent, config

# Spans go to SW_AGENT_COLLECTOR_BACKEND_SERVICES. The agent finds http.server, Flask, Django, requests and others by itself.
config.init(agent_name="hello")
agent.start()

class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello\n")

http.server.HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Hello).serve_forever()
