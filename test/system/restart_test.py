"""What was acknowledged survives every way a server can end."""
import subprocess

import order_trace
from clew_server import spans_of, wait_until


def send_order(server, service):
    trace_id, request = order_trace.order(service)
    status, _, body = server.send_otlp(request)
    assert status == 200, body
    return trace_id


def assert_found(server, trace_id):
    trace = wait_until(lambda: server.trace(trace_id), what="the trace")
    assert len(spans_of(trace)) == 5


def test_data_survives_a_graceful_stop(own_server):
    server = own_server().start()
    trace_id = send_order(server, "graceful")
    assert server.stop() == 0
    server.start()
    assert_found(server, trace_id)
    assert [trace["trace_id"] for trace in server.search('{ resource.service.name = "graceful" }')] == [trace_id]


def test_data_survives_a_kill(own_server):
    server = own_server().start()
    trace_id = send_order(server, "killed")
    server.kill()
    server.start()
    assert_found(server, trace_id)


def test_data_survives_in_blocks_alone(own_server):
    server = own_server().start()
    trace_id = send_order(server, "flushed")
    server.flush()
    assert all(not block["live"] or block["span_count"] == 0 for block in server.api("/blocks")["blocks"])
    assert_found(server, trace_id)
    server.kill()
    server.start()
    assert_found(server, trace_id)


def test_the_same_spans_sent_twice_are_stored_once(own_server):
    server = own_server().start()
    trace_id, request = order_trace.order("retry")
    for _ in range(2):
        assert server.send_otlp(request)[0] == 200
    server.flush()
    assert_found(server, trace_id)


def test_a_late_span_joins_its_trace(own_server):
    server = own_server().start()
    trace_id = send_order(server, "late")
    server.flush()
    late = order_trace.span(trace_id, "late span", 1)
    assert server.send_otlp(order_trace.request([late], "late"))[0] == 200
    wait_until(lambda: len(spans_of(server.trace(trace_id))) == 6, what="the late span")
    found, = server.search('{ resource.service.name = "late" && name = "late span" }')
    assert found["span_count"] == 6


def test_a_stop_under_load_ends_cleanly(own_server):
    server = own_server().start()
    load = subprocess.Popen(server.load_command("--spans", 5_000_000, "--max-rate", 20_000, "--stop-on-disconnect"),
                            stdout=subprocess.PIPE)
    wait_until(lambda: server.search(limit=1), what="the load")
    assert server.stop() == 0
    load.communicate(timeout=120)
