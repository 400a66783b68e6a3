"""Services traced by Jaeger's clients: UDP in both encodings, Thrift over HTTP, gRPC, and the sampler that asks the server.

backend_checks.py says what each row must show.
"""
import pytest

from backend_checks import check_row
from backend_clients import jaeger_clients


@pytest.mark.parametrize("client", jaeger_clients(), ids=lambda client: client.name)
def test_a_request_is_found_whole(server, tmp_path, client):
    check_row(server, client, tmp_path)
