"""What keeps the server from starting is said in one clear line that names it, and the exit code is not zero."""
import os
import socket
import subprocess

import pytest

from clew_server import START_SECONDS_MAX


def failure_of(server):
    """The one line that a server says which cannot start."""
    server.launch()
    code = server.process.wait(START_SECONDS_MAX)
    assert code != 0
    lines = [line for line in server.log_tail().splitlines() if line.strip()]
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.parametrize("door", ["main_port", "grpc_port", "http_port", "jaeger_port"])
def test_a_taken_port_is_named(own_server, door):
    server = own_server()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", getattr(server, door)))
        taken.listen()
        line = failure_of(server)
    assert str(getattr(server, door)) in line and "taken" in line


def test_a_locked_data_folder_is_named(own_server):
    first = own_server("first").start()
    second = own_server("second")
    second.data = first.data
    line = failure_of(second)
    assert str(first.data) in line and ("lock" in line or "another" in line)
    assert first.is_ready()


def test_a_data_folder_that_cannot_be_made_is_named(own_server, tmp_path):
    (tmp_path / "file").write_text("in the way")
    server = own_server()
    server.data = tmp_path / "file" / "data"
    assert str(server.data) in failure_of(server)


@pytest.fixture
def readonly_folder(tmp_path):
    """A folder in which nobody may write; root may write everywhere but in a file system mounted read-only."""
    folder = tmp_path / "readonly"
    folder.mkdir(mode=0o500)
    if os.geteuid() != 0:
        yield folder
        return
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", folder], capture_output=True).returncode != 0:
        pytest.skip("root, and may not mount: an unwritable folder was NOT tested")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_an_unwritable_data_folder_is_named(own_server, readonly_folder):
    server = own_server()
    server.data = readonly_folder
    assert str(server.data) in failure_of(server)


@pytest.mark.parametrize("key, value, names", [
    ("head.cut_sphans", 1, "head.cut_sphans"),
    ("head.cut_spans", "many", "head.cut_spans"),
    ("head.cut_spans", -5, "head.cut_spans"),
    ("head.cut_interval", "soon", "head.cut_interval"),
    ("log.sync", "perhaps", "log.sync"),
    ("listen.main", 70_000, "listen.main"),
])
def test_a_bad_setting_is_named(own_server, key, value, names):
    line = failure_of(own_server(settings={key: value}))
    assert names in line


def test_a_bad_environment_variable_is_named(own_server):
    line = failure_of(own_server(environment={"CLEW_HEAD_CUT_SPANS": "many"}))
    assert "CLEW_HEAD_CUT_SPANS" in line


def test_an_unknown_flag_is_named(own_server):
    server = own_server(arguments=["--unknown-flag"])
    server.launch()
    assert server.process.wait(START_SECONDS_MAX) != 0
    assert "--unknown-flag" in server.log_tail()


def test_a_missing_config_file_is_named(own_server):
    server = own_server(arguments=["--config", "/nonexistent/clew.yaml"])
    server.launch()
    assert server.process.wait(START_SECONDS_MAX) != 0
    assert "/nonexistent/clew.yaml" in server.log_tail() or "--config" in server.log_tail()

