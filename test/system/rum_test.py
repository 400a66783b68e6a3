"""Browsers' reports on the real server: bundles that the ARMS SDK sent (src/receive/rum/testdata), joined with the backend's
spans whichever come first, for W3C and SkyWalking headers; and what may not be taken.
"""
import json
import re
import shutil
import time

import duckdb
from clew_server import ROOT, START_SECONDS_MAX, ClewServer, get_json, http, wait_until
from rum_events import find_events

BUNDLES = ROOT / "src" / "receive" / "rum" / "testdata"
PAGE = "http://shop.example"


def bundle(name):
    """A captured bundle, as if its newest event had just happened."""
    body = json.loads((BUNDLES / f"{name}.json").read_text())
    newest = max(event["timestamp"] for event in body["events"])
    for event in body["events"]:
        event["timestamp"] += int(time.time() * 1000) - newest
    return body


def requests_of(body):
    return [event for event in body["events"] if event.get("trace_id")]


def report(server, body, path="/rum/web/v2?workspace=default", headers=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return http("POST", server.url(path), data, {"Content-Type": "text/plain;charset=UTF-8", "Origin": PAGE, **(headers or {})})


def send_server_span(server, trace_id, parent_id, service="frontend"):
    now = time.time_ns()
    span = {"traceId": trace_id, "spanId": "00000000000000aa", "parentSpanId": parent_id, "name": "GET /api/cart", "kind": 2,
            "startTimeUnixNano": str(now), "endTimeUnixNano": str(now + 1_000_000)}
    body = {"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
                               "scopeSpans": [{"spans": [span]}]}]}
    assert http("POST", server.otlp_url("/v1/traces"), json.dumps(body).encode(), {"Content-Type": "application/json"})[0] == 200


def spans_of(server, trace_id, count):
    """{name: span with its service} of a trace, once it has so many spans."""
    def whole():
        status, _, body = http("GET", server.url(f"/api/v1/traces/{trace_id}"))
        if status != 200:
            return None
        found = {}
        for resource in json.loads(body)["resourceSpans"]:
            service = {a["key"]: a["value"] for a in resource["resource"]["attributes"]}["service.name"]["stringValue"]
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    found[span["name"]] = {**span, "service": service}
        return found if len(found) >= count else None
    return wait_until(whole, what=f"trace {trace_id} with {count} spans")


def check_joined(server, event):
    spans = spans_of(server, event["trace_id"], 2)
    browser = spans["browser.request: " + event["name"]]
    assert browser["service"] == "rum-browser" and browser["kind"] == 3 and not browser.get("parentSpanId")
    assert spans["GET /api/cart"]["parentSpanId"] == browser["spanId"]
    keys = {a["key"] for a in browser["attributes"]}
    assert {"session.id", "user.id", "view.name", "url.full", "http.request.method", "rum.event.id"} <= keys
    assert browser["traceState"].startswith("rum=v2&browser&")


def test_a_request_of_the_browser_is_the_root_of_its_trace_whichever_comes_first(server):
    for body, backend_first in ((bundle("01-tracecontext-simple"), True), (bundle("08-tracestate-off"), False)):
        event = requests_of(body)[0]
        if not backend_first:
            event["trace_data"] = event["trace_data"].replace('"traceparent"', '"tracestate":"rum=v2&browser&a&b","traceparent"')
        parent = json.loads(event["trace_data"])["spanId"]
        if backend_first:
            send_server_span(server, event["trace_id"], parent)
        status, headers, _ = report(server, body)
        assert status == 204
        assert headers["Access-Control-Allow-Origin"] == PAGE and headers["Timing-Allow-Origin"] == PAGE
        if not backend_first:
            send_server_span(server, event["trace_id"], parent)
        check_joined(server, event)
    calls = wait_until(lambda: [d for d in get_json(server.url("/api/v1/dependencies"))["dependencies"]
                                if (d["parent"], d["child"]) == ("rum-browser", "frontend")], what="browser → frontend")
    assert sum(d["call_count"] for d in calls) == 2


def test_a_sw8_header_leads_to_the_agents_segment(server):
    body = bundle("05-sw8")
    event = requests_of(body)[0]
    now = int(time.time() * 1000)
    segment = {"traceId": event["trace_id"], "traceSegmentId": "7.8.9", "service": "cart", "serviceInstance": "i",
               "spans": [{"operationName": "GET /api/cart", "startTime": now, "endTime": now + 2, "spanId": 0, "parentSpanId": -1,
                          "spanType": "Entry", "spanLayer": "Http", "componentId": 1, "isError": False,
                          "refs": [{"traceId": event["trace_id"], "refType": "CrossProcess", "parentSpanId": 0,
                                    "parentTraceSegmentId": json.loads(event["trace_data"])["spanId"],
                                    "parentService": body["app"]["id"], "parentServiceInstance": "1", "parentEndpoint": "/"}]}]}
    url = f"http://127.0.0.1:{server.skywalking_http_port}/v3/segment"
    assert http("POST", url, json.dumps(segment).encode(), {"Content-Type": "application/json"})[0] == 200
    assert report(server, body)[0] == 204
    spans = spans_of(server, event["trace_id"], 2)
    browser = spans["browser.request: " + event["name"]]
    assert spans["GET /api/cart"]["parentSpanId"] == browser["spanId"]
    assert spans["GET /api/cart"]["traceId"] == event["trace_id"].replace("-", "")


