"""Real OpenTelemetry SDKs send the trace of an order; it is found by id, by search and through Jaeger's API, and is whole.

Python, Node.js and Go, over gRPC, HTTP protobuf and HTTP JSON, as far as each speaks them; JSON also made by hand.
"""
import pathlib
import sys

import pytest

import order_trace
import shop
from clew_server import attributes_of, spans_of, wait_until
from shop import run

CLIENTS = pathlib.Path(__file__).resolve().parent.parent / "client"
KINDS = {"POST /orders": 2, "SELECT orders": 3, "orders publish": 4, "orders process": 5, "charge": 1}
PARENTS = {"POST /orders": None, "SELECT orders": "POST /orders", "orders publish": "POST /orders",
           "orders process": "orders publish", "charge": "POST /orders"}
ROOT_ATTRIBUTES = {"http.request.method": "POST", "http.response.status_code": 500, "order.total": 12.5,
                   "order.express": True, "order.skus": ["a-1", "b-2"], "order.note": "für Käthe 登山"}


def send_by_hand(server, protocol, service):
    trace_id, request = order_trace.order(service)
    status, _, body = server.send_otlp(request)
    assert status == 200, body
    return trace_id


def send_with_python(server, protocol, service):
    endpoint = server.grpc_address() if protocol == "grpc" else server.otlp_url()
    return run(sys.executable, CLIENTS / "python" / "send_order.py", protocol, endpoint, service)


@pytest.fixture(scope="session")
def node_path():
    return shop.node_folder()


def send_with_node(server, protocol, service, node_path):
    endpoint = f"http://{server.grpc_address()}" if protocol == "grpc" else server.otlp_url()
    return run(f"{node_path}/node", CLIENTS / "node" / "send_order.mjs", protocol, endpoint, service)


@pytest.fixture(scope="session")
def go_client(tmp_path_factory):
    shop.needed("go", "the Go SDK")
    program = tmp_path_factory.mktemp("go") / "client"
    run("go", "build", "-o", program, ".", cwd=CLIENTS / "go")
    return program


def send_with_go(server, protocol, service, go_client):
    endpoint = server.grpc_address() if protocol == "grpc" else server.otlp_url().removeprefix("http://")
    return run(go_client, protocol, endpoint, service)


@pytest.fixture
def sent(request, server):
    """(service, trace id) of an order sent by one client over one protocol."""
    client, protocol = request.param
    service = f"{client}-{protocol.replace('/', '-')}"
    if client == "node":
        trace_id = send_with_node(server, protocol, service, request.getfixturevalue("node_path"))
    elif client == "go":
        trace_id = send_with_go(server, protocol, service, request.getfixturevalue("go_client"))
    else:
        send = send_with_python if client == "python" else send_by_hand
        trace_id = send(server, protocol, service)
    return service, trace_id


@pytest.mark.parametrize("sent", [
    ("python", "grpc"), ("python", "http/protobuf"),
    ("node", "grpc"), ("node", "http/protobuf"), ("node", "http/json"),
    ("go", "grpc"), ("go", "http/protobuf"),
    ("hand", "http/json"),
], indirect=True, ids="-".join)
def test_an_order_is_found_whole(server, sent):
    service, trace_id = sent
    trace = wait_until(lambda: server.trace(trace_id), what="the trace by id")
    check_trace(trace, service)
    check_search(server, service, trace_id)
    check_jaeger(server, service, trace_id)


def check_trace(trace, service):
    spans = {span["name"]: span for span, _ in spans_of(trace)}
    assert set(spans) == set(KINDS)
    for span, resource in spans_of(trace):
        assert resource["service.name"] == service and resource["service.version"] == "1.2.3"
        assert span["kind"] == KINDS[span["name"]]
        parent = PARENTS[span["name"]]
        assert span.get("parentSpanId", "") == (spans[parent]["spanId"] if parent else "")
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
    root = spans["POST /orders"]
    assert attributes_of(root) == ROOT_ATTRIBUTES
    assert root["status"] == {"code": 2, "message": "order failed"}
    assert [attributes_of(link) for link in root["links"]] == [{"reason": "reorder"}]
    assert spans["SELECT orders"]["status"] == {"code": 1}
    assert [(event["name"], attributes_of(event)) for event in spans["SELECT orders"]["events"]] == [("rows", {"count": 3})]
    exception, = spans["charge"]["events"]
    assert exception["name"] == "exception" and attributes_of(exception)["exception.message"] == "card declined"
    scopes = {scope_spans["scope"]["name"] for resource_spans in trace["resourceSpans"]
              for scope_spans in resource_spans["scopeSpans"]}
    assert scopes == {"clew.test"}


def check_search(server, service, trace_id):
    for query in (
            f'{{ resource.service.name = "{service}" && name = "POST /orders" }}',
            f'{{ resource.service.name = "{service}" && span.order.total > 12 && span.order.express = true }}',
            f'{{ resource.service.name = "{service}" && span.order.note =~ "für.*登山" }}',
            f'{{ .service.name = "{service}" && event.exception.message = "card declined" && status = error }}',
            f'{{ resource.service.name = "{service}" && kind = consumer }}',
            f'{{ resource.service.name = "{service}" && span.db.system = "postgresql" && status = ok }}',
    ):
        found = server.search(query)
        assert [trace["trace_id"] for trace in found] == [trace_id], query
        assert found[0]["span_count"] == 5 and found[0]["error_count"] == 2
        assert (found[0]["root_service"], found[0]["root_name"]) == (service, "POST /orders")
    assert server.search(f'{{ resource.service.name = "{service}" && span.order.total > 13 }}') == []
    names = {(each["name"], each["kind"]) for each in server.api("/operations", service=service)["operations"]}
    assert {("POST /orders", "server"), ("orders process", "consumer")} <= names


def check_jaeger(server, service, trace_id):
    trace, = server.jaeger(f"/api/traces/{trace_id}")["data"]
    spans = {span["operationName"]: span for span in trace["spans"]}
    assert set(spans) == set(KINDS)
    assert {trace["processes"][span["processID"]]["serviceName"] for span in trace["spans"]} == {service}
    charge_tags = {tag["key"]: tag["value"] for tag in spans["charge"]["tags"]}
    assert charge_tags["error"] is True and charge_tags["otel.status_description"] == "card declined"
    references = spans["orders process"]["references"]
    assert [(each["refType"], each["spanID"]) for each in references] == [("CHILD_OF", spans["orders publish"]["spanID"])]
    assert service in server.jaeger("/api/services")["data"]
    found = server.jaeger("/api/traces", service=service, operation="SELECT orders", tags='{"db.system":"postgresql"}')
    assert [each["traceID"] for each in found["data"]] == [trace_id]
