"""Builds the trace of one order as OTLP JSON by hand, as a client without an SDK would."""
import os
import time


def text(key, value):
    return {"key": key, "value": {"stringValue": value}}


def random_id(size):
    return os.urandom(size).hex()


def span(trace_id, name, kind=1, parent="", start_ns=None, duration_ns=1_000_000, attributes=(), **fields):
    start_ns = time.time_ns() if start_ns is None else start_ns
    return {"traceId": trace_id, "spanId": random_id(8), "parentSpanId": parent, "name": name, "kind": kind,
            "startTimeUnixNano": str(start_ns), "endTimeUnixNano": str(start_ns + duration_ns),
            "attributes": list(attributes), **fields}


def request(spans, service="test-service", resource=()):
    return {"resourceSpans": [{
        "resource": {"attributes": [text("service.name", service), *resource]},
        "scopeSpans": [{"scope": {"name": "clew.test", "version": "0.1.0"}, "spans": list(spans)}]}]}


def order(service):
    """The same trace that the SDK clients send: (trace id, request)."""
    trace_id = random_id(16)
    now = time.time_ns()
    root = span(trace_id, "POST /orders", 2, start_ns=now, duration_ns=9_000_000, attributes=[
        text("http.request.method", "POST"),
        {"key": "http.response.status_code", "value": {"intValue": "500"}},
        {"key": "order.total", "value": {"doubleValue": 12.5}},
        {"key": "order.express", "value": {"boolValue": True}},
        {"key": "order.skus", "value": {"arrayValue": {"values": [{"stringValue": "a-1"}, {"stringValue": "b-2"}]}}},
        text("order.note", "für Käthe 登山"),
    ], status={"code": 2, "message": "order failed"},
        links=[{"traceId": random_id(16), "spanId": random_id(8), "attributes": [text("reason", "reorder")]}])
    query = span(trace_id, "SELECT orders", 3, root["spanId"], now + 1_000_000,
                 attributes=[text("db.system", "postgresql"), text("db.statement", "SELECT 1")], status={"code": 1},
                 events=[{"timeUnixNano": str(now + 1_500_000), "name": "rows",
                          "attributes": [{"key": "count", "value": {"intValue": "3"}}]}])
    publish = span(trace_id, "orders publish", 4, root["spanId"], now + 3_000_000,
                   attributes=[text("messaging.system", "kafka"), text("messaging.destination.name", "orders")])
    consume = span(trace_id, "orders process", 5, publish["spanId"], now + 3_200_000)
    charge = span(trace_id, "charge", 1, root["spanId"], now + 5_000_000,
                  status={"code": 2, "message": "card declined"},
                  events=[{"timeUnixNano": str(now + 5_500_000), "name": "exception", "attributes": [
                      text("exception.type", "ValueError"), text("exception.message", "card declined")]}])
    return trace_id, request([root, query, publish, consume, charge], service, [text("service.version", "1.2.3")])
