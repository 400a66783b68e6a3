"""Services traced by Jaeger's clients: UDP in both encodings, Thrift over HTTP, gRPC, and the sampler that asks the server.

backend_checks.py says what each row must show.
"""
import dataclasses
import json

import pytest

import shop
from backend_checks import check_row
from backend_clients import jaeger_clients, jaeger_clients_that_ask
from clew_server import wait_until

TOLD_SECONDS_MAX = 90


@pytest.mark.parametrize("client", jaeger_clients(), ids=lambda client: client.name)
def test_a_request_is_found_whole(server, tmp_path, client):
    check_row(server, client, tmp_path)


@pytest.mark.parametrize("client", jaeger_clients_that_ask(), ids=lambda client: client.name)
def test_a_client_samples_as_it_is_told(own_server, tmp_path, client):
    """One service begins with nothing and is told everything, the other the reverse."""
    strategies = tmp_path / "strategies.json"
    strategies.write_text(json.dumps({
        "service_strategies": [{"service": "told-everything", "type": "probabilistic", "param": 1}],
        "default_strategy": {"type": "probabilistic", "param": 0}}))
    server = own_server(settings={"sampling.strategies_file": str(strategies)}).start()
    with shop.Shop(server, tmp_path) as running:
        everything, nothing = running.start((dataclasses.replace(client, protocol="remote:0"), "told-everything"),
                                            (dataclasses.replace(client, protocol="remote:1"), "told-nothing"))

        def is_kept(service):
            asked = shop.request([service], ["/"], {})["trace_id"]
            # Sampled by its header, and reported after the other: when it is there, the other one would be, too.
            visitor = shop.browser("jaeger")
            shop.request([service], ["/"], visitor.headers)
            wait_until(lambda: server.trace(visitor.trace), TOLD_SECONDS_MAX, "a request whose caller has sampled it")
            return server.trace(asked) is not None

        wait_until(lambda: is_kept(everything), TOLD_SECONDS_MAX, "everything is sampled")
        wait_until(lambda: not is_kept(nothing), TOLD_SECONDS_MAX, "nothing is sampled")
        complaints = running.stop()
        assert not complaints, "\n".join(complaints)
