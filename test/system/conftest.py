import pytest

pytest.register_assert_rewrite("backend_checks")

from clew_server import BINARY, ClewServer


def pytest_sessionstart(session):
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is missing: run make build first", returncode=3)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for the tests of a module; they must not depend on what else it holds. Its files stay while they are read;
    crash_test.py is about those that are joined."""
    with ClewServer(tmp_path_factory.mktemp("clew"), {"compaction.enabled": False}) as running:
        yield running


@pytest.fixture
def own_server(tmp_path):
    """Makes servers in folders of their own: own_server(settings={…}); those still running are killed at the end."""
    made = []

    def make(name="clew", **options):
        made.append(ClewServer(tmp_path / name, **options))
        return made[-1]

    yield make
    for each in made:
        each.__exit__()
