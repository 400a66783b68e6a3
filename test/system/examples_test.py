"""Every example of examples/ runs as its lines say, and its span is found, below the caller's.

What its install lines would fetch is taken from what the tests have: their versions must be the same.
"""
import functools
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request

import pytest

import examples_index
import shop
from clew_server import ROOT, free_ports, spans_of, wait_until

EXAMPLES = ROOT / "examples"
INDEX = json.loads((EXAMPLES / "index.json").read_text())["examples"]
FOUND_SECONDS_MAX = 90
HEADERS = {"traceparent": "tracecontext", "b3": "b3", "X-B3-TraceId": "b3multi", "uber-trace-id": "jaeger", "sw8": "sw8",
           "sw6": "sw6"}


def test_the_index_has_every_example_and_its_text():
    index = json.loads((EXAMPLES / "index.json").read_text())
    assert examples_index.with_code(index) == index, "run tool/examples_index.py"
    text = examples_index.PAGE.read_text()
    assert examples_index.page(text, index) == text, "run tool/examples_index.py"
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert {example["id"] for example in INDEX} == folders
    assert max(example["code"].count("\n") for example in INDEX) <= 35


@pytest.mark.parametrize("example", INDEX, ids=lambda example: example["id"])
def test_install_lines_name_the_versions_that_are_tested(example):
    pinned = re.findall(r"([\w@/.-]+)==([\w.]+)|([\w@/.-]+)@v?([\d][\w.+]*)|([\w.]+:[\w-]+):([\d.]+)", " ".join(example["install"]))
    named = {(name, version) for found in pinned for name, version in zip(found[::2], found[1::2]) if name}
    dependencies = example.get("project_code", "").partition("<dependencies>")[2]
    named |= set(re.findall(r"<artifactId>([\w-]+)</artifactId>\s*<version>([\d.]+)</version>", dependencies))
    locks = "\n".join((ROOT / path).read_text() for path in (
        "test/requirements.txt", "test/client/node/package.json", "test/client/go/go.mod", "test/client/go-sw6/go.mod",
        "test/client/java/pom.xml"))
    pom = (ROOT / "test/client/java/pom.xml").read_text()
    for variable, version in re.findall(r"<([\w.]+\.version)>([\d.]+)</", pom):
        locks = locks.replace("${%s}" % variable, version)
    for name, version in named:
        last = re.escape(name.split(":")[-1])
        assert re.search(rf'{last}("?[: =v]+"?|</artifactId>\s*<version>){re.escape(version)}', locks), f"{name} {version}"


@functools.cache
def go_examples():
    shop.needed("go", "the examples in Go")
    sources = [*EXAMPLES.glob("go-*/main.go"), *(shop.SOURCES / "go").glob("go.*"), *(shop.SOURCES / "go-sw6").glob("go.*")]

    def build(folder):
        for module in ("go", "go-sw6"):
            (folder / module).mkdir()
            for name in ("go.mod", "go.sum"):
                shutil.copy(shop.SOURCES / module / name, folder / module)
            text = (folder / module / "go.mod").read_text().replace("=> ../", f"=> {shop.SOURCES}/")
            (folder / module / "go.mod").write_text(text)
        for path in EXAMPLES.glob("go-*/main.go"):
            module = folder / ("go-sw6" if path.parent.name == "go-skywalking6" else "go")
            shutil.copytree(path.parent, module / path.parent.name)
            shop.run("go", "build", "-o", folder / "bin" / path.parent.name, f"./{path.parent.name}", cwd=module)

    return shop.built("go-examples", sources, build)


def command_of(example, folder):
    """The run line, with what the tests have in place of what the install lines would have fetched."""
    words = shlex.split(example["run"])
    if words[0] == "python":
        return [sys.executable, *words[1:]]
    if words[0] == "node":
        (folder / "node_modules").symlink_to(shop.SOURCES / "node" / "node_modules")
        return [f"{shop.node_folder()}/node", *words[1:]]
    if words[0] == "go":
        return [str(go_examples() / "bin" / example["id"])]
    if words[0] == "java":
        java = shop.java_classes()
        (folder / "lib").symlink_to(java / "lib")
        (folder / "opentelemetry-javaagent.jar").symlink_to(java / "agent" / "opentelemetry-javaagent.jar")
        (folder / "skywalking-agent").symlink_to(java / "skywalking-agent")
        for line in (line for line in example["install"] if line.startswith("javac ")):
            shop.run(*shlex.split(line), cwd=folder)
        return words
    return words


def environment_of(example, server, port):
    endpoint = {"host": "127.0.0.1", "port": server.settings[example["setting"]]}
    told = {each["name"]: each["value"].replace("{host}", "127.0.0.1").replace("{port}", str(endpoint["port"]))
            for each in example["environment"]}
    return {**os.environ, **told, "PORT": str(port), "OTEL_BSP_SCHEDULE_DELAY": "200",
            "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}


def answers(url, headers):
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20).read() == b"hello\n"
    except OSError:
        return False


@pytest.mark.parametrize("example", [each for each in INDEX if each["trace_header"]], ids=lambda each: each["id"])
def test_the_example_sends_a_span_below_its_caller(server, tmp_path, example):
    shutil.copytree(EXAMPLES / example["id"], tmp_path / "example")
    port, = free_ports(1)
    output = tmp_path / "output"
    with open(output, "wb") as said:
        process = subprocess.Popen(command_of(example, tmp_path / "example"), cwd=tmp_path / "example", stdout=said, stderr=said,
                                   env=environment_of(example, server, port))
    try:
        visitor = shop.browser(HEADERS[example["trace_header"]])

        def found():
            assert process.poll() is None, output.read_text(errors="replace")
            # Asked again until it is found: agents need a moment until they trace.
            return answers(f"http://127.0.0.1:{port}/", visitor.headers) and server.trace(visitor.trace_id)

        trace = wait_until(found, FOUND_SECONDS_MAX, f"the span of {example['id']}")
    finally:
        process.kill()
        process.wait()
    span, resource = spans_of(trace)[0]
    assert resource["service.name"] == "hello"
    assert span["name"].lower() == example["operation"].lower() and span["kind"] == 2
    assert visitor.span_id in (span.get("parentSpanId"), span["spanId"])


@pytest.mark.parametrize("example", [each for each in INDEX if not each["trace_header"]], ids=lambda each: each["id"])
def test_the_example_sends_a_span(server, tmp_path, example):
    query = '{ resource.service.name = "hello" && name =~ "(?i)get /" }'
    before = {trace["trace_id"] for trace in server.search(query, limit=1000)}
    words = shlex.split(example["run"])
    shop.run(*words, cwd=EXAMPLES / example["id"], env=environment_of(example, server, 0))
    wait_until(lambda: {trace["trace_id"] for trace in server.search(query, limit=1000)} - before, FOUND_SECONDS_MAX, "the span")
    assert any(door["protocol"] == example["door"] and door["span_count"] for door in server.api("/arrivals")["doors"])
