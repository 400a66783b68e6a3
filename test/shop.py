"""The test shop: services traced by the real client libraries of the field, and the browser's headers they continue.

test/client/python/shop_service.py says what a service does. A Client is one library in one setup, a Shop runs services.
"""
import base64
import dataclasses
import functools
import hashlib
import json
import os
import pathlib
import re
import secrets
import select
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import zipfile

import pytest
import xxhash

from clew_server import ROOT

SOURCES = ROOT / "test" / "client"
BUILD = ROOT / "build" / "client"
START_SECONDS_MAX = 90
STOP_SECONDS_MAX = 40
# What a client or its program says when something goes wrong. Services say nothing else than where they listen.
# The frames of a Java stack are none, whatever their names: the line above them says what was wrong.
COMPLAINT = re.compile(r"^(?!\s+at ).*(error|exception|traceback|fail|refused|unable|cannot|warn|panic|reject|invalid)",
                       re.IGNORECASE)
STOCK = {"shop.items": 3, "shop.express": True, "shop.total": 12.5, "shop.note": "für Käthe 登山"}
STOCK_TEXTS = {"shop.items": "3", "shop.express": "true", "shop.total": "12.5", "shop.note": "für Käthe 登山"}


@dataclasses.dataclass(frozen=True)
class Client:
    """One library in one setup: what a service is told, and what is expected of its spans."""
    name: str
    language: str
    library: str            # the argument of the language's shop program
    endpoint: str           # with {ports} by the names of the settings listen.*
    door: str               # the protocol as /arrivals names it
    protocol: str = ""
    propagation: str = ""   # as the library's setup names it
    header: str = "tracecontext"   # what the browser sends
    sdk: tuple = ("", "", "")      # telemetry.sdk.name, version, language, as far as the protocol tells them
    server_name: str = "GET {path}"
    client_name: str = "GET {path}"
    texts_only: bool = False       # the library knows no other attribute values
    keeps_trace_state: bool = True
    shared_ids: bool = False       # client and server half of a call have one span id
    event: str = "exception"       # the event of the span that fails
    method_key: str = "http.request.method"
    sends_also: tuple = ()         # "logs", "metrics"
    environment: tuple = ()        # (name, value) pairs
    harmless: str = "$^"           # lines of its output that are no complaints though they look like one


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=900, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


def needed(tool, what):
    """Skips loudly where a tool is missing; in CI nothing may be missing."""
    if shutil.which(tool) is None:
        assert not os.environ.get("CI"), f"no {tool} on PATH, and nothing may be skipped here"
        pytest.skip(f"no {tool} on PATH: {what} were NOT tested")


def built(name, inputs, build):
    """Calls build(folder) unless the folder was built from the same inputs before; returns the folder."""
    digest = hashlib.sha256()
    for path in sorted(each for each in inputs if each.is_file()):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    folder, stamp = BUILD / name, BUILD / name / "built-from"
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        build(folder)
        stamp.write_text(digest.hexdigest())
    return folder


# ---- programs: the command line that runs a service ----
def python_program(library):
    return [sys.executable, SOURCES / "python" / "shop_service.py", library]


@functools.cache
def node_folder(client="node"):
    """The folder of a Node.js >= 20, after the packages of test/client/<client> are installed as its lock file says."""
    node, folder = run(ROOT / "tool" / "node_path").splitlines()[-1], SOURCES / client
    lock, stamp = (folder / "package-lock.json").read_bytes(), folder / "node_modules" / "installed-lock.json"
    if not stamp.exists() or stamp.read_bytes() != lock:
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder,
            env={**os.environ, "PATH": f"{node}:{os.environ['PATH']}"})
        stamp.write_bytes(lock)
    return node


def node_program(library):
    return [f"{node_folder()}/node", SOURCES / "node" / "shop_service.mjs", library]


@functools.cache
def go_programs():
    needed("go", "the Go clients")
    inputs = [path for module in ("go", "go-service", "go-sw6") for path in (SOURCES / module).rglob("*")]

    def build(folder):
        run("go", "build", "-o", folder / "shop", "./shop", cwd=SOURCES / "go")
        run("go", "build", "-o", folder / "shop-sw6", ".", cwd=SOURCES / "go-sw6")

    return built("go", inputs, build)


