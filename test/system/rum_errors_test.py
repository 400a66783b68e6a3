"""Errors of browsers on the real server: groups over releases, their state through a restart, and stacks of a minified bundle
that real Chromium threw, told by the maps that the command line uploads.
"""
import gzip
import json
import pathlib
import re
import subprocess
import time

import pytest
from playwright.sync_api import sync_playwright

import rum_shop
import shop
from clew_server import BINARY, get_json, http, wait_until

SOURCES = pathlib.Path(rum_shop.SOURCES) / "faulty_cart"
SESSION = "0123456789abcdef0123456789abcdef"


def error_event(stack, at_ms=None, message="x of 17 is null", error_type="TypeError", **more):
    at_ms = at_ms or int(time.time() * 1000)
    error_event.count += 1
    return {"event_type": "exception", "type": "error", "event_id": f"00-{SESSION}-{error_event.count:016x}", "timestamp": at_ms, "times": 1,
            "source": "onError", "name": error_type, "message": message, "stack": stack, **more}


error_event.count = 0


def report(server, app, version, events, user="uid_1", session=SESSION):
    body = {"app": {"id": app, "env": "prod", "version": version, "type": "browser"}, "user": {"id": user}, "session": {"id": session},
            "net": {}, "view": {"id": "0ac67bcc69134461932b8de6b091ea25", "name": "/cart"}, "events": events, "_v": "npm-0.0.37"}
    status, _, answer = http("POST", server.url("/rum/web/v2"), json.dumps(body).encode(), {"Content-Type": "text/plain"})
    assert status == 204, answer


def groups(server, app, **parameters):
    return get_json(server.url("/api/v1/rum/error-groups"), {"app": app, "start": "now-1h", "end": "now+1m", **parameters})


def wait_for_groups(server, app, count=1, holds=lambda group: True, **parameters):
    def found():
        rows = groups(server, app, **parameters)["groups"]
        return rows if len(rows) == count and all(holds(row) for row in rows) else None
    return wait_until(found, what=f"{count} groups of {app}")


def detail(server, group_id):
    return get_json(server.url(f"/api/v1/rum/error-groups/{group_id}"), {"start": "now-1h", "end": "now+1m"})


def put_state(server, group_id, **change):
    status, _, body = http("PUT", server.url(f"/api/v1/rum/error-groups/{group_id}"), json.dumps(change).encode(), {"Content-Type": "application/json"})
    return status, json.loads(body)


def stack_at(function, script):
    return f"TypeError: x\n    at {function} (https://shop.example/assets/{script}:1:41)\n    at checkout (https://shop.example/assets/{script}:2:5)"


