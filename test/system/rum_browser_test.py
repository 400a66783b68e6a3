"""The unmodified @arms/rum-browser in Chromium, pointed at the server by its `endpoint` alone, in front of services of real
tracing libraries: for each propagator browser, service and SQL statement become one trace, whichever is reported first.
"""
import base64
import contextlib
import dataclasses
import re
import secrets

import pytest
import xxhash

import rum_shop
import shop
from backend_clients import CLIENTS
from clew_server import ClewServer, get_json, spans_of, wait_until
from rum_events import events
from rum_traces import FOUND_SECONDS_MAX, HEADERS_OF, Ids, check_joined, ids_in, sent_headers, trace_headers, whole_trace

BY_NAME = {client.name: client for client in CLIENTS}
PID = "ws01@0123456789abcde"

# By what the browser sends: the libraries that continue it (name of a client, how it is told to propagate).
BACKENDS = {
    "tracecontext": {"python-tracecontext": ("python-otel-grpc", ""), "node-tracecontext": ("node-otel-grpc", "tracecontext"),
                     "go-tracecontext": ("go-otel-grpc", "tracecontext"), "java-tracecontext": ("java-otel-agent-http", "")},
    "b3": {"java-b3": ("java-brave-v2-json", "b3"), "go-b3": ("go-zipkin-v2-json", "b3"), "node-b3": ("node-otel-json", "b3")},
    "b3multi": {"node-b3multi": ("node-zipkin-v2-json", ""), "python-b3multi": ("python-zipkin-v2-json", "")},
    "jaeger": {"python-jaeger": ("python-jaeger-udp", ""), "go-jaeger": ("go-jaeger-udp", "128"),
               "node-jaeger": ("node-jaeger-udp", "128")},
    "sw8": {"python-sw8": ("python-skywalking-grpc", ""), "java-sw8": ("java-skywalking-agent", ""),
            "node-sw8": ("node-skywalking", ""), "go-sw8": ("go-skywalking", "")},
    "sw6": {"node-sw6": ("node-skyapm", ""), "go-sw6": ("go-skywalking6", "")},
}
# Libraries whose server span has the browser's span id.
SHARED = {name for header in ("b3", "b3multi") for name in BACKENDS[header] if name != "node-b3"}


@pytest.fixture(scope="module")
def services(server, tmp_path_factory):
    """{name: Service}, each started once."""
    clients = {name: dataclasses.replace(BY_NAME[client], propagation=propagation or BY_NAME[client].propagation)
               for backends in BACKENDS.values() for name, (client, propagation) in backends.items()}
    with shop.Shop(server, tmp_path_factory.mktemp("services")) as running:
        started = running.start(*((client, name) for name, client in clients.items()))
        yield {service.name: service for service in started}
        complaints = running.stop()
        assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="module")
def website(services):
    with rum_shop.Website(services) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with rum_shop.chromium() as running:
        yield running


def rum_config(endpoint, **more):
    return {"pid": PID, "endpoint": endpoint, "version": "2.3.1", "reportConfig": {"flushTime": 200}, **more}


def endpoint_of(server):
    return server.url("/rum/web/v2?workspace=default")


def check_search_and_topology(server, service, ids, session):
    found = server.search(f'{{ resource.service.name = "rum-browser" && span.session.id = "{session[0]}" }}')
    (row,) = [trace for trace in found if trace["trace_id"] == ids.trace_id]
    assert row["root_service"] == "rum-browser"
    edges = {(edge["parent"], edge["child"]) for edge in server.api("/dependencies", end="now+1m")["dependencies"]}
    assert ("rum-browser", service) in edges
    series, = server.api("/red", service="rum-browser", end="now+1m", step="60s")["series"]
    assert sum(point["count"] for point in series["points"]) > 0


