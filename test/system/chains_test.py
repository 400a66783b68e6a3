"""One request through services of different libraries, languages and protocols is one tree, one path in the topology, and
RED for each service: what is sent in one protocol hangs below what was sent in another.
"""
import dataclasses
import time

import pytest

import shop
from backend_clients import CLIENTS
from clew_server import spans_of, wait_until
from trace_tree import tree_of

BY_NAME = {client.name: client for client in CLIENTS}
FOUND_SECONDS_MAX = 90
BROWSER = "rum-browser"


@dataclasses.dataclass(frozen=True)
class Chain:
    name: str
    header: str             # what the browser sends; empty: it sends none, the first service begins the trace
    links: tuple            # (name of a client, how it propagates here)
    trace_bits: int = 128


CHAINS = [
    Chain("w3c", "tracecontext", (
        ("node-otel-json", "tracecontext"), ("go-otel-grpc", "tracecontext"), ("python-otel-http", "tracecontext"),
        ("java-otel-agent-http", ""))),
    Chain("b3", "b3", (
        ("python-otel-grpc", "b3"), ("go-zipkin-v2-json", "b3"), ("java-otel-http", "b3multi"), ("node-zipkin-v2-json", ""))),
    Chain("b3-64-bits", "b3multi", (
        ("python-zipkin-v1-json", ""), ("java-brave-v1-thrift", "b3"), ("go-otel-http-gzip", "b3multi"),
        ("node-otel-protobuf", "b3")), trace_bits=64),
    Chain("uber-trace-id", "jaeger", (
        ("node-jaeger-udp", "128"), ("go-jaeger-udp", "128"), ("java-otel-http", "jaeger"), ("python-jaeger-udp", "128"),
        ("java-jaeger-http", "128"))),
    Chain("uber-64-bits", "jaeger", (
        ("python-otel-grpc", "jaeger"), ("java-jaeger-udp", ""), ("node-jaeger-http", ""), ("go-otel-grpc", "jaeger")), trace_bits=64),
    Chain("uber-begun-with-64-bits", "", (
        ("go-jaeger-http", ""), ("node-otel-json", "jaeger"), ("java-jaeger-http", ""), ("python-jaeger-udp", ""))),
    Chain("sw8", "sw8", (
        ("python-skywalking-grpc", ""), ("go-skywalking", ""), ("node-skywalking", ""), ("java-skywalking-agent", ""))),
    # Not from Go to Node.js: skyapm reads go2sky's ids into JavaScript's numbers, which are too short for them.
    Chain("sw6", "sw6", (("node-skyapm", ""), ("go-skywalking6", ""), ("go-skywalking6", ""))),
    Chain("sw6-begun-by-node", "", (("node-skyapm", ""), ("node-skyapm", ""), ("go-skywalking6", ""))),
    Chain("sw8-begun-by-java", "", (("java-skywalking-agent", ""), ("node-skywalking", ""), ("python-skywalking-grpc", ""))),
    Chain("b3-begun-with-64-bits", "", (
        ("java-brave-v2-json", "b3multi+64"), ("go-zipkin-v2-proto", "b3multi"), ("node-otel-grpc", "b3"))),
]


@pytest.fixture(params=CHAINS, ids=lambda chain: chain.name)
def chain_and_services(request, server, tmp_path):
    chain = request.param
    clients = [dataclasses.replace(BY_NAME[name], propagation=propagation) for name, propagation in chain.links]
    with shop.Shop(server, tmp_path) as running:
        yield chain, running, running.start(*((client, f"{chain.name}-{position}-{client.name}")
                                              for position, client in enumerate(clients, 1)))


def test_one_request_is_one_tree(server, chain_and_services):
    chain, running, services = chain_and_services
    visitor = shop.browser(chain.header, chain.trace_bits) if chain.header else None
    paths = ["/checkout", *(f"/step-{position}" for position in range(2, len(services) + 1))]
    answer = shop.request(services, paths, visitor.headers if visitor else {})
    trace_id = visitor.trace if visitor else answer["trace_id"]
    if visitor:
        report_browser(server, visitor)
    # A server and a client span of each, the last one looks into its stock instead of calling on.
    span_count = 2 * len(services) + (1 if visitor else 0)
    wait_until(lambda: len(spans_of(server.trace(trace_id) or {})) >= span_count, FOUND_SECONDS_MAX, trace_id)

    names = [service.name for service in services]
    tree = tree_of(server, visitor.trace_id if visitor else trace_id)
    line = [(name, kind) for name in names for kind in ("server", "client")]
    browser = [(BROWSER, "client")] if visitor else []
    assert tree.deepest_path() == [*browser, *line[:-1], (names[-1], "internal")]
    assert (len(tree.rows), tree.root_count, tree.orphan_count) == (span_count, 1, 0)
    check_topology(server, names)
    check_red(server, names)
    complaints = running.stop()
    assert not complaints, "\n".join(complaints)


def report_browser(server, visitor):
    """The browser's own span, as RUM makes it: what the first service's span hangs below."""
    end = time.time_ns()
    status, _, body = server.send_otlp({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": BROWSER}}]},
        "scopeSpans": [{"spans": [{
            "traceId": visitor.trace_id, "spanId": visitor.span_id, "name": "browser.request: /checkout", "kind": 3,
            "startTimeUnixNano": str(end - 10**9), "endTimeUnixNano": str(end)}]}]}]})
    assert status == 200, body


def check_topology(server, names):
    edges = server.api("/dependencies", end="now+1m")["dependencies"]
    among = {(edge["parent"], edge["child"]): edge["call_count"] for edge in edges if {edge["parent"], edge["child"]} & {*names}}
    among.pop((BROWSER, names[0]), None)
    assert among == {each: 1 for each in zip(names, names[1:])}


def check_red(server, names):
    for position, name in enumerate(names, 1):
        series, = server.api("/red", service=name, end="now+1m", step="60s")["series"]
        assert sum(point["count"] for point in series["points"]) == 2
        assert sum(point["error_count"] for point in series["points"]) == (1 if position == len(names) else 0)