def repeated_events(server):
    metrics = http("GET", server.url("/metrics"))[2].decode()
    return int(re.search(r'clew_rum_events_total\{result="repeated"\} (\d+)', metrics).group(1))


def test_events_outlive_a_cut_and_a_crash_and_repeats_are_dropped(server):
    body = bundle("09-events-all-types")
    assert report(server, body)[0] == 204
    assert report(server, body)[0] == 204
    server.flush()
    later = bundle("02-b3")
    assert report(server, later)[0] == 204
    server.kill()
    server.start()
    # One is in a block, one was replayed: what is stored is known again.
    assert repeated_events(server) == 0
    assert report(server, body)[0] == 204 and report(server, later)[0] == 204
    assert repeated_events(server) == len(body["events"]) + len(later["events"])
    for event in requests_of(body):
        assert len(spans_of(server, event["trace_id"], 1)) == 1
    files = list((server.data / "store" / "data" / "events").rglob("*.parquet"))
    assert files, "a block has a file of events"


def test_otlp_of_pages_is_scrubbed_and_its_retries_are_dropped(server):
    now, trace_id = time.time_ns(), "5ec7e7" + "ab" * 13
    secret, kept = "https://shop.example/api?id=7&token=s3cret", "https://shop.example/api?id=7&token=***"

    def text(key, value):
        return {"key": key, "value": {"stringValue": value}}

    def span(number, *attributes):
        return {"traceId": trace_id, "spanId": f"{number:016x}", "name": f"span {number}", "kind": 3, "startTimeUnixNano": str(now),
                "endTimeUnixNano": str(now + 1000), "attributes": [text("url.full", secret), *attributes]}

    def resource(service, language, key, items):
        scope = {"spanRecords": "spans", "logRecords": "logRecords"}[key]
        return {"resource": {"attributes": [text("service.name", service), text("telemetry.sdk.language", language)]},
                "scopeSpans" if scope == "spans" else "scopeLogs": [{scope: items}]}

    page = [text("session.id", "scrubbed-session"), text("http.request.method", "GET")]
    traces = {"resourceSpans": [resource("shop-web", "webjs", "spanRecords", [span(1, *page)]),
                                resource("shop-backend", "java", "spanRecords", [span(2)])]}
    logs = {"resourceLogs": [resource("shop-web", "webjs", "logRecords", [
        {"timeUnixNano": str(now), "eventName": "exception", "attributes": [
            *page, text("exception.type", "Error"), text("exception.message", f"failed {secret} at")]},
        {"timeUnixNano": str(now), "body": {"stringValue": f"no session: {secret}"}}])]}
    before = repeated_events(server)
    for path, body in (("/v1/traces", traces), ("/v1/logs", logs), ("/v1/traces", traces), ("/v1/logs", logs)):
        for url in (server.otlp_url(path), server.url(path)):
            assert http("POST", url, json.dumps(body).encode(), {"Content-Type": "application/json"})[0] == 200
    assert repeated_events(server) - before == 6
    found = spans_of(server, trace_id, 2)
    urls = {name: {a["key"]: a["value"] for a in span["attributes"]}["url.full"]["stringValue"] for name, span in found.items()}
    assert urls == {"span 1": kept, "span 2": secret}
    events = find_events(server, "scrubbed-session", {"rum.resource", "rum.exception"})
    assert [len(rows) for rows in events.values()] == [1, 1]
    assert events["rum.resource"][0]["url.full"] == kept and events["rum.resource"][0]["trace_id"] == trace_id
    assert events["rum.exception"][0]["exception.message"] == f"failed {kept} at"
    logs = server.api("/logs", service="shop-web", start="now-1h", end="now+1h")["logs"]
    assert {each["body"]["stringValue"] for each in logs} == {f"no session: {kept}"} and len(logs) == 4


def test_what_is_no_report_is_refused_and_shown(server):
    assert report(server, b"<html>")[0] == 400
    assert report(server, b"[]")[0] == 400
    assert report(server, b"{" + b" " * (2 << 20) + b"}")[0] == 413
    status, headers, _ = http("OPTIONS", server.url("/rum/web/v2"), headers={
        "Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"})
    assert status == 204 and headers["Access-Control-Allow-Headers"] == "content-type"
    arrivals = get_json(server.url("/api/v1/arrivals"))
    reasons = {(r["protocol"], r["reason"]) for r in arrivals["refusals"]}
    assert {("rum_arms", "undecodable"), ("rum_arms", "too_large")} <= reasons


