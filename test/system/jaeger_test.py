"""Jaeger's doors on the real server: datagrams, the collector, sampling strategies that change, adaptive sampling.

Real client libraries are backends_test's; here are the bytes they sent (src/receive/jaeger/testdata) and what they may not do.
"""
import json
import socket
import struct
import time

from clew_server import ROOT, get_json, http, wait_until

SAMPLES = ROOT / "src" / "receive" / "jaeger" / "testdata"


def samples(folder, pattern="*.thrift"):
    return [path.read_bytes() for path in sorted((SAMPLES / folder).glob(pattern))]


def trace(server, trace_id):
    status, _, body = http("GET", f"http://127.0.0.1:{server.jaeger_port}/api/traces/{trace_id}")
    return json.loads(body)["data"][0] if status == 200 else None


def metric(server, name, **labels):
    text = http("GET", f"http://127.0.0.1:{server.main_port}/metrics")[2].decode()
    wanted = [f'{key}="{value}"' for key, value in labels.items()]
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
               if line.startswith(name + "{") and all(label in line for label in wanted))


def expected_trace(folder, client):
    return json.loads((SAMPLES / folder / f"{client}.expect.json").read_text())["trace_ids"][0]


def test_samples_of_every_encoding_become_one_trace_each(server):
    udp = socket.socket(type=socket.SOCK_DGRAM)
    # Each encoding to both ports: a client that mixed them up is understood.
    for datagram in samples("jaeger-udp-compact", "go-*.thrift") + samples("jaeger-udp-binary"):
        udp.sendto(datagram, ("127.0.0.1", server.jaeger_compact_udp_port))
    for datagram in samples("jaeger-udp-compact", "py-*.thrift"):
        udp.sendto(datagram, ("127.0.0.1", server.jaeger_binary_udp_port))
    for body in samples("jaeger-http-thrift", "java-*.thrift"):
        status, _, answer = http("POST", f"http://127.0.0.1:{server.jaeger_collector_http_port}/api/traces", body,
                                 {"Content-Type": "application/x-thrift"})
        assert (status, answer) == (202, b"")
    for folder, client in (("jaeger-udp-compact", "go-jaeger-udp"), ("jaeger-udp-binary", "node-jaeger-udp"),
                           ("jaeger-udp-compact", "py-jaeger-udp"), ("jaeger-http-thrift", "java-jaeger-http")):
        trace_id = expected_trace(folder, client)
        found = wait_until(lambda: (lambda one: one and len(one["spans"]) == 6 and one)(trace(server, trace_id)), what=client)
        assert {process["serviceName"] for process in found["processes"].values()} == {"frontend", "pricing", "stock"}


def zipkin_batch():
    """emitZipkinBatch in binary, oneway, of one client span (cs, cr) of the service "old"."""
    def field(kind, number, value):
        return struct.pack(">bh", kind, number) + value

    def text(value):
        return struct.pack(">i", len(value)) + value

    now_us = int(time.time() * 1e6)
    endpoint = field(8, 1, struct.pack(">i", 0x7f000001)) + field(6, 2, struct.pack(">h", 80)) + field(11, 3, text(b"old")) + b"\0"
    annotations = b"".join(field(10, 1, struct.pack(">q", now_us + delay)) + field(11, 2, text(value)) + field(12, 3, endpoint) + b"\0"
                           for delay, value in ((0, b"cs"), (500, b"cr")))
    span = (field(10, 1, struct.pack(">q", 0x1234)) + field(11, 3, text(b"get")) + field(10, 4, struct.pack(">q", 0x5678)) +
            field(15, 6, struct.pack(">bi", 12, 2) + annotations) + b"\0")
    return (struct.pack(">I", 0x80010004) + text(b"emitZipkinBatch") + struct.pack(">i", 0) +
            field(15, 1, struct.pack(">bi", 12, 1) + span) + b"\0")


def test_the_agent_takes_zipkins_spans(server):
    socket.socket(type=socket.SOCK_DGRAM).sendto(zipkin_batch(), ("127.0.0.1", server.jaeger_binary_udp_port))
    found = wait_until(lambda: trace(server, "1234"))
    assert [span["operationName"] for span in found["spans"]] == ["get"]
    assert [process["serviceName"] for process in found["processes"].values()] == ["old"]


