"""Sessions on the real server: bundles of the ARMS SDK and spans of backends become a list, a session whose requests say what
became of them in each of the seven states, and a way back from the trace; from memory and from a block."""
import json
import time
import uuid

from clew_server import ClewServer, HttpError, get_json, http, wait_until

PAGE = "https://shop.example"


class Session:
    """A session as a page reports it."""

    def __init__(self, server, app="ws01@app", kind="browser"):
        self.server, self.app, self.kind = server, app, kind
        self.id, self.view, self.events = uuid.uuid4().hex, uuid.uuid4().hex, []
        self.now = int(time.time() * 1000)

    def add(self, event_type, age_ms=0, **fields):
        event_id = f"00-{self.id}-{len(self.events):016x}"
        self.events.append({"event_type": event_type, "event_id": event_id, "timestamp": self.now - age_ms, "times": 1, **fields})
        return event_id

    def request(self, name, url, age_ms, trace=None, **fields):
        event = {"type": "fetch", "name": name, "url": url, "method": "GET", "status_code": 200, "success": 1, "duration": 40.0, **fields}
        if trace:
            event["trace_id"] = trace
            event["trace_data"] = json.dumps({"spanId": trace[:16], "sample": 100, "sampled": True, "headers": {
                "traceparent": f"00-{trace}-{trace[:16]}-01", "tracestate": f"rum=v2&browser&{self.app}&{self.id}&uid_ada"}})
        return self.add("resource", age_ms, **event)

    def send(self):
        body = {"app": {"id": self.app, "type": self.kind, "version": "2.3.1", "name": "shop"}, "user": {"id": "uid_ada", "name": "Ada"},
                "session": {"id": self.id}, "view": {"id": self.view, "name": "/cart"}, "net": {"model": "4g"}, "events": self.events,
                "_v": "npm-0.0.37"}
        status, _, answer = http("POST", self.server.url("/rum/web/v2"), json.dumps(body).encode(), {"Content-Type": "text/plain", "Origin": PAGE})
        assert status == 204, answer

    def get(self, path=""):
        return get_json(self.server.url(f"/api/v1/rum/sessions/{self.id}{path}"))


def send_backend(server, trace, statement="SELECT * FROM cart WHERE user = 7", tracestate=""):
    """frontend → its database, below the browser's span."""
    start = time.time_ns() - 120_000_000_000
    attribute = {"key": "db.statement", "value": {"stringValue": statement}}
    spans = [{"traceId": trace, "spanId": "00000000000000f1", "parentSpanId": trace[:16], "name": "GET /api/cart", "kind": 2, "traceState": tracestate,
              "startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 30_000_000)},
             {"traceId": trace, "spanId": "00000000000000f2", "parentSpanId": "00000000000000f1", "name": "SELECT", "kind": 3, "attributes": [attribute],
              "startTimeUnixNano": str(start + 1_000_000), "endTimeUnixNano": str(start + 28_000_000)}]
    body = {"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "frontend"}}]},
                               "scopeSpans": [{"spans": spans}]}]}
    assert http("POST", server.otlp_url("/v1/traces"), json.dumps(body).encode(), {"Content-Type": "application/json"})[0] == 200


def new_trace():
    return uuid.uuid4().hex


def check_states(session, expected, traced, trace):
    detail = session.get()
    states = {event["name"]: (event["trace"]["state"], event["trace"]["reason"]) for event in detail["events"] if event["trace"]}
    assert states == expected
    event = next(event for event in detail["events"] if event["event_id"] == traced)
    backend = event["trace"]["backend"]
    assert (backend["service"], backend["operation"], backend["span_count"], backend["services"]) == ("frontend", "GET /api/cart", 2, ["frontend"])
    assert backend["span"]["operation"] == "SELECT" and backend["span"]["statement"].startswith("SELECT")
    times = event["trace"]["time"]
    assert sum(times.values()) == event["duration_ns"] == 40_000_000 and times["backend_ns"] == 30_000_000
    assert event["trace"]["headers"] == ["traceparent", "tracestate"] and event["trace"]["trace_id"] == trace
    error = next(event for event in detail["events"] if event["kind"] == "error")
    assert error["caused_by"] == next(event["event_id"] for event in detail["events"] if event["name"] == "failed")
    assert error["error"]["frames"][0]["function"] == "total" and len(error["error"]["group_id"]) == 16
    return detail