# ---- tests ----
@pytest.mark.parametrize("form", ["npm", "cdn"])
@pytest.mark.parametrize("propagator", ["tracecontext", "b3", "b3multi", "jaeger", "sw8"])
def test_a_click_leads_to_the_sql_statement(server, website, browser, propagator, form):
    """Same origin by fetch, other origin by XMLHttpRequest: each backend once each way, over both forms."""
    calls = []
    for position, name in enumerate(BACKENDS[propagator]):
        same_origin = (position % 2 == 0) == (form == "npm")
        base = f"/api/{name}" if same_origin else f"{website.api}/open/{name}"
        calls.append((name, "fetch" if same_origin else "xhr", f"{base}/orders?{propagator}-{form}"))
    tracing = {"enable": True, "sample": 100, "propagatorTypes": [propagator], "allowedUrls": [website.api]}
    url = website.page(f"/shop/{propagator}-{form}", form, rum_config(endpoint_of(server), tracing=tracing), calls)
    with rum_shop.visit(browser, url) as page:
        for name, _, _ in calls:
            assert rum_shop.click(page, name) == "200"
        session = rum_shop.arms_session(page)
        for name, _, address in calls:
            headers = sent_headers(website, address.removeprefix(website.api))
            assert trace_headers(headers) == HEADERS_OF[propagator]
            ids = ids_in(headers)
            assert ids.sampled
            check_joined(server, name, ids, session, headers=headers, is_shared=name in SHARED)
            check_search_and_topology(server, name, ids, session)


def test_several_propagators_at_once_share_one_trace(server, website, browser):
    """Each kind of backend finds its own header, whatever others are sent beside it."""
    calls = [(name, "fetch", f"/api/{name}/orders?several") for name in ("python-tracecontext", "java-b3", "python-jaeger")]
    tracing = {"propagatorTypes": ["tracecontext", "b3", "jaeger"]}
    url = website.page("/shop/several", "npm", rum_config(endpoint_of(server), tracing=tracing), calls)
    with rum_shop.visit(browser, url) as page:
        for name, _, address in calls:
            assert rum_shop.click(page, name) == "200"
            headers = sent_headers(website, address)
            assert trace_headers(headers) == {"traceparent", "tracestate", "b3", "uber-trace-id"}
            check_joined(server, name, ids_in(headers), is_shared=name in SHARED)


@pytest.mark.parametrize("propagator", list(HEADERS_OF))
def test_what_is_not_sampled_has_an_event_and_no_trace(server, website, browser, propagator):
    """The backend hears of it by the header, and keeps quiet, too; but SkyWalking's agents do not listen."""
    name = next(iter(BACKENDS[propagator]))
    address = f"/api/{name}/orders?not-sampled-{propagator}"
    url = website.page(f"/shop/not-sampled-{propagator}", "npm",
                       rum_config(endpoint_of(server), tracing={"sample": 0, "propagatorTypes": [propagator]}), [(name, "fetch", address)])
    with rum_shop.visit(browser, url) as page:
        assert rum_shop.click(page, name) == "200"
        ids = ids_in(sent_headers(website, address))
        assert not ids.sampled
        event = find_request(server, rum_shop.arms_session(page)[0], f"/api/{name}/orders")
    assert "trace_id" not in event
    if propagator == "sw8":
        trace = whole_trace(server, ids.trace, 2)
        assert {resource["service.name"] for _, resource in spans_of(trace)} == {name}
    else:
        assert server.trace(ids.trace) is None


