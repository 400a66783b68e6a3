"""What README.md tells people to type does what it says."""
import re
import subprocess

from clew_server import BINARY, ROOT, spans_of, wait_until

README = (ROOT / "README.md").read_text()


def shell_blocks():
    return re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


def test_every_make_target_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", README))
    assert {"demo", "test"} <= named and named <= targets


def test_every_link_leads_somewhere():
    for link in re.findall(r"\]\(([^)#]+)", README):
        if not link.startswith("http"):
            assert (ROOT / link).exists(), link


def test_the_examples_work_against_a_server(server):
    """The blocks that talk to a server, with its ports in place of the standard ones, in order."""
    blocks = [block for block in shell_blocks() if "make " not in block]
    assert len(blocks) >= 2
    for block in blocks:
        script = (block.replace(":4318", f":{server.http_port}").replace(":7070", f":{server.main_port}")
                  .replace("build/release/clew trace", f"{BINARY} trace --server {server.url()}")
                  .replace("build/release/clew query", f"{BINARY} query --server {server.url()}"))
        done = subprocess.run(["bash", "-e", "-c", script], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        trace = wait_until(lambda: server.trace("5b8efff798038103d269b633813fc60c"), what="the example's trace")
        assert [span["name"] for span, _ in spans_of(trace)] == ["first span"]
