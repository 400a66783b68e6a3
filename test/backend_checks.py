"""What must be true of a row: two services, frontend and stock, of one library in one setup send their spans to a server.

A request goes through both, once with the header of a browser and once without; the last span fails. Checked: spans, names,
kinds, parents, errors, attributes, services, search, topology, RED, what /arrivals says of the client, and that the client
has nothing to complain about.
"""
import shop
from clew_server import attributes_of, spans_of, wait_until
from trace_tree import tree_of

SERVER, CLIENT, INTERNAL = 2, 3, 1
FOUND_SECONDS_MAX = 90


def check_row(server, client, folder):
    with shop.Shop(server, folder) as running:
        running.start((client, f"{client.name}-frontend"), (client, f"{client.name}-stock"))
        traces = [request_and_check(server, client, running.services, visitor)
                  for visitor in (shop.browser(client.header), None)]
        if client.sends_also:
            wait_until(lambda: sends_also(server, client), FOUND_SECONDS_MAX, f"{client.sends_also} of {client.name}")
        check_search(server, client, traces)
        check_topology(server, client)
        check_arrivals(server, client)
        complaints = running.stop()
        assert not complaints, "\n".join(complaints)
        check_arrivals(server, client)


def request_and_check(server, client, services, visitor):
    answer = shop.request(services, ["/checkout", "/stock"], visitor.headers if visitor else {})
    trace_id = visitor.trace if visitor else answer["trace_id"]
    trace = wait_until(lambda: whole(server.trace(trace_id), 4), FOUND_SECONDS_MAX, f"the trace {trace_id}")
    check_trace(client, trace, visitor)
    check_tree(server, client, spans_of(trace)[0][0]["traceId"], visitor)
    return trace


def whole(trace, span_count):
    return trace if trace and len(spans_of(trace)) >= span_count else None


def find(spans, service, kind):
    (found,) = [span for span, resource in spans if resource["service.name"] == service and span["kind"] == kind]
    return found


def lower(client, name):
    """Zipkin's libraries write names in lower case, some of them."""
    return name.lower() if client.door.startswith("zipkin") else name


def check_trace(client, trace, visitor):
    spans = spans_of(trace)
    assert len(spans) == 4
    frontend, stock = f"{client.name}-frontend", f"{client.name}-stock"
    entry, call = find(spans, frontend, SERVER), find(spans, frontend, CLIENT)
    answered, query = find(spans, stock, SERVER), find(spans, stock, INTERNAL)
    for span, name in ((entry, client.server_name.format(path="/checkout")), (call, client.client_name.format(path="/stock")),
                       (answered, client.server_name.format(path="/stock")), (query, "query-stock")):
        assert lower(client, span["name"]) == lower(client, name)
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
    check_parents(client, visitor, entry, call, answered, query)
    for span in (entry, call, answered):
        assert span.get("status", {}).get("code", 0) != 2
    check_query(client, query)
    if client.method_key:
        assert attributes_of(entry)[client.method_key] == "GET"


def check_parents(client, visitor, entry, call, answered, query):
    if visitor:
        assert {span["traceId"] for span in (entry, call, answered, query)} == {visitor.trace_id}
    if visitor and client.header == "tracecontext" and client.keeps_trace_state:
        assert entry["traceState"] == visitor.headers["tracestate"]
    if client.shared_ids:
        assert answered["spanId"] == call["spanId"]
        assert entry["spanId"] == visitor.span_id if visitor else entry.get("parentSpanId", "") == ""
    else:
        assert len({span["spanId"] for span in (entry, call, answered, query)}) == 4
        assert entry.get("parentSpanId", "") == (visitor.span_id if visitor else "")
        assert answered["parentSpanId"] == call["spanId"]
    assert call["parentSpanId"] == entry["spanId"]
    assert query["parentSpanId"] == answered["spanId"]


def check_tree(server, client, trace_id, visitor):
    """One line, whose top is an orphan only because the browser itself reports to nobody here."""
    tree = tree_of(server, trace_id)
    frontend, stock = f"{client.name}-frontend", f"{client.name}-stock"
    assert tree.deepest_path() == [(frontend, "server"), (frontend, "client"), (stock, "server"), (stock, "internal")]
    assert (len(tree.rows), tree.orphan_count) == (4, 1 if visitor and not client.shared_ids else 0)


def check_query(client, query):
    expected = shop.STOCK_TEXTS if client.texts_only else shop.STOCK
    assert {key: value for key, value in attributes_of(query).items() if key.startswith("shop.")} == expected
    assert query["status"]["code"] == 2
    events = {event["name"]: attributes_of(event) for event in query.get("events", [])}
    assert client.event in events
    if client.event == "exception":
        assert events["exception"]["exception.message"] == "out of stock"


def check_search(server, client, traces):
    trace_ids = {spans_of(trace)[0][0]["traceId"] for trace in traces}
    note = shop.STOCK["shop.note"]
    for query in (f'{{ resource.service.name = "{client.name}-stock" && status = error }}',
                  f'{{ resource.service.name = "{client.name}-stock" && name = "query-stock" && span.shop.note = "{note}" }}',
                  f'{{ resource.service.name = "{client.name}-frontend" && kind = client }}'):
        found = server.search(query)
        assert {trace["trace_id"] for trace in found} == trace_ids, query
        assert {trace["span_count"] for trace in found} == {4}
        assert {trace["error_count"] for trace in found} == {1}
        assert {trace["root_service"] for trace in found} == {f"{client.name}-frontend"}


def check_topology(server, client):
    edges = {(edge["parent"], edge["child"]): edge["call_count"] for edge in server.api("/dependencies")["dependencies"]}
    assert edges[f"{client.name}-frontend", f"{client.name}-stock"] == 2
    for service in ("frontend", "stock"):
        series, = server.api("/red", service=f"{client.name}-{service}", end="now+1m", step="60s")["series"]
        assert sum(point["count"] for point in series["points"]) == 4


def senders_of(server, client):
    return [sender for sender in server.api("/arrivals")["senders"] if sender["service"].startswith(client.name + "-")]


def sends_also(server, client):
    counts = {"logs": "log_record_count", "metrics": "data_point_count"}
    return all(any(sender[counts[what]] for sender in senders_of(server, client)) for what in client.sends_also)


def check_arrivals(server, client):
    senders = senders_of(server, client)
    assert {sender["protocol"] for sender in senders} == {client.door}
    assert sum(sender["span_count"] for sender in senders) == 8
    for sender in senders:
        if sender["span_count"]:
            library, version, language = client.sdk
            assert sender["library"] == library
            # SkyWalking's agents may send spans before they have said what they are; the Java agent appends a commit.
            is_unsaid = client.door.startswith("skywalking") and sender["language"] == "" == sender["library_version"]
            assert is_unsaid or (sender["language"] == language and sender["library_version"].startswith(version)), sender
            assert is_unsaid or bool(sender["library_version"]) == bool(version)
        assert all(not value for key, value in sender.items() if key.startswith(("refused", "failed")))
