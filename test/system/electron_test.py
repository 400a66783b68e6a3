"""The unmodified @arms/rum-electron, pointed at the server by its `endpoint` alone: its main process in Node.js, its windows in
Chromium (electron_app.py says what stands in for Electron). Requests of both lead to the backend's SQL statement; what the
application reports of itself is a session that the pages show in words.
"""
import contextlib
import dataclasses
import json

import pytest

import rum_shop
import shop
from backend_clients import CLIENTS
from clew_server import ClewServer, get_json, http, wait_until
from electron_app import Application
from rum_events import events, find_events
from rum_traces import FOUND_SECONDS_MAX, HEADERS_OF, check_joined, ids_in, sent_headers, trace_headers

BY_NAME = {client.name: client for client in CLIENTS}
APP = "shop-desktop@0123456789abcde"
UNTRACED_APP = "shop-desktop@untraced"  # What one session of an application traces says what others could.
# By what is sent: a library that continues it, and how it is told to.
BACKENDS = {"tracecontext": ("node-otel-grpc", "tracecontext"), "b3": ("node-otel-json", "b3"), "b3multi": ("node-zipkin-v2-json", ""),
            "jaeger": ("node-jaeger-udp", "128"), "sw8": ("node-skywalking", "")}
SHARED = {"b3multi"}


@pytest.fixture(scope="module")
def website(server, tmp_path_factory):
    with shop.Shop(server, tmp_path_factory.mktemp("services")) as running:
        wanted = [(dataclasses.replace(BY_NAME[client], propagation=propagation or BY_NAME[client].propagation), f"desktop-{header}")
                  for header, (client, propagation) in BACKENDS.items()]
        services = {service.name: service for service in running.start(*wanted)}
        with rum_shop.Website(services) as site:
            yield site
        complaints = running.stop()
        assert not complaints, "\n".join(complaints)


def rum(server, app=APP, **more):
    """The application's id stands in the endpoint: this SDK knows no other place for it."""
    return {"endpoint": server.url(f"/rum/web/v2?workspace=default&service_id={app}"), "version": "1.2.0",
            "reportConfig": {"flushTime": 200}, **more}


def elsewhere(url):
    """The SDK neither traces nor reports what goes to the host name of its endpoint, whatever the port."""
    return url.replace("127.0.0.1", "localhost")


def has_events(server, session, condition, what):
    return wait_until(lambda: (found := events(server, session)) and condition(found) and found, FOUND_SECONDS_MAX, what)


@pytest.mark.parametrize("propagator", list(BACKENDS))
def test_a_request_of_the_main_process_leads_to_the_sql_statement(server, website, tmp_path, propagator):
    service = f"desktop-{propagator}"
    with Application(tmp_path / "home", rum(server, tracing={"propagatorTypes": [propagator]})) as app:
        for way in ("fetch", "get"):
            address = f"/api/{service}/orders?{propagator}-{way}"
            assert app.do(way, url=elsewhere(website.url) + address) == 200
            headers = sent_headers(website, address)
            assert trace_headers(headers) == HEADERS_OF[propagator]
            check_joined(server, service, ids_in(headers), app.session(), headers=headers, is_shared=propagator in SHARED, end="electron")


def test_requests_of_windows_lead_to_the_sql_statement(server, website, tmp_path):
    """`@arms/rum-electron/browser` in the page, set up by hand: it hands its events to the main process, which sends them."""
    with Application(tmp_path / "home", rum(server, autoInject=False)) as app:
        for propagator in BACKENDS:
            service, address = f"desktop-{propagator}", f"/api/desktop-{propagator}/orders?window-{propagator}"
            page = website.page(f"/desktop/{propagator}", "electron", rum(server, tracing={"propagatorTypes": [propagator]}),
                                [("orders", "fetch", address)])
            app.do("open", url=elsewhere(page))
            assert app.do("click", id="orders") == "200"
            headers = sent_headers(website, address)
            assert trace_headers(headers) == HEADERS_OF[propagator]
            check_joined(server, service, ids_in(headers), app.session(), headers=headers, is_shared=propagator in SHARED, end="electron")
        session, _ = app.session()
        rows = has_events(server, session, lambda found: len([row for row in found if row.get("rum.type") == "fetch"]) == len(BACKENDS), "requests")
        requests = [row for row in rows if row.get("rum.type") == "fetch"]
        assert {(row["view.name"], row["os.container"]) for row in requests} == {(f"/desktop/{each}", "chromium") for each in BACKENDS}
        # The page knows neither its session nor its user, and tells the backend a name that all windows have: it is none.
        trace_id = next(row["trace_id"] for row in requests if row["view.name"] == "/desktop/tracecontext")
        of_trace = get_json(server.url(f"/api/v1/rum/of-trace/{trace_id}"))
        assert (of_trace["session_id"], of_trace["app"]) == (session, APP)


