"""Other browser SDKs, unmodified, in Chromium, each told one address of the server: SkyWalking's client, Grafana Faro and
OpenTelemetry for the web. Their requests lead to the backend's SQL statement; what they saw of users are events of sessions.
"""
import base64
import dataclasses
import json
import time

import pytest

import rum_shop
import shop
from backend_clients import CLIENTS
from clew_server import ClewServer, attributes_of, http, spans_of, wait_until
from rum_events import find_events
from trace_tree import tree_of

BY_NAME = {client.name: client for client in CLIENTS}
STATEMENT = "SELECT id, total FROM orders WHERE customer = ? ORDER BY placed DESC"
BACKENDS = {"python-otel": "python-otel-grpc", "python-sw8": "python-skywalking-grpc"}
FOUND_SECONDS_MAX = 90
PAGE = "http://shop.example"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Pages of any origin may send to the OTLP port, too; and files stay while they are read."""
    with ClewServer(tmp_path_factory.mktemp("clew"), {"cors.allowed_origins": ["*"], "compaction.enabled": False}) as running:
        yield running


@pytest.fixture(scope="module")
def website(server, tmp_path_factory):
    with shop.Shop(server, tmp_path_factory.mktemp("services")) as running:
        started = running.start(*((dataclasses.replace(BY_NAME[client]), name) for name, client in BACKENDS.items()))
        with rum_shop.Website({service.name: service for service in started}) as site:
            yield site


@pytest.fixture(scope="module")
def browser():
    with rum_shop.chromium() as running:
        yield running


def joined(server, trace_id, front, service):
    """{service: [span]} of the trace, once it reaches from the page to the SQL statement."""
    def whole():
        trace = server.trace(trace_id)
        found = {}
        for span, resource in spans_of(trace) if trace else []:
            found.setdefault(resource["service.name"], []).append(span)
        return found if {front, service} <= set(found) and len(found[service]) >= 2 else None

    spans = wait_until(whole, FOUND_SECONDS_MAX, f"{front} → {service} in {trace_id}")
    (request,) = spans[front]
    (entry,) = [span for span in spans[service] if span["kind"] == 2]
    query = next(span for span in spans[service] if STATEMENT in attributes_of(span).values())
    assert (entry["parentSpanId"], query["parentSpanId"]) == (request["spanId"], entry["spanId"])
    tree = tree_of(server, request["traceId"])
    assert tree.deepest_path() == [(front, "client"), (service, "server"), (service, "client")]
    return request


def leave(page):
    """What SDKs hold back until the user goes is sent then."""
    page.goto("about:blank")


# The port of every browser SDK, and the one that had the place of SkyWalking's own server.
@pytest.mark.parametrize("door", ["main", "skywalking_http"])
def test_skywalkings_client_with_one_collector(server, website, browser, door):
    path = f"/api/python-sw8/orders?{door}"
    collector = server.url() if door == "main" else f"http://127.0.0.1:{server.skywalking_http_port}"
    url = website.page("/shop/skywalking", "skywalking", {
        "collector": collector, "service": f"shop-{door}", "serviceVersion": "1.4.0", "pagePath": "/checkout", "traceTimeInterval": 300,
        "useWebVitals": True}, [("orders", "fetch", path)])
    with rum_shop.visit(browser, url, expected_faults=1) as page:
        assert rum_shop.click(page, "orders") == "200"
        page.click("#break")
        (seen,) = website.requests_to(path)
        trace = base64.b64decode(seen.headers["sw8"].split("-")[1]).decode()
        request = joined(server, trace, "rum-browser", "python-sw8")
        leave(page)
    assert request["name"] == "browser.request: /api/python-sw8/orders"
    told = attributes_of(request)
    assert told["http.request.method"] == "GET" and told["view.name"] == "/checkout"

    def application():
        return [app for app in server.api("/rum/apps", end="now+1m")["apps"] if app["id"] == f"shop-{door}" and app["errors"]]

    wait_until(application, FOUND_SECONDS_MAX, f"the application shop-{door} with its error")
    refused = [each for each in server.api("/arrivals")["refusals"] if each["protocol"] == "rum_skywalking"]
    assert not refused, refused


def test_faro(server, website, browser):
    path = "/api/python-otel/orders?faro"
    url = website.page("/shop/faro", "faro", {
        "url": server.url("/collect"), "app": {"name": "shop-faro", "version": "2.0"}, "batching": {"sendTimeout": 100}},
        [("orders", "fetch", path)])
    with rum_shop.visit(browser, url, expected_faults=1) as page:
        assert rum_shop.click(page, "orders") == "200"
        page.click("#break")
        (seen,) = website.requests_to(path)
        session = page.evaluate("window.rum.api.getSession().id")
        request = joined(server, seen.headers["traceparent"].split("-")[1], "shop-faro", "python-otel")
        assert attributes_of(request)["session.id"] == session
        found = find_events(server, session, {"rum.view", "rum.exception", "rum.resource"})
    assert {row["view.name"] for row in found["rum.view"]} == {"/shop/faro"}
    assert found["rum.exception"][0]["exception.type"] == "TypeError"
    assert any("rum.time_to_first_byte" in row for row in found["rum.view"])
    (traced,) = [row for row in found["rum.resource"] if row.get("rum.type") == "fetch"]
    assert traced["trace_id"] == request["traceId"]


@pytest.mark.parametrize("port", ["main", "otlp_http"])
def test_opentelemetry_for_the_web(server, website, browser, port):
    path = f"/api/python-otel/orders?otel-{port}"
    url = website.page(f"/shop/otel-{port}", "otel", {
        "url": server.url() if port == "main" else server.otlp_url(), "headers": {"x-shop-tenant": "a"}, "service": f"shop-otel-{port}",
        "version": "3.0"}, [("orders", "fetch", path)])
    with rum_shop.visit(browser, url, expected_faults=1) as page:
        assert rum_shop.click(page, "orders") == "200"
        page.click("#break")
        session = page.evaluate("window.rum.session()")
        (seen,) = website.requests_to(path)
        request = joined(server, seen.headers["traceparent"].split("-")[1], f"shop-otel-{port}", "python-otel")
        assert attributes_of(request)["session.id"] == session
        found = find_events(server, session, {"rum.view", "rum.action", "rum.exception", "rum.resource"})
    rows = [row for kind in found.values() for row in kind]
    assert {row["view.name"] for row in rows} == {f"/shop/otel-{port}"}
    assert len({row["view.id"] for row in rows}) == 1
    assert len({row["user_agent.name"] for row in rows}) == 1
    assert {row["resource.rum.app.type"] for row in rows} == {"browser"}
    assert {row["rum.type"] for row in found["rum.view"]} >= {"pv", "perf", "webvitals"}
    assert any(row.get("rum.time_to_first_byte", 0) > 0 for row in found["rum.view"])
    (traced,) = [row for row in found["rum.resource"] if row["rum.type"] == "fetch"]
    assert (traced["trace_id"], traced["span_id"]) == (request["traceId"], request["spanId"])
    assert traced["http.response.status_code"] == 200 and traced["rum.success"] == 1
    assert found["rum.exception"][0]["exception.type"] == "TypeError"
    assert {row["rum.name"] for row in found["rum.action"]} >= {"click on #orders", "click on #break"}


def test_mobile_apps_through_otlp(server):
    now = time.time_ns()
    session = {"key": "session.id", "value": {"stringValue": "mobile-session"}}
    screen = {"key": "app.screen.name", "value": {"stringValue": "Cart"}}
    resource = {"attributes": [{"key": key, "value": {"stringValue": value}} for key, value in (
        ("service.name", "shop-android"), ("service.version", "5.1"), ("os.name", "Android"), ("os.version", "15"),
        ("device.manufacturer", "Google"), ("device.model.name", "Pixel 9"))]}

    def record(name, *attributes, offset=0):
        return {"timeUnixNano": str(now + offset), "eventName": name, "attributes": [session, screen, *attributes]}

    def text(key, value):
        return {"key": key, "value": {"stringValue": value}}

    logs = {"resourceLogs": [
        {"resource": resource, "scopeLogs": [{"scope": {"name": "android"}, "logRecords": [
            record("session.start"), record("app.screen.click", text("app.widget.name", "buy"), offset=1),
            record("device.crash", text("exception.type", "NullPointerException"), text("exception.message", "no cart"),
                   text("exception.stacktrace", "at Cart.kt:7"), offset=2)]}]},
        # A server that knows its visitor's session keeps its log lines.
        {"resource": {"attributes": [text("service.name", "shop-backend"), text("telemetry.sdk.language", "python")]},
         "scopeLogs": [{"logRecords": [{"timeUnixNano": str(now), "body": {"stringValue": "order placed"}, "attributes": [session]}]}]}]}
    headers = {"Content-Type": "application/json", "User-Agent": "OTel-Android/1"}
    assert http("POST", server.otlp_url("/v1/logs"), json.dumps(logs).encode(), headers)[0] == 200
    span = {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": "GET", "kind": 3, "startTimeUnixNano": str(now),
            "endTimeUnixNano": str(now + 5_000_000), "attributes": [
                session, screen, text("http.request.method", "GET"), text("url.full", "https://api.shop.example/cart?token=x"),
                {"key": "http.response.status_code", "value": {"intValue": "503"}}]}
    traces = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}
    assert http("POST", server.otlp_url("/v1/traces"), json.dumps(traces).encode(), headers)[0] == 200

    found = find_events(server, "mobile-session", {"rum.custom", "rum.action", "rum.exception", "rum.resource"})
    rows = [row for kind in found.values() for row in kind]
    assert len(rows) == 4
    assert {(row["service_name"], row["os.type"], row["device.model"], row["view.name"]) for row in rows} == {
        ("shop-android", "Android", "Pixel 9", "Cart")}
    assert found["rum.exception"][0]["rum.type"] == "crash"
    request, = found["rum.resource"]
    assert (request["trace_id"], request["rum.success"], request["rum.duration"]) == ("ab" * 16, 0, 5.0)
    assert request["url.full"] == "https://api.shop.example/cart?token=***"
    (span, _), = spans_of(server.trace("ab" * 16))
    assert attributes_of(span)["url.full"] == "https://api.shop.example/cart?token=***"
    logs = server.api("/logs", service="shop-backend", start="now-1h", end="now+1h")["logs"]
    assert [each["body"]["stringValue"] for each in logs] == ["order placed"]


def preflight(url, headers="content-type,x-shop-tenant"):
    return http("OPTIONS", url, headers={"Origin": PAGE, "Access-Control-Request-Method": "POST",
                                         "Access-Control-Request-Headers": headers})


def test_preflights_are_answered_once(server):
    for url in (server.url("/v1/traces"), server.url("/v1/logs"), server.url("/v3/segments"), server.url("/browser/perfData"),
                f"http://127.0.0.1:{server.skywalking_http_port}/v3/segments", server.url("/collect"), server.url("/rum/web/v2"), server.otlp_url("/v1/traces"), server.otlp_url("/v1/logs")):
        status, headers, _ = preflight(url)
        assert status == 204, url
        assert headers.get_all("Access-Control-Allow-Origin") == [PAGE], url
        assert "x-shop-tenant" in headers["Access-Control-Allow-Headers"].lower(), url
        assert "POST" in headers["Access-Control-Allow-Methods"] and int(headers["Access-Control-Max-Age"]) > 0
        _, headers, _ = http("POST", url, b"{}", {"Origin": PAGE, "Content-Type": "application/json"})
        assert headers.get_all("Access-Control-Allow-Origin") == [PAGE], url


def test_pages_of_other_origins_may_be_shut_out(tmp_path):
    with ClewServer(tmp_path, {"rum.allowed_origins": ["https://shop.example"]}) as own:
        for path in ("/v1/traces", "/v1/logs"):
            assert http("POST", own.url(path), b"{}", {"Origin": PAGE, "Content-Type": "application/json"})[0] == 403
            assert http("POST", own.url(path), b"{}", {"Origin": "https://shop.example", "Content-Type": "application/json"})[0] == 200
        # None of the other port's pages may send unless cors.allowed_origins says so.
        assert preflight(own.otlp_url("/v1/traces"))[1]["Access-Control-Allow-Origin"] is None
