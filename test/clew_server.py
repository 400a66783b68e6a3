"""Starts the real server for a test: free ports, a folder of its own, settings as a test wants them; and asks it things.

Only the standard library, so that bench/ uses it too.
"""
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = pathlib.Path(os.environ.get("CLEW_BINARY", ROOT / "build" / "release" / "clew"))
LOAD = pathlib.Path(os.environ.get("CLEW_LOAD_BINARY", BINARY.parent / "clew-load"))
# Limits, not expectations: a busy machine may need long, and only what never comes shall fail.
START_SECONDS_MAX = 120
STOP_SECONDS_MAX = 120
WAIT_SECONDS_MAX = 90
# Below the ports that the kernel hands out by itself, which any program's outgoing connection may take meanwhile.
PORTS = range(20_000, 32_000)


def free_ports(count, kind=socket.SOCK_STREAM):
    """Ports that nobody listens on now; held together while choosing, so they differ."""
    sockets = []
    try:
        while len(sockets) < count:
            each = socket.socket(type=kind)
            try:
                each.bind(("127.0.0.1", random.choice(PORTS)))
                sockets.append(each)
            except OSError:
                each.close()
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def yaml_text(settings):
    """{'log.sync': 'always'} as the nested YAML of conf/clew.yaml; values are written as JSON, which YAML reads."""
    nested = {}
    for key, value in settings.items():
        here = nested
        *parents, last = key.split(".")
        for parent in parents:
            here = here.setdefault(parent, {})
        here[last] = value
    return json.dumps(nested, indent=2) + "\n"


class HttpError(Exception):
    def __init__(self, status, body, headers):
        super().__init__(f"HTTP {status}: {body[:500]!r}")
        self.status, self.body, self.headers = status, body, headers


def http(method, url, body=None, headers=None, timeout=WAIT_SECONDS_MAX):
    """(status, headers, body bytes) of any answer; raises only when there is none."""
    request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def get_json(url, parameters=None, timeout=WAIT_SECONDS_MAX):
    if parameters:
        url += "?" + urllib.parse.urlencode(parameters, doseq=True)
    status, headers, body = http("GET", url, timeout=timeout)
    if status != 200:
        raise HttpError(status, body, headers)
    return json.loads(body)