def test_what_an_application_reports_of_itself(server, website, tmp_path):
    """Start, memory, errors, calls of procedures, views, clicks, a process that ended, one that hangs: a session in words."""
    page = elsewhere(website.page("/desktop/window", "none", {}, [("orders", "fetch", "/api/desktop-tracecontext/orders?injected")]))
    collectors = {"memory": True, "anr": {"enable": True, "anrThreshold": 3000}}
    with Application(tmp_path / "home", rum(server, UNTRACED_APP, spaMode="history", collectors=collectors)) as app:
        app.do("errors")
        app.do("custom")
        app.do("rpc")
        app.do("failing", url="http://localhost:1/nobody")
        app.do("open", url=page)
        session, user = app.session()
        # The main process puts the SDK into the page when its document is there.
        find_events(server, session, {"rum.view"})
        wait_until(lambda: app.do("evaluate", script="typeof window.RumSDK") == "object", FOUND_SECONDS_MAX, "the SDK in the window")
        assert app.do("click", id="orders") == "200"
        app.do("evaluate", script="void setTimeout(() => null.items, 0)")
        app.do("evaluate", script="window.ArmsRum.sendCustom({ type: 'biz', name: 'from the window', value: 1 })")
        app.do("evaluate", script="history.pushState({}, '', '/desktop/second')")
        app.do("gone", reason="oom", exitCode=1)
        app.do("gone", reason="memory-eviction", exitCode=1)
        # Again, if a busy machine let the SDK look only when it was over.
        wait_until(lambda: hangs(events(server, session)) or app.do("block", ms=4500), FOUND_SECONDS_MAX, "a hang")

        def complete(rows):
            names = {row.get("exception.type") for row in rows}
            return ({"RangeError", "TypeError", "Error", "OwnError", "RendererOOM", "MemoryEviction", "MainProcessANR"} <= names
                    and {"pv", "perf", "webvitals", "click", "fetch", "rpc"} <= {row.get("rum.type") for row in rows}
                    and {"console.error", "unhandledRejection", "uncaughtException", "custom", "onError"} <= {row.get("rum.source") for row in rows}
                    and {"window opened", "from the window", "cart/broken", "/nobody", "/desktop/second"} <= {row.get("rum.name") for row in rows})

        rows = has_events(server, session, complete, "everything of the application")
    check_rows(rows, user)
    check_session(server, session)
    check_pages(server, session)


def hangs(rows):
    """Where it hung is told as far as the SDK caught it in time, and for two minutes it tells of no other."""
    return [row for row in rows if row.get("rum.type") == "anr" and row["exception.type"] == "MainProcessANR"]


def check_rows(rows, user):
    assert {(row["service_name"], row["resource.rum.app.id"], row["user.id"], row["device.type"]) for row in rows} == {
        ("rum-electron", UNTRACED_APP, user, "desktop")}
    assert not [row for row in rows if row.get("view.id") == "__default__"]

    def the(**wanted):
        found = [row for row in rows if all(row.get(key.replace("__", ".")) == value for key, value in wanted.items())]
        assert found, wanted
        return found[0]

    start = the(rum__scene="app_ready")
    assert start["rum.state"] == "cold_launch" and start["rum.duration"] > 0
    memory = the(rum__scene="memory", rum__state="cold-launch")
    assert memory["rum.working_set"] > 1_000_000 and "rum.duration" not in memory
    for source in ("console.error", "unhandledRejection", "uncaughtException", "custom"):
        assert "view.id" not in the(event_name="rum.exception", rum__source=source)
    assert the(rum__source="onError")["os.container"] == "chromium"
    assert the(rum__type="crash")["rum.subtype"] == "oom"
    assert the(rum__type="memory")["rum.subtype"] == "eviction"
    assert hangs(rows)[0]["rum.caused_by"]
    call = the(rum__type="rpc", rum__name="cart/broken")
    assert (call["rpc.method"], call["rum.status_code"], call["rum.success"]) == ("broken", "INTERNAL_SERVER_ERROR", 0)
    assert "http.request.method" not in call and "http.response.status_code" not in call
    nobody = the(rum__name="/nobody")
    assert (nobody["os.container"], nobody["rum.status_code"], nobody["rum.success"]) == ("node", "INTERNAL_SERVER_ERROR", 0)
    assert {row["view.name"] for row in rows if row.get("rum.type") == "pv"} == {"/desktop/window", "/desktop/second"}
    assert the(rum__name="from the window")["view.name"] == "/desktop/window"


