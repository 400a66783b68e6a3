"""Log records of a trace stand among its events, from memory and from blocks."""
import json
import time

from clew_server import get_json, http, wait_until

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def export(server, path, body):
    assert http("POST", server.otlp_url(path), json.dumps(body).encode(), {"Content-Type": "application/json"})[0] == 200


def resource():
    return {"attributes": [{"key": "service.name", "value": {"stringValue": "cart"}}]}


def test_logs_of_a_trace_are_among_its_events(server):
    now = time.time_ns()
    span = {"traceId": TRACE, "spanId": SPAN, "name": "GET /cart", "kind": 2, "startTimeUnixNano": str(now),
            "endTimeUnixNano": str(now + 9_000_000), "events": [{"timeUnixNano": str(now + 1_000_000), "name": "cache miss"}]}
    logs = [{"timeUnixNano": str(now + at), "traceId": TRACE, "severityNumber": severity, "body": {"stringValue": text}, **span_id}
            for at, severity, text, span_id in ((2_000_000, 9, "asking the store", {"spanId": SPAN}),
                                                (3_000_000, 17, "the store is slow", {"spanId": SPAN}),
                                                (4_000_000, 13, "of the trace alone", {}))]
    other = {"timeUnixNano": str(now), "traceId": "1" * 32, "body": {"stringValue": "of another trace"}}
    export(server, "/v1/traces", {"resourceSpans": [{"resource": resource(), "scopeSpans": [{"spans": [span]}]}]})
    export(server, "/v1/logs", {"resourceLogs": [{"resource": resource(), "scopeLogs": [{"logRecords": [*logs, other]}]}]})

    def told():
        status, _, body = http("GET", server.url(f"/api/v1/traces/{TRACE}/events"))
        events = json.loads(body)["events"] if status == 200 else []
        return [(e["name"], e["kind"], e.get("severity"), e["offset_ns"]) for e in events] if len(events) == 4 else None

    expected = [("cache miss", "event", None, 1_000_000), ("asking the store", "log", "INFO", 2_000_000),
                ("the store is slow", "log", "ERROR", 3_000_000), ("of the trace alone", "log", "WARN", 4_000_000)]
    assert wait_until(told, what="four events") == expected
    server.flush()
    assert told() == expected
    found = get_json(server.url("/api/v1/logs"), {"trace_id": TRACE, "service": "cart"})
    assert len(found["logs"]) == 3