def test_requests_that_bear_no_trace_header(server, website, browser):
    """Headers given as an array lose the trace's; another origin gets none unasked; a service without CORS refuses it."""
    calls = [("array", "array-headers", "/api/python-tracecontext/orders?array"),
             ("unasked", "fetch", f"{website.api}/open/python-tracecontext/orders?unasked"),
             ("blocked", "fetch", f"{website.api}/closed/python-tracecontext/orders?blocked")]
    tracing = {"propagatorTypes": ["tracecontext"], "allowedUrls": [f"{website.api}/closed"]}
    url = website.page("/shop/no-header", "cdn", rum_config(endpoint_of(server), tracing=tracing), calls)
    with rum_shop.visit(browser, url) as page:
        assert [rum_shop.click(page, name) for name, _, _ in calls] == ["200", "200", "TypeError: Failed to fetch"]
        session = rum_shop.arms_session(page)[0]
        for _, _, address in calls[:2]:
            assert trace_headers(sent_headers(website, address.removeprefix(website.api))) == set()
        array = find_request(server, session, "/api/python-tracecontext/orders")
        unasked = find_request(server, session, "/open/python-tracecontext/orders")
        blocked = find_request(server, session, "/closed/python-tracecontext/orders")
    assert array["trace_id"], "the SDK believes that it sent a header"
    assert "trace_id" not in unasked and unasked["rum.success"] == 1
    assert blocked["rum.success"] == 0 and blocked["rum.message"] == "TypeError: Failed to fetch" and "http.response.status_code" not in blocked
    # Its own span is all there is; the backend began a trace of its own.
    trace = whole_trace(server, array["trace_id"], 1)
    assert [resource["service.name"] for _, resource in spans_of(trace)] == ["rum-browser"]


@pytest.mark.parametrize("first", ["browser", "backend"])
def test_either_side_may_be_reported_first(server, website, browser, tmp_path, first):
    held = rum_shop.Gate(server.url() if first == "backend" else server.otlp_url())
    name = f"python-when-{first}-is-first"
    # Its spans go where the gate is.
    client = dataclasses.replace(BY_NAME["python-otel-http"], propagation="tracecontext",
                                 endpoint=held.url if first == "browser" else "http://127.0.0.1:{otlp_http}")
    endpoint = f"{held.url}/rum/web/v2" if first == "backend" else endpoint_of(server)
    with contextlib.closing(held), shop.Shop(server, tmp_path) as running:
        (website.services[name],) = running.start((client, name))
        url = website.page(f"/shop/{name}", "npm", rum_config(endpoint, tracing=True), [("orders", "fetch", f"/api/{name}/orders?first")])
        with rum_shop.visit(browser, url) as page:
            assert rum_shop.click(page, "orders") == "200"
            ids = ids_in(sent_headers(website, f"/api/{name}/orders?first"))
            held.wait_until_something_waits()
            early = {resource["service.name"] for _, resource in spans_of(whole_trace(server, ids.trace, 1 if first == "browser" else 2))}
            assert early == ({"rum-browser"} if first == "browser" else {name})
            held.open()
            check_joined(server, name, ids)
        assert not running.stop()


@pytest.mark.parametrize("name", list(BACKENDS["sw6"]))
def test_sw6_by_a_header_of_the_applications_own(server, website, browser, name):
    """The SDK cannot send sw6: the page does, and reports the request with the ids that the header says."""
    number = secrets.randbelow(10**12)
    trace, segment = f"1.14634.{number}", f"1.14634.{number + 1}"
    parts = [base64.b64encode(text.encode()).decode() for text in (trace, segment, "#127.0.0.1:8080", "#/orders", "#/shop")]
    header = "-".join(["1", *parts[:2], "0", "1", "1", *parts[2:]])
    address = f"/api/{name}/orders?sw6"
    url = website.page(f"/shop/{name}", "npm", rum_config(endpoint_of(server)), [("orders", "own-header", address, {"sw6": header})])
    trace_id = xxhash.xxh3_128_hexdigest(trace.encode())
    span_id = xxhash.xxh3_64_hexdigest(segment.encode(), seed=0)
    with rum_shop.visit(browser, url) as page:
        assert rum_shop.click(page, "orders") == "200"
        page.evaluate("""([trace, segment, header, url]) => window.rum.sendResource({
            type: 'fetch', name: '/orders', url, method: 'GET', status_code: 200, success: 1, duration: 20, trace_id: trace,
            trace_data: JSON.stringify({ spanId: segment, sample: 100, sampled: true, headers: { sw6: header } }) })""",
                      [trace, segment, header, website.url + address])
        check_joined(server, name, Ids(trace, trace_id, span_id, True))