def check_session(server, session):
    detail = get_json(server.url(f"/api/v1/rum/sessions/{session}"))
    assert (detail["session"]["app"], detail["session"]["app_type"], detail["session"]["service"]) == (UNTRACED_APP, "electron", "rum-electron")
    by_name = {event["name"]: event for event in detail["events"]}
    assert by_name["cold_launch app_ready"]["kind"] == "application"
    assert by_name["cold-launch memory"]["size"] > 1_000_000 and by_name["cold-launch memory"]["duration_ns"] is None
    assert by_name["cart/broken"]["kind"] == "request" and by_name["cart/broken"]["trace"] is None
    assert by_name["/nobody"]["trace"]["state"] == "tracing_off"
    counts = next(each for each in server.api("/rum/sessions", app=UNTRACED_APP, start="now-1h", end="now+1m")["sessions"] if each["session_id"] == session)
    assert counts["views"] == 2 and counts["errors"] >= 7


def check_pages(server, session):
    with rum_shop.chromium() as browser, rum_shop.visit(browser, server.url(f"/sessions/{session}"), locale="en-GB") as page:
        for text in ("Started", "Memory at the start", "Not responding", "Main process unresponsive"):
            page.get_by_text(text).first.wait_for()
    with rum_shop.chromium() as browser, rum_shop.visit(browser, server.url(f"/sessions/{session}"), locale="zh-CN") as page:
        for text in ("应用启动", "启动时内存", "无响应"):
            page.get_by_text(text).first.wait_for()


def test_remote_configuration_is_asked_of_the_endpoints_host(website, tmp_path):
    file = tmp_path / "remote.json"
    file.write_text(json.dumps({APP: {"env": "gray", "tracing": {"enable": True, "propagatorTypes": ["b3"]}}, "*": {"env": "daily"}}))
    with ClewServer(tmp_path / "clew", {"rum.remote_config_file": str(file)}) as own:
        for query, env in ((f"?workspace=default&service={APP}", "gray"), ("?service=another", "daily"), ("", "daily")):
            status, _, body = http("POST", own.url(f"/agentconfig{query}"), b"{}", {"Content-Type": "application/json"})
            assert (status, json.loads(body)["env"]) == (200, env)
        address = "/api/desktop-b3/orders?remote"
        remote = {"enable": True, "mode": "remote-first"}
        with Application(tmp_path / "home", rum(own, tracing={"propagatorTypes": ["jaeger"]}, remoteConfig=remote), storage=True) as app:
            assert app.do("fetch", url=elsewhere(website.url) + address) == 200
            assert trace_headers(sent_headers(website, address)) == {"b3"}
            session, _ = app.session()
            rows = has_events(own, session, lambda found: any(row.get("rum.type") == "api" for row in found), "the request")
        assert {row["resource.deployment.environment.name"] for row in rows} == {"gray"}


def kept_in(index):
    """What the SDK keeps, by its list. None where it has none or is writing it."""
    try:
        return json.loads(index.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def test_what_could_not_be_sent_arrives_after_the_next_start(server, tmp_path):
    refusing = rum_shop.Origin(lambda _: (503, {}, b""))
    home, endpoint = tmp_path / "home", f"/rum/web/v2?service_id={APP}"
    with contextlib.closing(refusing):
        with Application(home, {**rum(server), "endpoint": refusing.url + endpoint}) as app:
            app.do("custom")
            session, _ = app.session()
            index = home / "userData" / "rum-electron-store" / "offline-queue" / "queue.json"
            wait_until(lambda: kept_in(index), FOUND_SECONDS_MAX, "something kept")
    assert not events(server, session)
    with Application(home, {**rum(server), "endpoint": server.url(endpoint)}) as app:
        app.do("resume")  # From sleep: the SDK sends what it keeps without the wait after a start.
        rows = has_events(server, session, lambda found: any(row.get("rum.name") == "window opened" for row in found), "what was kept")
    ids = [row["rum.event.id"] for row in rows]
    assert len(set(ids)) == len(ids)
