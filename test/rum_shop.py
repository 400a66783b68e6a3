"""The test shop as users see it: pages with a real browser SDK in a real Chromium, in front of the services of shop.py.

A Website serves the pages and hands /api/<service>/… to the services, as a reverse proxy does; a second origin has them too,
for requests across origins: /open/<service>/… answers CORS, /closed/<service>/… does not. The headers that a browser sent are
kept. A Gate holds back what goes through it, so that a test decides what arrives first.
"""
import contextlib
import dataclasses
import functools
import http.server
import json
import os
import threading
import urllib.error
import urllib.parse
import urllib.request

from playwright.sync_api import sync_playwright

import shop
from clew_server import ROOT

SOURCES = ROOT / "test" / "client" / "browser"
CHROMIUM = os.environ.get("CLEW_CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
ENTRIES = ("arms_npm", "skywalking", "faro", "otel")
WAIT_SECONDS_MAX = 90
# What a service behind CORS must allow: every header that a propagator sends.
TRACE_HEADERS = ("traceparent, tracestate, baggage, b3, x-b3-traceid, x-b3-spanid, x-b3-sampled, x-b3-parentspanid, "
                 "uber-trace-id, sw8, sw6, x-shop")


# ---- scripts ----
@functools.cache
def scripts():
    """The folder of the bundled SDKs, built with the packages of the lock file."""
    node = f"{shop.node_folder('browser')}/node"

    def build(folder):
        shop.run(node, SOURCES / "node_modules" / "esbuild" / "bin" / "esbuild", *(SOURCES / f"{name}.js" for name in ENTRIES),
                 "--bundle", "--format=iife", "--log-level=error", f"--outdir={folder}", cwd=SOURCES)

    return shop.built("browser", [*SOURCES.glob("*.js*")], build)


# By their form: what a page loads after `window.shop` is set.
FORMS = {
    "npm": '<script src="/assets/arms_npm.js"></script>',
    "cdn": '<script>window.__rum = window.shop.rum;</script><script src="/assets/browser-sdk.js"></script>',
    # Of a window of Electron: by hand, and nothing, where the main process puts it in.
    "electron": '<script src="/assets/browser.js"></script><script>RumSDK.default.init(window.shop.rum);</script>',
    "none": "",
    **{name: f'<script src="/assets/{name}.js"></script>' for name in ("skywalking", "faro", "otel")},
}
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">
<h1>Shop</h1><p id="calls"></p><button id="break">break</button><ol id="answers"></ol>
<script>window.shop = {shop};</script>{form}<script src="/assets/shop_page.js"></script></html>"""


def asset(name):
    folders = {"browser-sdk.js": SOURCES / "node_modules" / "@arms" / "rum-browser" / "dist", "shop_page.js": SOURCES,
               "browser.js": SOURCES.parent / "electron" / "node_modules" / "@arms" / "rum-electron" / "dist"}
    return (folders.get(name, scripts()) / name).read_bytes()


# ---- origins ----
@dataclasses.dataclass(frozen=True)
class Seen:
    """A request as the browser sent it to an API."""
    method: str
    path: str
    headers: dict     # names in lower case


class Origin:
    """A HTTP server on a free port of its own; answers with `answer(handler) -> (status, headers, body)`."""

    def __init__(self, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                size = int(self.headers.get("Content-Length") or 0)
                self.content = self.rfile.read(size)
                status, headers, body = answer(self)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_OPTIONS = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def passed_on(handler, url):
    """The answer of `url` to the same request."""
    headers = {name: value for name, value in handler.headers.items() if name.lower() not in ("host", "connection", "content-length")}
    request = urllib.request.Request(url, handler.content or None, headers, method=handler.command)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, dict(answer.headers.items()), answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, dict(refused.headers.items()), refused.read()


class Gate:
    """A reverse proxy of one server that lets nothing through until it is opened."""

    def __init__(self, target):
        self.target, self.opened, self.waiting = target, threading.Event(), threading.Semaphore(0)
        self.origin = Origin(self._answer)
        self.url = self.origin.url

    def _answer(self, handler):
        self.waiting.release()
        assert self.opened.wait(WAIT_SECONDS_MAX), "nobody opened the gate"
        status, headers, body = passed_on(handler, self.target + handler.path)
        return status, {name: value for name, value in headers.items() if name.lower() not in ("content-length", "connection", "date")}, body

    def wait_until_something_waits(self):
        assert self.waiting.acquire(timeout=WAIT_SECONDS_MAX), "nothing came to the gate"

    def open(self):
        self.opened.set()

    def close(self):
        self.opened.set()
        self.origin.close()


class Website:
    """A context manager. `services`: {name: shop.Service}, which may grow while it runs."""

    def __init__(self, services):
        scripts()
        self.services, self.pages, self.seen = services, {}, []
        self.own, self.other = Origin(self._answer), Origin(self._answer_other)
        self.url, self.api = self.own.url, self.other.url

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.own.close()
        self.other.close()

    def page(self, path, form, rum, calls, at_load=None):
        """Has the page at `path`, with buttons for calls (id, way, url), its content waiting for `at_load`; returns its address."""
        told = {"rum": rum, "at_load": at_load, "calls": [dict(zip(("id", "way", "url", "headers"), call)) for call in calls]}
        self.pages[path] = PAGE.replace("{shop}", json.dumps(told).replace("<", "\\u003c")).replace("{form}", FORMS[form]).encode()
        return self.url + path

    def requests_to(self, path):
        """What arrived of the browser's requests to this address, query included; without preflights."""
        return [seen for seen in self.seen if seen.path == path and seen.method != "OPTIONS"]

    def _answer(self, handler):
        path = urllib.parse.urlparse(handler.path).path
        if path.startswith("/api/"):
            return self._service(handler, path)
        if path.startswith("/assets/"):
            return 200, {"Content-Type": "text/javascript"}, asset(path.removeprefix("/assets/"))
        page = self.pages.get(path)
        return (200, {"Content-Type": "text/html"}, page) if page else (404, {}, b"")

    def _answer_other(self, handler):
        path = urllib.parse.urlparse(handler.path).path
        cors = {}
        if path.startswith("/open/"):
            cors = {"Access-Control-Allow-Origin": handler.headers.get("Origin", "*"),
                    "Access-Control-Allow-Headers": TRACE_HEADERS, "Timing-Allow-Origin": "*"}
        if handler.command == "OPTIONS":
            self._note(handler)
            return 204, cors, b""
        status, headers, body = self._service(handler, path)
        return status, {**headers, **cors}, body

    def _note(self, handler):
        self.seen.append(Seen(handler.command, handler.path, {name.lower(): value for name, value in handler.headers.items()}))

    def _service(self, handler, path):
        _, _, name, rest = path.split("/", 3)
        self._note(handler)
        service = self.services.get(name)
        if service is None:
            return 404, {}, b"{}"
        status, _, body = passed_on(handler, service.url("/" + rest))
        return status, {"Content-Type": "application/json"}, body


# ---- the browser ----
@contextlib.contextmanager
def chromium():
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def visit(browser, url, expected_faults=0, **options):
    """A new visitor's tab with the page; fails the test if scripts fail there otherwise than expected."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(WAIT_SECONDS_MAX * 1000)
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(url)
    assert not faults, faults
    yield page
    context.close()
    assert len(faults) == expected_faults, faults


def click(page, call):
    """Clicks and waits for what comes of it: the status as text, or the error's."""
    page.click(f"#{call}")
    return page.locator(f"#answer-{call}").text_content()


def arms_session(page):
    """(session id, user id) as the ARMS SDK keeps them in the page."""
    page.wait_for_function("localStorage._arms_session && localStorage._arms_uid")  # It writes them a second later.
    session, user = page.evaluate("[localStorage._arms_session, localStorage._arms_uid]")
    return session.split("-")[0], user