def check_described(api, value, schema, where):
    """The answer is what the reference says: nothing more, nothing less."""
    if "$ref" in schema:
        schema = api["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if schema.get("type") == "array":
        for entry in value:
            check_described(api, entry, schema["items"], where)
    elif "properties" in schema:
        assert set(value) == set(schema["properties"]), where
        for name, member in schema["properties"].items():
            if value[name] is not None:
                options = [each for each in member.get("anyOf", member.get("oneOf", [member])) if each.get("type") != "null"]
                check_described(api, value[name], options[0], f"{where}.{name}")


def test_answers_are_as_described(server):
    app = "described@1"
    report(server, app, "1.0", [error_event(stack_at("Cart.total", "app.js"))])
    group, = wait_for_groups(server, app)
    api = get_json(server.url("/api/v1/openapi.json"))
    told = json.loads(http("POST", server.url(f"/api/v1/rum/source-maps?app={app}&version=1.0&file=app.js"),
                           b'{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA"}')[2])
    for answer, name in ((groups(server, app), "BrowserErrorsAnswer"), (detail(server, group["group_id"]), "BrowserErrorAnswer"),
                         (told, "SourceMap"), (put_state(server, group["group_id"], state="ignored")[1], "BrowserErrorState"),
                         (get_json(server.url("/api/v1/rum/source-maps")), "SourceMapsAnswer")):
        check_described(api, answer, {"$ref": f"#/components/schemas/{name}"}, name)


def test_a_group_spans_releases_and_keeps_its_state(own_server):
    server = own_server().start()
    request = {"event_type": "resource", "type": "fetch", "event_id": f"00-{SESSION}-{77:016x}", "timestamp": int(time.time() * 1000) - 2000, "times": 1,
               "url": "https://shop.example/api/cart", "name": "/api/cart", "method": "GET", "status_code": 500, "success": 0, "duration": 30}
    report(server, "shop@1", "2.4.0", [request, error_event(stack_at("Cart.total", "app.3f2a1b.js"), times=2)])
    report(server, "shop@1", "2.4.1", [error_event(stack_at("Cart.total", "app.99f0c2.js"), message="x of 9 is null")], user="uid_2",
           session="f" * 32)
    report(server, "shop@1", "2.4.1", [error_event("", message="A white screen occurs at LOAD", error_type="", type="blank")])
    rows = wait_for_groups(server, "shop@1", 2)
    group = rows[0]
    assert (group["count"], group["users"], group["sessions"]) == (3, 2, 2)
    assert group["type"] == "TypeError" and group["message"] == "x of <num> is null" and group["state"] == "open"
    assert {v["version"]: v["count"] for v in group["versions"]} == {"2.4.0": 2, "2.4.1": 1}
    assert group["culprit"]["function"] == "Cart.total" and rows[1]["kind"] == "blank"
    assert group["likely_cause"]["name"] == "/api/cart" and group["likely_cause"]["status_code"] == "500"
    told = detail(server, group["group_id"])
    assert [crumb["kind"] for crumb in detail(server, group["group_id"])["breadcrumbs"]] in (["request"], ["request", "error"], [])
    assert len(told["samples"]) == 2 and told["source_map"]["state"] == "missing"

    # Resolved in a release: the old one may still have it, that one and later ones may not.
    status, state = put_state(server, group["group_id"], state="resolved", resolved_in_version="2.10.0", note="fixed by <b>me</b>")
    assert status == 200 and state["state"] == "resolved"
    assert put_state(server, "0" * 15 + "7", state="resolved")[0] == 404
    assert put_state(server, group["group_id"], state="regressed")[0] == 400
    server.stop()
    server.start()
    report(server, "shop@1", "2.9.0", [error_event(stack_at("total", "app.77aa21.js"))])
    row, = wait_for_groups(server, "shop@1", 1, lambda each: each["count"] == 4, state="resolved")
    assert row["note"] == "fixed by <b>me</b>" and row["resolved_in_version"] == "2.10.0" and row["first_ns"] == group["first_ns"]
    report(server, "shop@1", "2.10.0", [error_event(stack_at("total", "app.12ab34.js"))])
    row, = wait_for_groups(server, "shop@1", 1, state="regressed")
    assert row["group_id"] == group["group_id"] and int(row["regressed_ns"]) > int(row["state_since_ns"])
    server.stop()
    server.start()
    assert wait_for_groups(server, "shop@1", 1, state="regressed")[0]["regressed_ns"] == row["regressed_ns"]
    by_state = groups(server, "shop@1")["by_state"]
    assert (by_state["regressed"], by_state["open"], by_state["resolved"]) == (1, 1, 0)


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """(folder, script, stack): a bundle made for production, and what Chromium says of its fault."""
    rum_shop.scripts()
    folder = tmp_path_factory.mktemp("dist")
    shop.run(f"{shop.node_folder()}/node", rum_shop.SOURCES / "node_modules" / "esbuild" / "bin" / "esbuild", SOURCES / "main.ts", "--bundle",
             "--minify", "--sourcemap=external", "--format=iife", "--log-level=error", "--entry-names=assets/[name].[hash]", f"--outdir={folder}",
             cwd=rum_shop.SOURCES)
    script, = folder.glob("assets/main.*.js")
    url = f"https://shop.example/assets/{script.name}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=rum_shop.CHROMIUM, args=rum_shop.FLAGS)
        page = browser.new_page()
        page.route("https://shop.example/**", lambda route: route.fulfill(
            body=script.read_text() if route.request.url == url else f'<!doctype html><script src="{url}"></script>',
            content_type="text/javascript" if route.request.url == url else "text/html"))
        page.goto("https://shop.example/")
        stack = page.evaluate("window.stackOfEmptyCart()")
        browser.close()
    assert script.name in stack, stack
    return folder, script.name, stack


def check_told(frames):
    lines = (SOURCES / "cart.ts").read_text().splitlines()
    fault = next(number for number, text in enumerate(lines, 1) if "this.items!" in text)
    source = frames[0]["source"]
    assert source["file"].endswith("faulty_cart/cart.ts") and source["line"] == fault and source["function"] == "Cart.total"
    assert {line["line"]: line["text"] for line in source["context"]}[fault] == lines[fault - 1]
    assert len(source["context"]) == 5
    assert frames[1]["source"]["function"] == "checkout" and "cart.total()" in lines[frames[1]["source"]["line"] - 1]
    assert frames[2]["source"]["file"].endswith("faulty_cart/main.ts") and frames[2]["source"]["function"] == "stackOfEmptyCart"


def upload(server, folder, app, version, *more, code=0):
    done = subprocess.run([BINARY, "sourcemaps", "upload", folder, "--app", app, "--version", version, "--url", server.url(""), *more],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_uploaded_maps_tell_the_source(server, build):
    folder, script, stack = build
    app = "maps@1"
    report(server, app, "7.0.0", [error_event(stack, message="this.items is not iterable")])
    group, = wait_for_groups(server, app)
    before = detail(server, group["group_id"])
    assert before["source_map"]["state"] == "missing" and before["frames"][0]["source"] is None
    assert before["raw_stack"] == stack

    said = upload(server, folder, app, "7.0.0", "--prefix", "https://shop.example/")
    assert f"https://shop.example/assets/{script}" in said and "1 of 1 source maps" in said
    told = detail(server, group["group_id"])
    assert told["source_map"]["state"] == "applied" and told["source_map"]["available"] == ["7.0.0"]
    check_told(told["frames"])
    group, = wait_for_groups(server, app, holds=lambda each: each["culprit"]["function"] == "Cart.total")
    assert group["culprit"]["file"].endswith("cart.ts")

    kept, = get_json(server.url("/api/v1/rum/source-maps"), {"app": app})["source_maps"]
    assert kept["version"] == "7.0.0" and kept["file"].endswith(script) and kept["bytes"] > 0
    assert http("DELETE", server.url(f"/api/v1/rum/source-maps/{kept['id']}"))[0] == 200
    assert http("DELETE", server.url(f"/api/v1/rum/source-maps/{kept['id']}"))[0] == 404
    assert detail(server, group["group_id"])["source_map"]["state"] == "missing"


def test_a_debug_id_tells_whatever_the_script_is_called(server, build):
    folder, script, stack = build
    app, url = "debug@1", f"https://shop.example/assets/{script}"
    report(server, app, "1.0", [error_event(stack, binary_images={url: "11111111-2222-3333-4444-555555555555"})])
    group, = wait_for_groups(server, app)
    told = json.loads((folder / "assets" / f"{script}.map").read_text())
    body = gzip.compress(json.dumps({**told, "debug_id": "11111111-2222-3333-4444-555555555555"}).encode())
    status, _, answer = http("POST", server.url(f"/api/v1/rum/source-maps?app={app}&version=other&file=renamed.js"), body, {"Content-Encoding": "gzip"})
    assert status == 200 and json.loads(answer)["debug_id"].startswith("1111"), answer
    check_told(detail(server, group["group_id"])["frames"])


def test_maps_outlive_the_server(own_server, build):
    folder, script, stack = build
    server = own_server().start()
    upload(server, folder, "kept@1", "3.1")
    server.kill()
    server.start()
    report(server, "kept@1", "3.1", [error_event(stack)])
    group, = wait_for_groups(server, "kept@1")
    check_told(detail(server, group["group_id"])["frames"])


def test_what_is_no_map_is_refused(server, tmp_path):
    for body, why in ((b"no json", "no JSON"), (b'{"version":3,"sources":["a"],"names":[],"mappings":"A*"}', "base64"), (b"\x1f\x8bbroken", "gzip")):
        status, _, answer = http("POST", server.url("/api/v1/rum/source-maps?app=a&version=1&file=a.js"), body)
        assert status == 400 and re.search(why, json.loads(answer)["error"]["message"]), answer
    assert "holds no source maps" in upload(server, tmp_path, "a", "1", code=1)
    (tmp_path / "a.js.map").write_text("{}")
    assert "\"version\" is not 3" in upload(server, tmp_path, "a", "1", code=1)