def test_only_the_pages_of_an_application_may_report_for_it(tmp_path):
    settings = {"rum.allowed_origins": ["ws01@0123456789abcde|https://shop.example"], "rum.events_per_second_of_address": 3}
    with ClewServer(tmp_path, settings) as server:
        body = bundle("01-tracecontext-simple")
        assert report(server, body)[0] == 403
        asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
        assert http("OPTIONS", server.url("/rum/web/v2"), headers=asked)[0] == 403
        assert http("OPTIONS", server.url("/rum/web/v2"), headers={**asked, "Origin": "https://shop.example"})[0] == 204
        status, _, answer = http("POST", server.url("/v1/logs"), b"{}", {"Origin": PAGE, "Content-Type": "application/json"})
        assert status == 403 and set(json.loads(answer)) == {"code", "message"}, "a google.rpc.Status"
        assert report(server, body, headers={"Origin": "https://shop.example"})[0] == 204
        for event in body["events"]:
            event["event_id"] += "x"
        statuses = {report(server, {**body, "events": body["events"] * 3}, headers={"Origin": "https://shop.example"})[0]}
        assert statuses == {429}


def place_of(server, body):
    """What the stored events of a bundle's session say of its user's place: the same for all of them."""
    server.flush()
    places = set()
    for file in (server.data / "store" / "data" / "events").rglob("*.parquet"):
        events = duckdb.sql(f"select * from '{file}'")
        wanted = ["client.address", "geo.country", "geo.province", "geo.city", "geo.region.iso_code", "isp.name"]
        columns = [f'"event.{name}"' if f"event.{name}" in events.columns else "null" for name in wanted]
        rows = duckdb.sql(f"""select {", ".join(columns)} from '{file}' where "event.session.id" = '{body["session"]["id"]}'""")
        places.update(rows.fetchall())
    assert len(places) == 1, places
    return places.pop()


def test_the_operators_databases_tell_where_the_user_behind_a_proxy_is(tmp_path):
    isp = tmp_path / "isp.mmdb"
    shutil.copy(BUNDLES / "geography" / "asn.mmdb", isp)
    settings = {"rum.geo_database": str(BUNDLES / "geography" / "city.mmdb"), "rum.isp_database": str(isp),
                "rum.trusted_proxies": ["127.0.0.0/8"], "compaction.enabled": False}
    with ClewServer(tmp_path / "server", settings) as server:
        assert report(server, bundle("01-tracecontext-simple"), headers={"X-Forwarded-For": "198.51.100.9, 203.0.113.77"})[0] == 204
        assert place_of(server, bundle("01-tracecontext-simple")) == (
            "203.0.113.0", "Germany", "Bavaria", "Munich", "DE-BY", "Deutsche Telekom AG")
        shutil.copy(BUNDLES / "geography" / "isp.mmdb", tmp_path / "new.mmdb")
        (tmp_path / "new.mmdb").replace(isp)
        wait_until(lambda: "read a changed database of addresses" in server.log_tail(), what="the changed file")
        isp.write_bytes(b"broken")
        wait_until(lambda: "the one before stays in force" in server.log_tail(), what="the broken file")
        assert report(server, bundle("02-b3"), headers={"Forwarded": 'for="[2001:db8:1::5]:99", for=203.0.113.7'})[0] == 204
        metrics = http("GET", server.url("/metrics"))[2].decode()
        assert re.search(r"clew_rum_database_errors_total [1-9]", metrics) and 'clew_rum_events_total{result="stored"}' in metrics
        assert place_of(server, bundle("02-b3"))[-1] == "Example Home"


def test_a_stranger_is_not_believed_and_full_addresses_are_kept_on_demand(tmp_path):
    settings = {"rum.geo_database": str(BUNDLES / "geography" / "city.mmdb"), "rum.client_address": "full", "compaction.enabled": False}
    with ClewServer(tmp_path, settings) as server:
        assert report(server, bundle("01-tracecontext-simple"), headers={"X-Forwarded-For": "203.0.113.77"})[0] == 204
        assert place_of(server, bundle("01-tracecontext-simple")) == ("127.0.0.1", None, None, None, None, None)


def test_a_bad_database_or_network_keeps_the_server_from_starting(tmp_path):
    for number, (name, value, why) in enumerate((
            ("rum.geo_database", "/nowhere/city.mmdb", "rum.geo_database: /nowhere/city.mmdb: No such file"),
            ("rum.isp_database", str(BUNDLES / "geography" / "city.mmdb"), "GeoLite2-City database"),
            ("rum.trusted_proxies", ["10.0.0.0/40"], 'rum.trusted_proxies: "10.0.0.0/40"'))):
        server = ClewServer(tmp_path / str(number), {name: value}).launch()
        assert server.process.wait(START_SECONDS_MAX) == 1
        assert why in server.log_tail(), server.log_tail()
