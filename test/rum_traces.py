"""What a browser's request says in its headers, and what must be true of the trace that it began."""
import base64
import dataclasses

import xxhash

from clew_server import attributes_of, spans_of, wait_until
from trace_tree import tree_of

STATEMENT = "SELECT id, total FROM orders WHERE customer = ? ORDER BY placed DESC"
STATEMENT_KEYS = ("db.query.text", "db.statement", "sql.query")
FOUND_SECONDS_MAX = 90
CLIENT, SERVER = 3, 2
HEADERS_OF = {"tracecontext": {"traceparent", "tracestate"}, "b3": {"b3"}, "jaeger": {"uber-trace-id"}, "sw8": {"sw8"},
              "b3multi": {"x-b3-traceid", "x-b3-spanid", "x-b3-sampled"}}
ALL_HEADERS = set.union(*HEADERS_OF.values()) | {"baggage", "sw6"}


@dataclasses.dataclass(frozen=True)
class Ids:
    trace: str        # as the header has it
    trace_id: str     # 32 hex digits
    span_id: str      # of the browser's span
    sampled: bool


def ids_in(headers):
    if "sw8" in headers:
        sampled, trace, segment, *_ = headers["sw8"].split("-")
        trace, segment = (base64.b64decode(text).decode() for text in (trace, segment))
        return Ids(trace, trace.replace("-", ""), xxhash.xxh3_64_hexdigest(segment.encode(), seed=0), sampled == "1")
    if "traceparent" in headers:
        _, trace, span, flags = headers["traceparent"].split("-")
        return Ids(trace, trace, span, flags == "01")
    if "b3" in headers:
        trace, span, sampled = headers["b3"].split("-")
        return Ids(trace, trace, span, sampled == "1")
    if "uber-trace-id" in headers:
        trace, span, _, flags = headers["uber-trace-id"].split(":")
        return Ids(trace, trace, span, flags == "1")
    return Ids(headers["x-b3-traceid"], headers["x-b3-traceid"], headers["x-b3-spanid"], headers["x-b3-sampled"] == "1")


def sent_headers(website, path):
    (seen,) = website.requests_to(path)
    return seen.headers


def trace_headers(headers):
    return {name for name in headers if name in ALL_HEADERS}


def whole_trace(server, trace, count):
    return wait_until(lambda: (found := server.trace(trace)) and len(spans_of(found)) >= count and found, FOUND_SECONDS_MAX, trace)


def statement_of(span):
    return next((attributes_of(span)[key] for key in STATEMENT_KEYS if key in attributes_of(span)), "")


def check_joined(server, service, ids, session=None, name="/orders", headers=None, is_shared=False, end="browser"):
    """The request of an end (browser, electron …) → the service's entry → its SQL statement; returns the end's span."""
    client = f"rum-{end}"

    def complete():
        found = server.trace(ids.trace)
        spans = spans_of(found) if found else []
        services = {resource["service.name"] for _, resource in spans}
        return spans if {client, service} <= services and any(statement_of(span) == STATEMENT for span, _ in spans) else None

    spans = wait_until(complete, FOUND_SECONDS_MAX, f"trace {ids.trace} of {end}, {service} and SQL")
    assert {span["traceId"] for span, _ in spans} == {ids.trace_id}
    (request,) = [span for span, resource in spans if resource["service.name"] == client]
    (entry,) = [span for span, resource in spans if resource["service.name"] == service and span["kind"] == SERVER]
    query = next(span for span, _ in spans if statement_of(span) == STATEMENT)
    assert (request["kind"], request["spanId"], request.get("parentSpanId", "")) == (CLIENT, ids.span_id, "")
    assert request["name"].startswith(f"{end}.request: ") and request["name"].endswith(name)
    if is_shared:
        assert entry["spanId"] == request["spanId"]
    else:
        assert entry["parentSpanId"] == request["spanId"]
    assert query["parentSpanId"] == entry["spanId"]
    assert int(query["endTimeUnixNano"]) >= int(query["startTimeUnixNano"])
    tree = tree_of(server, ids.trace_id)
    assert (tree.root_count, tree.orphan_count) == (1, 0)
    assert tree.deepest_path() == [(client, "client"), (service, "server"), (service, "client")]
    told = attributes_of(request)
    assert told["http.request.method"] == "GET" and told["http.response.status_code"] == 200
    if session:
        assert (told["session.id"], told["user.id"]) == session
    if headers and "tracestate" in headers:
        assert request["traceState"] == headers["tracestate"]
        assert entry["traceState"] == headers["tracestate"]
    return request