def test_remote_configuration_overrides_the_pages_own(tmp_path, website, browser):
    """The SDK asks for it, takes it, and traces as it says."""
    file = tmp_path / "remote.json"
    file.write_text('{"*": {"env": "daily"}, "%s": {"env": "gray", "tracing": {"enable": true, "propagatorTypes": ["b3"]}}}' % PID)
    with ClewServer(tmp_path / "clew", {"rum.remote_config_file": str(file)}) as own:
        assert get_json(own.url("/config/cn-hangzhou/0123456789abcde"))["env"] == "gray"
        assert get_json(own.url("/rum/config/another")) == {"env": "daily"}
        rum = rum_config(endpoint_of(own), tracing={"propagatorTypes": ["jaeger"]},
                         remoteConfig={"enable": True, "url": own.url("/rum/config/0123456789abcde")})
        address = "/api/python-tracecontext/orders?remote"
        url = website.page("/shop/remote", "npm", rum, [("orders", "fetch", address)])
        with rum_shop.visit(browser, url) as page:
            page.wait_for_function("localStorage.arms_rum2_local_config && localStorage.arms_rum2_local_config.includes('gray')")
            assert rum_shop.click(page, "orders") == "200"
            assert trace_headers(sent_headers(website, address)) == {"b3"}
            ids = ids_in(sent_headers(website, address))
            trace = whole_trace(own, ids.trace, 1)
        _, resource = spans_of(trace)[0]
        assert resource["deployment.environment.name"] == "gray"


@pytest.mark.parametrize("propagator", list(HEADERS_OF))
def test_from_a_slow_page_in_the_overview_to_the_sql_statement(server, website, browser, propagator):
    """In Clew's own pages: the slow page, the statement that its time went to, the session with the trace and the statement."""
    name, app, view = next(iter(BACKENDS[propagator])), f"shop-{propagator}", f"/shop/slow-{propagator}"
    rum = {**rum_config(endpoint_of(server), tracing={"propagatorTypes": [propagator]}), "pid": app}
    with rum_shop.visit(browser, website.page(view, "npm", rum, [], at_load=f"/api/{name}/orders/slow")) as page:
        page.locator("p", has_text="Your orders").wait_for()
        page.click("h1")  # The largest paint is known once the user does something.
        session, _ = rum_shop.arms_session(page)
        wait_until(lambda: any(each["statement"] for each in page_of(server, app, view)["suspects"]), FOUND_SECONDS_MAX, "a suspect")
    with rum_shop.visit(browser, server.url(f"/rum?app={app}")) as page:
        page.locator(".rum-slow-pages tbody tr.link", has_text=view).locator("a").first.click()
        suspect = page.locator(".rum-time-goes tbody tr.link", has_text="FROM orders").first
        suspect.wait_for()
        assert name in suspect.text_content()
        suspect.locator("a.row-link").first.click()
        page.wait_for_url("**/sessions/**")
        assert f"/sessions/{session}" in page.url and "event=" in page.url and "span=" in page.url
        # The backend's trace stands inline, its SQL span chosen, its statement laid out.
        page.locator(".sb").first.wait_for()
        page.locator("pre, code", has_text=re.compile(r"FROM\s+orders")).first.wait_for()


def page_of(server, app, view):
    return server.api("/rum/page", app=app, view=view, start="now-1h", end="now+1m")


def find_request(server, session, name):
    """The session's event of the request with this path."""
    def found():
        return next((row for row in events(server, session) if row["event_name"] == "rum.resource" and row.get("rum.name") == name), None)

    return wait_until(found, FOUND_SECONDS_MAX, f"{name} of session {session}")
