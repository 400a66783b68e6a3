"""A full disk refuses new data with an error that clients may retry, and goes on serving what is stored."""
import os
import subprocess

import pytest

import order_trace
from clew_server import ClewServer, spans_of, wait_until

DISK_MIB = 192
SETTINGS = {"limits.body_bytes": "4MiB", "limits.decompressed_bytes": "4MiB", "log.segment_bytes": "8MiB",
            "log.spare_segments": 1, "log.free_bytes_min": "16MiB"}


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, small; needs the right to mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("may not mount a small file system here: the full disk was NOT tested with a real one "
                    "(the lying disk of the unit tests fills up too)")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_refuses_and_goes_on_reading(small_disk, tmp_path):
    server = ClewServer(small_disk / "clew", SETTINGS)
    server.log = tmp_path / "server.log"
    with server:
        trace_id, request = order_trace.order("early")
        assert server.send_otlp(request)[0] == 200
        filler = small_disk / "filler"

        def fill():
            """Takes all space but what a few writes need; then refuses come."""
            with open(filler, "ab", buffering=0) as file:
                try:
                    while True:
                        file.write(b"\0" * 65536)
                except OSError:
                    pass

        def refused():
            fill()
            status, headers, body = server.send_otlp(order_trace.request(
                [order_trace.span(order_trace.random_id(16), "filling", attributes=[order_trace.text("x", "y" * 200_000)])
                 for _ in range(10)], "filling"))
            return (status, headers, body) if status != 200 else None

        status, headers, _ = wait_until(refused, what="a refusal")
        assert status in (429, 503), status
        assert headers.get("Retry-After") is not None
        assert len(spans_of(server.trace(trace_id))) == 5
        assert server.search('{ resource.service.name = "early" }')
        assert server.process.poll() is None

        os.remove(filler)
        wait_until(lambda: server.send_otlp(order_trace.order("after")[1])[0] == 200, what="taking data again")
        assert len(spans_of(server.trace(trace_id))) == 5