def wait_until(condition, seconds=WAIT_SECONDS_MAX, what="the condition"):
    """Polls until `condition()` returns something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(0.02)


class ClewServer:
    """One server process. Use as a context manager; start() again after stop() or kill() keeps data and ports."""

    def __init__(self, folder, settings=None, arguments=(), environment=None):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        (self.main_port, self.grpc_port, self.http_port, self.jaeger_port, self.zipkin_port, self.skywalking_port,
         self.skywalking_http_port, self.jaeger_collector_http_port, self.jaeger_collector_grpc_port,
         self.jaeger_sampling_port) = free_ports(10)
        self.jaeger_compact_udp_port, self.jaeger_binary_udp_port = free_ports(2, socket.SOCK_DGRAM)
        self.arguments = list(arguments)
        # Only what a test asks for may set anything.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CLEW_")}
        self.environment = {**inherited, **(environment or {})}
        self.settings = {
            "listen.main": self.main_port,
            "listen.otlp_grpc": self.grpc_port,
            "listen.otlp_http": self.http_port,
            "listen.jaeger": self.jaeger_port,
            "listen.zipkin": self.zipkin_port,
            "listen.skywalking_grpc": self.skywalking_port,
            "listen.skywalking_http": self.skywalking_http_port,
            "listen.jaeger_http": self.jaeger_collector_http_port,
            "listen.jaeger_grpc": self.jaeger_collector_grpc_port,
            "listen.jaeger_sampling": self.jaeger_sampling_port,
            "listen.jaeger_compact_udp": self.jaeger_compact_udp_port,
            "listen.jaeger_binary_udp": self.jaeger_binary_udp_port,
            **(settings or {}),
        }
        self.process = None
        self.log = self.folder / "server.log"

    # ---- life ----
    def launch(self):
        """Starts the process without waiting for it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "clew.yaml"
        config.write_text(yaml_text(self.settings))
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--data", self.data, "--config", config, *self.arguments],
                stdout=log, stderr=log, env=self.environment)
        return self

    def start(self):
        self.launch()
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self.is_ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"the server was not ready within {START_SECONDS_MAX} s:\n{self.log_tail()}")
            time.sleep(0.01)
        return self

    def is_ready(self):
        try:
            return http("GET", self.url("/health/ready"), timeout=5)[0] == 200
        except OSError:
            return False

    def stop(self):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS_MAX)

    def kill(self):
        """SIGKILL: a crash."""
        self.process.kill()
        self.process.wait(STOP_SECONDS_MAX)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def log_tail(self, size=4000):
        return self.log.read_text(errors="replace")[-size:]

    # ---- addresses ----
    def url(self, path=""):
        return f"http://127.0.0.1:{self.main_port}{path}"

    def otlp_url(self, path=""):
        return f"http://127.0.0.1:{self.http_port}{path}"

    def grpc_address(self):
        return f"127.0.0.1:{self.grpc_port}"

    def jaeger_url(self, path=""):
        return f"http://127.0.0.1:{self.jaeger_port}{path}"

    # ---- questions ----
    def api(self, path, timeout=WAIT_SECONDS_MAX, **parameters):
        return get_json(self.url("/api/v1" + path), parameters, timeout)

    def search(self, query="{}", **parameters):
        return self.api("/search", q=query, **{"start": "now-30d", "end": "now+1h", **parameters})["traces"]

    def trace(self, trace_id):
        """OTLP JSON, or None when there is no such trace."""
        try:
            return self.api(f"/traces/{trace_id}")
        except HttpError as error:
            if error.status == 404:
                return None
            raise

    def jaeger(self, path, **parameters):
        return get_json(self.jaeger_url(path), parameters)

    def metrics(self):
        """{'name{labels}': value} of /metrics."""
        status, _, body = http("GET", self.url("/metrics"))
        assert status == 200
        values = {}
        for line in body.decode().splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                values[name] = float(value)
        return values

    def metric_sum(self, name):
        return sum(value for key, value in self.metrics().items() if key == name or key.startswith(name + "{"))

    def flush(self, timeout=600):
        """Returns when everything acknowledged so far is in blocks."""
        wait_ms = min(600_000, timeout * 1000)
        status, headers, body = http("POST", self.url(f"/api/v1/admin/flush?wait_ms={wait_ms}"), b"", timeout=timeout)
        if status // 100 != 2:
            raise HttpError(status, body, headers)

    # ---- data ----
    def send_otlp(self, body, content_type="application/json", headers=None):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        return http("POST", self.otlp_url("/v1/traces"), body, {"Content-Type": content_type, **(headers or {})})

    def load(self, *arguments, protocol="grpc", timeout=300):
        """Runs clew-load to its end; returns what it prints."""
        return json.loads(subprocess.run(self.load_command(*arguments, protocol=protocol), check=True,
                                         stdout=subprocess.PIPE, timeout=timeout).stdout)

    def load_command(self, *arguments, protocol="grpc"):
        port = {"grpc": self.grpc_port, "http": self.http_port, "jaeger-http": self.jaeger_collector_http_port,
                "jaeger-grpc": self.jaeger_collector_grpc_port, "skywalking-grpc": self.skywalking_port}.get(protocol, self.zipkin_port)
        return [LOAD, "--protocol", protocol, "--port", str(port), *(str(argument) for argument in arguments)]


def spans_of(trace):
    """The spans of an OTLP JSON answer with their resource attributes: [(span, {key: value})]."""
    found = []
    for resource_spans in trace.get("resourceSpans", []):
        resource = attributes_of(resource_spans.get("resource", {}))
        for scope_spans in resource_spans.get("scopeSpans", []):
            for span in scope_spans.get("spans", []):
                found.append((span, resource))
    return found


def plain_value(value):
    """An OTLP JSON AnyValue as a Python value."""
    (kind, content), = value.items() if value else ((None, None),)
    if kind == "intValue":
        return int(content)
    if kind == "arrayValue":
        return [plain_value(each) for each in content.get("values", [])]
    if kind == "kvlistValue":
        return {each["key"]: plain_value(each["value"]) for each in content.get("values", [])}
    return content


def attributes_of(owner):
    return {each["key"]: plain_value(each["value"]) for each in owner.get("attributes", [])}
