"""The commands of the binary, as a person types them."""
import re
import subprocess

import pytest

import order_trace
from clew_server import BINARY, wait_until


def clew(*arguments, code=0, **options):
    done = subprocess.run([BINARY, *(str(each) for each in arguments)], capture_output=True, text=True, timeout=120, **options)
    assert done.returncode == code, f"clew {arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def commands():
    found = re.findall(r"^  ([a-z]+) {2,}\S", clew("--help").split("ubcommands:")[1], re.MULTILINE)
    assert len(found) >= 5, found
    return found


@pytest.fixture(scope="module")
def order(server):
    """(service, trace id) of an order that is stored in a block."""
    trace_id, request = order_trace.order("cli-shop")
    assert server.send_otlp(request)[0] == 200
    server.flush()
    wait_until(lambda: server.trace(trace_id), what="the trace")
    return "cli-shop", trace_id


def test_every_command_explains_itself():
    for command in commands():
        text = clew(command, "--help")
        assert len(text.splitlines()) >= 3, f"clew {command} --help says too little"


def test_the_commands_of_the_issue_exist():
    assert {"serve", "query", "trace", "inspect", "doctor", "demo"} <= set(commands())


def test_version_and_unknown_commands():
    assert clew("version").startswith("clew ")
    assert clew("--version") == clew("version")
    clew(code=2)
    clew("surve", code=2)
    clew("serve", "--no-such-flag", code=2)


def test_settings_lists_every_setting():
    assert "cut_spans" in clew("settings")


def test_query_finds_the_order(server, order):
    service, trace_id = order
    out = clew("query", f'{{ resource.service.name = "{service}" }}', "--server", server.url())
    assert trace_id in out and service in out


def test_query_names_the_place_of_a_mistake(server):
    done = subprocess.run([BINARY, "query", "{ name = }", "--server", server.url()], capture_output=True, text=True, timeout=120)
    assert done.returncode != 0 and len(done.stderr.strip().splitlines()) >= 1


def test_trace_shows_the_order(server, order):
    service, trace_id = order
    out = clew("trace", trace_id, "--server", server.url())
    assert all(name in out for name in ("POST /orders", "SELECT orders", "orders publish", "orders process", "charge"))
    done = subprocess.run([BINARY, "trace", "1" * 32, "--server", server.url()], capture_output=True, text=True, timeout=120)
    assert done.returncode != 0 and "1" * 32 in done.stderr


def test_a_question_to_nobody_says_so():
    done = subprocess.run([BINARY, "query", "{}", "--server", "http://127.0.0.1:1"], capture_output=True, text=True, timeout=120)
    assert done.returncode != 0 and "127.0.0.1:1" in done.stderr


def test_inspect_shows_what_a_block_holds(server, order):
    block = next(block["name"] for block in server.api("/blocks")["blocks"] if not block["live"])
    out = clew("inspect", block, "--data", server.data)
    assert "cli-shop" in out or "span" in out


def test_doctor_looks_at_this_machine(tmp_path):
    done = subprocess.run([BINARY, "doctor", "--data", tmp_path], capture_output=True, text=True, timeout=120)
    out = (done.stdout + done.stderr).lower()
    assert all(word in out for word in ("disk", "port", "clock")), out


def test_the_demo_fills_an_empty_server(own_server):
    server = own_server().start()
    demo = subprocess.Popen([BINARY, "demo", "--endpoint", server.otlp_url(), "--rum-endpoint", server.url() + "/rum/web/v2", "--rate", "20"],
                            stdout=subprocess.PIPE, text=True)
    try:
        def services():
            return {service["name"] for service in server.api("/services")["services"]}

        def edges():
            return {(edge["parent"], edge["child"], edge["type"]) for edge in server.api("/dependencies")["dependencies"]}

        wait_until(lambda: server.search('{ event.exception.type = "com.shop.payment.CardDeclinedException" }'), what="a failed payment")
        # The hour behind is still being filled in.
        wait_until(lambda: {"frontend", "cart", "checkout", "payment", "catalogue", "inventory", "fulfilment"} <= services(), what="services")
        wait_until(lambda: {("frontend", "checkout", "http"), ("checkout", "inventory", "rpc"), ("cart", "redis-carts", "cache"),
                            ("catalogue", "postgres-catalogue", "db"), ("checkout", "fulfilment", "messaging"),
                            ("rum-browser", "frontend", "http"), ("rum-miniapp", "frontend", "http")} <= edges(), what="calls")
    finally:
        demo.terminate()
        out, _ = demo.communicate(timeout=120)
    assert demo.returncode == 0 and " 0 traces dropped, 0 events dropped" in out
