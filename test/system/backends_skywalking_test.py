"""Services traced by SkyWalking's agents.

backend_checks.py says what each row must show.
"""
import pytest

from backend_checks import check_row
from backend_clients import skywalking_clients


@pytest.mark.parametrize("client", skywalking_clients(), ids=lambda client: client.name)
def test_a_request_is_found_whole(server, tmp_path, client):
    check_row(server, client, tmp_path)
