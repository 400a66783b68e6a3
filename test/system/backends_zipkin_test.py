"""Services traced by Zipkin's libraries: both versions, four encodings, shared and separate span ids.

backend_checks.py says what each row must show.
"""
import pytest

from backend_checks import check_row
from backend_clients import zipkin_clients


@pytest.mark.parametrize("client", zipkin_clients(), ids=lambda client: client.name)
def test_a_request_is_found_whole(server, tmp_path, client):
    check_row(server, client, tmp_path)
