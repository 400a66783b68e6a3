"""Malformed and oversized input is refused as OTLP says, counted per reason, and never costs the good spans beside it."""
import gzip
import json
import re
import socket

import pytest
import zstandard
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

import order_trace
from clew_server import http, spans_of, wait_until

PROTOBUF = "application/x-protobuf"


def one_span_protobuf(trace_id, **fields):
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    resource_spans.resource.attributes.add(key="service.name").value.string_value = "malformed"
    span = resource_spans.scope_spans.add().spans.add()
    span.trace_id, span.span_id, span.name = trace_id, b"12345678", "a span"
    span.start_time_unix_nano, span.end_time_unix_nano = 1_700_000_000_000_000_000, 1_700_000_000_000_001_000
    for name, value in fields.items():
        setattr(span, name, value)
    return request


def refused_total(server):
    return sum(value for name, value in server.metrics().items()
               if name.startswith("clew_") and "refused" in name and name.split("{")[0].endswith("_total"))


@pytest.mark.parametrize("body, content_type, status", [
    (b"\x0a\xff", PROTOBUF, 400),
    (b"not protobuf at all", PROTOBUF, 400),
    (b"{", "application/json", 400),
    (b'{"resourceSpans": 7}', "application/json", 400),
    (b"<spans/>", "application/xml", 415),
])
def test_malformed_requests_are_refused_and_counted(server, body, content_type, status):
    before = refused_total(server)
    got, headers, answer = server.send_otlp(body, content_type)
    assert got == status, answer
    if content_type == "application/json":
        assert headers["Content-Type"].startswith("application/json")
        assert json.loads(answer)["message"]
    assert refused_total(server) > before


def test_bad_spans_cost_only_themselves(server):
    good, bad = order_trace.random_id(16), "00" * 16
    request = order_trace.request([order_trace.span(good, "good"), order_trace.span(bad, "zero trace id")], "partial")
    before = refused_total(server)
    status, _, body = server.send_otlp(request)
    assert status == 200
    answer = json.loads(body)
    assert int(answer["partialSuccess"]["rejectedSpans"]) == 1 and answer["partialSuccess"]["errorMessage"]
    trace = wait_until(lambda: server.trace(good), what="the good span")
    assert [span["name"] for span, _ in spans_of(trace)] == ["good"]
    assert refused_total(server) > before


def test_protobuf_partial_success(server):
    request = one_span_protobuf(bytes.fromhex(order_trace.random_id(16)))
    request.MergeFrom(one_span_protobuf(b"\0" * 16))
    status, headers, body = server.send_otlp(request.SerializeToString(), PROTOBUF)
    assert status == 200 and headers["Content-Type"] == PROTOBUF
    assert ExportTraceServiceResponse.FromString(body).partial_success.rejected_spans == 1


@pytest.mark.parametrize("encoding, compress", [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_compressed_bodies(server, encoding, compress):
    trace_id, request = order_trace.order(f"compressed-{encoding}")
    status, _, body = server.send_otlp(compress(json.dumps(request).encode()), headers={"Content-Encoding": encoding})
    assert status == 200, body
    wait_until(lambda: server.trace(trace_id), what="the trace")
    assert server.send_otlp(b"damaged", headers={"Content-Encoding": encoding})[0] == 400


def test_a_decompression_bomb_is_refused(server):
    bomb = gzip.compress(b" " * (256 << 20), compresslevel=1)
    assert server.send_otlp(bomb, headers={"Content-Encoding": "gzip"})[0] in (400, 413)


def test_an_unknown_encoding_is_refused(server):
    assert server.send_otlp(b"x", headers={"Content-Encoding": "br"})[0] in (400, 415)


def test_end_before_start_is_repaired(server):
    trace_id = bytes.fromhex(order_trace.random_id(16))
    request = one_span_protobuf(trace_id, end_time_unix_nano=1_600_000_000_000_000_000)
    assert server.send_otlp(request.SerializeToString(), PROTOBUF)[0] == 200
    trace = wait_until(lambda: server.trace(trace_id.hex()), what="the trace")
    (span, _), = spans_of(trace)
    assert int(span["endTimeUnixNano"]) >= int(span["startTimeUnixNano"])


def preflight(server, origin):
    return http("OPTIONS", server.otlp_url("/v1/traces"), headers={
        "Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"})


def test_pages_of_allowed_origins_may_send(own_server):
    server = own_server(settings={"cors.allowed_origins": ["https://shop.example"]}).start()
    status, headers, _ = preflight(server, "https://shop.example")
    assert status in (200, 204)
    assert headers["Access-Control-Allow-Origin"] in ("*", "https://shop.example")
    assert "content-type" in headers["Access-Control-Allow-Headers"].lower()
    status, headers, _ = server.send_otlp(order_trace.order("browser")[1], headers={"Origin": "https://shop.example"})
    assert status == 200 and headers["Access-Control-Allow-Origin"] in ("*", "https://shop.example")
    assert preflight(server, "https://evil.example")[1]["Access-Control-Allow-Origin"] is None


def test_pages_may_not_send_by_default(server):
    assert preflight(server, "https://shop.example")[1]["Access-Control-Allow-Origin"] is None


def test_pipelined_requests_are_answered_in_order(server):
    bodies = [json.dumps(order_trace.order("pipelined")[1]).encode(), b"{", json.dumps(order_trace.order("pipelined")[1]).encode()]
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=90) as connection:
        connection.sendall(b"".join(
            b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s"
            % (len(body), b"Connection: close\r\n" if number == 2 else b"", body) for number, body in enumerate(bodies)))
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"200", b"400", b"200"]