def test_a_flood_and_rubbish_are_counted_and_the_door_stays_open(server):
    udp = socket.socket(type=socket.SOCK_DGRAM)
    good = samples("jaeger-udp-compact", "go-*.thrift")
    rubbish = [b"", b"\x82", b"\x82\x21\x01\x09emitBatch", good[0][:-40], b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05", b"\xff" * 65000]
    for datagram in rubbish:
        udp.sendto(datagram, ("127.0.0.1", server.jaeger_compact_udp_port))
    for _ in range(20_000):
        udp.sendto(good[0], ("127.0.0.1", server.jaeger_compact_udp_port))
    # Nobody waits for a datagram, so what was sent is read, or dropped and counted.
    wait_until(lambda: metric(server, "clew_net_datagrams_total", door="jaeger_udp_compact") +
               metric(server, "clew_net_datagrams_dropped_total", door="jaeger_udp_compact", where="kernel") > 15_000)
    assert metric(server, "clew_receive_refused_requests_total", door="jaeger_udp_compact") >= 5
    for datagram in good:
        wait_until(lambda: (udp.sendto(datagram, ("127.0.0.1", server.jaeger_compact_udp_port)),
                            metric(server, "clew_receive_spans_total", door="jaeger_udp_compact"))[1] > 0)
    assert wait_until(lambda: trace(server, expected_trace("jaeger-udp-compact", "go-jaeger-udp")))
    assert "looks_like=HTTP/1" in server.log_tail() and "looks_like=TLS" in server.log_tail()


def test_strategies_are_told_and_read_again(own_server, tmp_path):
    strategies = tmp_path / "strategies.json"

    def write(probability):
        strategies.write_text(json.dumps({
            "service_strategies": [{"service": "shop", "type": "probabilistic", "param": probability}]}))

    write(0.5)
    server = own_server(settings={"sampling.strategies_file": str(strategies)}).start()
    url = f"http://127.0.0.1:{server.jaeger_sampling_port}/sampling"

    def probability():
        return get_json(url, {"service": "shop"})["probabilisticSampling"]["samplingRate"]

    assert probability() == 0.5
    assert get_json(url, {"service": "other"}) == {"strategyType": "PROBABILISTIC", "probabilisticSampling": {"samplingRate": 1}}
    assert get_json(f"http://127.0.0.1:{server.jaeger_collector_http_port}/api/sampling", {"service": "shop"})["strategyType"] == "PROBABILISTIC"
    write(0.25)
    wait_until(lambda: probability() == 0.25)
    strategies.write_text("no JSON")
    wait_until(lambda: "the last good ones stay" in server.log_tail())
    assert probability() == 0.25
    write(0.75)
    wait_until(lambda: probability() == 0.75)


def test_adaptive_sampling_follows_what_arrives_over_any_door(own_server):
    server = own_server(settings={"sampling.target_per_second": 1, "sampling.interval": "200ms"}).start()

    def send(service, probability, count):
        now = time.time_ns()
        spans = [{"traceId": f"{now + i:032x}", "spanId": f"{i + 1:016x}", "name": "GET /", "kind": 2, "startTimeUnixNano": str(now),
                  "endTimeUnixNano": str(now + 1000),
                  "attributes": [{"key": "sampler.type", "value": {"stringValue": "probabilistic"}},
                                 {"key": "sampler.param", "value": {"doubleValue": probability}}]} for i in range(count)]
        body = {"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
                                   "scopeSpans": [{"spans": spans}]}]}
        assert http("POST", f"http://127.0.0.1:{server.http_port}/v1/traces", json.dumps(body).encode(),
                    {"Content-Type": "application/json"})[0] == 200

    def told():
        answer = get_json(f"http://127.0.0.1:{server.jaeger_sampling_port}/sampling", {"service": "shop"})["operationSampling"]
        return {each["operation"]: each["probabilisticSampling"]["samplingRate"] for each in answer["perOperationStrategies"]}

    assert told() == {}

    def low():
        send("shop", 0.5, 100)
        return 0 < told().get("GET /", 1) < 0.1
    wait_until(low)