def go_program(library):
    return [go_programs() / "shop-sw6"] if library == "sw6" else [go_programs() / "shop", library]


def skywalking_agent(folder):
    """Puts the agent's folder together as its distribution has it: the jar, its configuration, its plugins."""
    agent, classes = folder / "skywalking-agent", folder / "classes" / "shopplugin"
    (agent / "plugins").mkdir(parents=True)
    (agent / "config").mkdir()
    # As the distribution's file has them.
    (agent / "config" / "agent.config").write_text("".join(f"{key}=${{{variable}:{default}}}\n" for key, variable, default in (
        ("agent.service_name", "SW_AGENT_NAME", "Your_ApplicationName"),
        ("agent.instance_name", "SW_AGENT_INSTANCE_NAME", ""),
        ("collector.backend_service", "SW_AGENT_COLLECTOR_BACKEND_SERVICES", "127.0.0.1:11800"),
        ("collector.heartbeat_period", "SW_AGENT_COLLECTOR_HEARTBEAT_PERIOD", "30"),
        ("logging.output", "SW_LOGGING_OUTPUT", "FILE"), ("logging.level", "SW_LOGGING_LEVEL", "INFO"))))
    shutil.move(folder / "agent" / "apm-agent.jar", agent / "skywalking-agent.jar")
    with zipfile.ZipFile(agent / "plugins" / "shop-plugin.jar", "w") as jar:
        jar.writestr("skywalking-plugin.def", "shop=shopplugin.ShopPlugin\nshop=shopplugin.HelloPlugin\n")
        for path in classes.iterdir():
            jar.write(path, f"shopplugin/{path.name}")
    shutil.rmtree(classes)


@functools.cache
def java_classes():
    needed("mvn", "the Java clients")
    inputs = [SOURCES / "java" / "pom.xml", *(SOURCES / "java" / "src").rglob("*"), pathlib.Path(__file__)]

    def build(folder):
        maven = ["mvn", "-q", "-B", f"-Dshop.build={folder}", "process-classes"]
        offline = subprocess.run([*maven, "-o"], cwd=SOURCES / "java", capture_output=True)
        if offline.returncode != 0:
            run(*maven, cwd=SOURCES / "java")
        skywalking_agent(folder)

    return built("java", inputs, build)


def java_program(library):
    folder = java_classes()
    agents = {"agent": [f"-javaagent:{folder}/agent/opentelemetry-javaagent.jar"],
              "skywalking": [f"-javaagent:{folder}/skywalking-agent/skywalking-agent.jar"]}
    older = f"{folder}/lib-jaeger-grpc/*:" if library == "otel-1.34" else ""
    # Quick to start rather than quick later.
    return ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", *agents.get(library, []),
            "-cp", f"{folder}/classes:{older}{folder}/lib/*", "shop.ShopService", library.removesuffix("-1.34")]


PROGRAMS = {"python": python_program, "node": node_program, "go": go_program, "java": java_program}