def test_each_request_says_what_became_of_it(tmp_path):
    with ClewServer(tmp_path) as server:
        session, traced, lost = Session(server), new_trace(), new_trace()
        session.add("view", 100_000, type="pv", name="/cart", url=f"{PAGE}/cart", loading_type="initial_load", referrer="")
        session.add("view", 99_000, type="webvitals", largest_contentful_paint=4321)
        found = session.request("found", f"{PAGE}/api/cart", 98_000, traced)
        session.request("array", f"{PAGE}/api/array", 97_000, lost)
        session.request("unsampled", f"{PAGE}/api/x", 96_000)
        session.request("elsewhere", "https://pay.example/api", 95_000)
        session.request("blocked", "https://cdn.example/api", 94_000, new_trace(), status_code=0, success=0)
        session.request("silent", "https://old.example/api", 93_000, new_trace())
        session.request("failed", f"{PAGE}/api/y", 92_000, status_code=500, success=0)
        session.add("exception", 91_500, type="error", source="onError", name="TypeError", message="x is null",
                    stack=f"TypeError: x is null\n    at total ({PAGE}/app.js:3:7)")
        session.add("action", 90_000, type="click", name="click on buy", target_name="//button", times=3)
        for before_ms in (89_900, 89_600, 89_300):
            session.add("action", before_ms, type="click", name="click on link", target_name="//a")
        session.request("young", f"{PAGE}/api/z", 0, new_trace())
        session.send()
        untraced = Session(server, app="other@app")
        untraced.request("plain", f"{PAGE}/api", 1000)
        untraced.send()
        send_backend(server, traced)
        wait_until(lambda: server_has(server, session), what="the session's trace")
        expected = {"found": ("found", ""), "array": ("header_not_sent", "array_headers"), "unsampled": ("not_sampled", ""),
                    "elsewhere": ("header_not_sent", "other_origin"), "blocked": ("cors_blocked", "refused"),
                    "silent": ("backend_silent", "no_spans"), "failed": ("not_sampled", ""), "young": ("pending", "")}
        for in_block in (False, True):
            if in_block:
                server.flush()
            detail = check_states(session, expected, found, traced)
            row = detail["session"]
            assert (row["views"], row["requests"], row["failed_requests"], row["errors"], row["rage_clicks"]) == (1, 8, 2, 1, 2)
            assert row["user_name"] == "Ada" and row["lcp_p75_ns"] == 4_321_000_000 and row["is_live"]
            assert untraced.get()["events"][0]["trace"]["state"] == "tracing_off"
            check_list(server, session, untraced)
            check_way_back(server, session, found, traced)
        whole = session.get(f"/events/{found}")
        assert {"url.full", "rum.timestamp", "session.id"} <= {pair["key"] for pair in whole["attributes"]}
        for path in ("/api/v1/rum/sessions/none", f"/api/v1/rum/sessions/{session.id}/events/none"):
            assert http("GET", server.url(path))[0] == 404


def server_has(server, session):
    try:
        return any(event["trace"] and event["trace"]["backend"] for event in session.get()["events"])
    except HttpError:
        return False


def check_list(server, session, untraced):
    ask = lambda query: get_json(server.url("/api/v1/rum/sessions" + query))  # noqa: E731
    both = ask("?sort=worst")
    assert [row["session_id"] for row in both["sessions"]] == [session.id, untraced.id] and both["total_count"] == 2
    overview = lambda query: get_json(server.url("/api/v1/rum/overview" + query))["now"]  # noqa: E731
    assert (overview("")["rage_clicks"], overview("")["bounce_sessions"]) == (2, 1), "as the sessions tell them"
    filtered = overview("?q=%7B%20.view.name%20%3D%20%22%2Fcart%22%20%7D")
    assert filtered["bounce_sessions"] is None, "a filter hides the other views of a session"
    worst = both["sessions"][0]
    assert worst["pain"] > 0 and worst["worst"]["kind"] in ("failed", "error") and 0 < len(worst["strip"]) <= 80
    for query in ("?has=errors,failed,rage", "?app=ws01%40app", "?text=X%20IS%20NULL", "?q=%7B%20.rum.type%20%3D%20%22webvitals%22%20%7D", "?min_duration=10s"):
        assert [row["session_id"] for row in ask(query)["sessions"]] == [session.id], query
    first = ask("?limit=1")
    assert [row["session_id"] for row in ask(f"?limit=1&cursor={first['next_cursor']}")["sessions"]] == [untraced.id]
    assert http("GET", server.url("/api/v1/rum/sessions?has=nonsense"))[0] == 400


def check_way_back(server, session, event_id, trace):
    way = get_json(server.url(f"/api/v1/rum/of-trace/{trace}"))
    assert (way["found"], way["via"], way["session_id"], way["event_id"], way["state"]) == (True, "event", session.id, event_id, "found")
    assert get_json(server.url(f"/api/v1/rum/of-trace/{new_trace()}"))["hint"] == "no_rum_for_this_trace"


def test_a_backends_tracestate_leads_to_a_session_whose_event_never_came(server):
    trace = new_trace()
    send_backend(server, trace, tracestate="rum=v2&browser&ws01@app&lostsession&uid_bob")
    way = wait_until(lambda: (lambda found: found if found["found"] else None)(get_json(server.url(f"/api/v1/rum/of-trace/{trace}"))), what="the trace")
    assert (way["via"], way["session_id"], way["user_id"], way["app"]) == ("tracestate", "lostsession", "uid_bob", "ws01@app")
