"""Services traced by OpenTelemetry: SDKs in four languages and the Java agent, over gRPC, HTTP with protobuf and with JSON.

backend_checks.py says what each row must show.
"""
import pytest

from backend_checks import check_row
from backend_clients import opentelemetry_clients


@pytest.mark.parametrize("client", opentelemetry_clients(), ids=lambda client: client.name)
def test_a_request_is_found_whole(server, tmp_path, client):
    check_row(server, client, tmp_path)