# ---- services ----
class Service:
    """One process. Its output is watched for complaints when it ends."""

    def __init__(self, client, name, ports, folder):
        self.client, self.name = client, name
        self.output = folder / f"{name}.output"
        environment = {**os.environ, **dict(client.environment), "SHOP_SERVICE": name,
                       "SHOP_ENDPOINT": client.endpoint.format(**ports), "SHOP_PROTOCOL": client.protocol,
                       "SHOP_PROPAGATION": client.propagation}
        environment = {key: value.format(name=name, endpoint=environment["SHOP_ENDPOINT"]) if key in dict(client.environment)
                       else value for key, value in environment.items()}
        command = [str(part) for part in PROGRAMS[client.language](client.library)]
        with open(self.output, "wb") as errors:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment, cwd=folder)

    def wait_until_listening(self):
        deadline, said = time.monotonic() + START_SECONDS_MAX, b""
        while not (found := re.search(rb"^listening (\d+)\n", said, re.MULTILINE)):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            piece = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            assert piece, f"{self.name} does not listen: {said!r} {self.output.read_text(errors='replace')[-3000:]}"
            said += piece
        self.port, self.said = int(found[1]), said.decode(errors="replace")

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self):
        """Has it send what it holds and end; returns its complaints."""
        self.process.send_signal(signal.SIGTERM)
        try:
            rest, _ = self.process.communicate(timeout=STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            return [f"{self.name} did not end on SIGTERM"]
        said = self.said + rest.decode(errors="replace") + self.output.read_text(errors="replace")
        code = self.process.returncode
        complaints = [] if code == 0 else [f"{self.name} ended with {code}"]
        return complaints + [f"{self.name}: {line}" for line in said.splitlines()
                             if COMPLAINT.search(line) and not re.search(self.client.harmless, line)]

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class Shop:
    """Services in a folder, which all send to one server. A context manager: those still running are killed at its end."""

    def __init__(self, server, folder):
        self.ports = {key.removeprefix("listen."): value for key, value in server.settings.items()
                      if key.startswith("listen.")}
        self.folder, self.services = folder, []

    def start(self, *clients_and_names):
        started = [Service(client, name, self.ports, self.folder) for client, name in clients_and_names]
        self.services += started
        for each in started:
            each.wait_until_listening()
        return started

    def stop(self):
        """Ends all services in order; returns what they complained about."""
        complaints = [complaint for each in self.services for complaint in each.stop()]
        self.services = []
        return complaints

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in self.services:
            each.kill()


def request(services, paths, headers):
    """Sends one request through the services, in their order; returns the first one's answer."""
    urls = [service.url(path) for service, path in zip(services, paths)]
    asked = urllib.request.Request(urls[0], headers={**headers, "X-Shop-Next": ",".join(urls[1:])})
    with urllib.request.urlopen(asked, timeout=120) as answer:
        return json.load(answer)


# ---- the browser ----
@dataclasses.dataclass(frozen=True)
class Browser:
    """A request as a page's SDK sends it: its headers, and the ids that the backend's spans must show for it."""
    headers: dict
    trace: str              # as the header has it: what a user would look for
    trace_id: str           # 32 hex digits
    span_id: str            # of the browser's own span: what the first server span hangs below


def text64(text):
    return base64.b64encode(text.encode()).decode()


def browser(kind, trace_bits=128):
    trace, span = secrets.token_hex(trace_bits // 8), secrets.token_hex(8)
    if kind in ("sw8", "sw6"):
        return browser_of_skywalking(kind)
    headers = {
        "tracecontext": {"traceparent": f"00-{trace}-{span}-01", "tracestate": "rum=v2&browser&pid1&session1&user1"},
        "b3": {"b3": f"{trace}-{span}-1"},
        "b3multi": {"X-B3-TraceId": trace, "X-B3-SpanId": span, "X-B3-Sampled": "1"},
        "jaeger": {"uber-trace-id": f"{trace}:{span}:0:1"},
    }[kind]
    return Browser(headers, trace, trace.zfill(32), span)


def browser_of_skywalking(kind):
    if kind == "sw8":
        trace, segment = (f"{a[:8]}-{a[8:12]}-{a[12:16]}-{a[16:20]}-{a[20:]}" for a in (secrets.token_hex(16), secrets.token_hex(16)))
        rest = [text64(text) for text in ("ws01@0123456789abcde", "2.3.1", "/shop", "127.0.0.1:8080")]
        header = "-".join(["1", text64(trace), text64(segment), "0", *rest])
        trace_id = trace.replace("-", "")
    else:
        number = secrets.randbelow(10**15)
        trace, segment = f"1.14634.{number}", f"1.14634.{number + 1}"
        rest = [text64(text) for text in ("#127.0.0.1:8080", "#/cart", "#/cart")]
        header = "-".join(["1", text64(trace), text64(segment), "0", "1", "1", *rest])
        trace_id = xxhash.xxh3_128_hexdigest(trace.encode())
    return Browser({kind: header}, trace, trace_id, xxhash.xxh3_64_hexdigest(segment.encode(), seed=0))
