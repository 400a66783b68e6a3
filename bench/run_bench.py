#!/usr/bin/env python3
"""Measures the real server: starts it on an empty folder, drives it with clew-load, and prints a table.

What is measured, and how:
  spans per CPU-second   accepted spans / (utime + stime of the server process, from the first byte until everything
                         acknowledged is in Parquet blocks), with sync durability as by default
  bytes a span           everything under the data folder but the log, once all is in blocks and compaction has settled
  memory                 VmHWM after the load (peak), VmRSS two seconds after the start (idle)
  queries                median latency over one kept-alive connection, and server CPU a query from the scheduler's
                         nanoseconds of all its threads; each question asks for another trace, session or service
The numbers depend on the machine; the load does not. Usage: bench/run_bench.py --help
"""
import argparse
import http.client
import json
import os
import pathlib
import platform
import shutil
import statistics
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test"))
from clew_server import BINARY, LOAD, ClewServer  # noqa: E402

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
WARM_UP = 3


# ---- the server process ----
def cpu_seconds(pid):
    """utime + stime, all threads, also those that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def cpu_nanoseconds(pid):
    """Finer, of the living threads: good for short questions to a server whose threads stay."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total


def memory_mb(pid, field):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise KeyError(field)


def stored_bytes(data):
    """Bytes of everything but the log, and of the log."""
    sizes = {True: 0, False: 0}
    for path in data.rglob("*"):
        if path.is_file():
            sizes["log" in path.relative_to(data).parts] += path.stat().st_size
    return sizes[False], sizes[True]


def settled_bytes(data):
    """stored_bytes() once compaction has stopped changing them: while it replaces blocks, both generations are there."""
    before = None
    for _ in range(60):
        now = stored_bytes(data)
        if now == before:
            break
        before = now
        time.sleep(2)
    return now


# ---- one ingest run ----
def measure_ingest(server, spans, batch, protocol, connections, outstanding):
    server.start()
    time.sleep(2)
    pid = server.process.pid
    idle_mb = memory_mb(pid, "VmRSS")
    cpu_before, began = cpu_seconds(pid), time.monotonic()
    load = server.load("--spans", spans, "--batch", batch, "--connections", connections, "--outstanding", outstanding,
                       protocol=protocol, timeout=3600)
    cpu_sent = cpu_seconds(pid)
    server.flush(timeout=3600)
    cpu_used, elapsed = cpu_seconds(pid) - cpu_before, time.monotonic() - began
    block_bytes, log_bytes = settled_bytes(server.data)
    result = {
        "protocol": protocol, "batch": batch, "spans": load["accepted_spans"], "refused": load["refused_spans"],
        "retries": load["retries"], "otlp_bytes_per_span": load["bytes_per_span"],
        "spans_per_cpu_second": load["accepted_spans"] / cpu_used,
        "spans_per_cpu_second_until_acknowledged": load["accepted_spans"] / max(cpu_sent - cpu_before, 1e-3),
        "spans_per_second": load["accepted_spans"] / load["seconds"], "seconds_until_in_blocks": elapsed,
        "cpu_seconds": cpu_used, "cpu_seconds_with_compaction": cpu_seconds(pid) - cpu_before, "bytes_per_span": block_bytes / load["accepted_spans"], "log_mb_left": log_bytes / 2**20,
        "peak_mb": memory_mb(pid, "VmHWM"), "idle_mb": idle_mb,
        "request_ms_p50": load["request_ms_p50"], "request_ms_p99": load["request_ms_p99"],
    }
    return result, load


# ---- queries ----
class Asker:
    """Questions over one kept-alive connection."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, path, **parameters):
        self.connection.request("GET", path + ("?" + urllib.parse.urlencode(parameters) if parameters else ""))
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}: {body[:300]!r}")
        return body


def questions(load):
    """(name, which server, how often, function from the number of the question to path and parameters, check of the answer)."""
    samples, between = load["samples"], {"start": load["begin_ns"], "end": load["end_ns"] + 3600 * 10**9}
    services = ["checkout", "cart", "payment", "inventory", "catalogue", "search", "pricing"]

    def sample(number):
        return samples[number % len(samples)]

    def search(query, **more):
        return "/api/v1/search", {"q": query, "limit": 20, **between, **more}

    def slow_operations(number):
        return search(f'{{ resource.service.name = "{services[number % len(services)]}" && name = "POST /orders" '
                      '&& duration > 100ms }')

    def slow_operations_whole(number):
        return "/api/traces", {"service": services[number % len(services)], "operation": "POST /orders", "limit": 20,
                               "minDuration": "100ms", "start": load["begin_ns"] // 1000,
                               "end": load["end_ns"] // 1000 + 3600 * 10**6}

    def found_session(number, body):
        got = {trace["trace_id"] for trace in json.loads(body)["traces"]}
        assert got == set(sample(number)["session_traces"]), f"{got} instead of {sample(number)['session_traces']}"

    def found_spans(number, body):
        assert len(json.loads(body)["resourceSpans"]) > 0

    def found_twenty(number, body):
        assert len(json.loads(body)["traces"]) == 20

    def found_data(number, body):
        assert json.loads(body)["data"]

    def found_groups(number, body):
        assert len(json.loads(body)["groups"]) >= 14

    def found_edges(number, body):
        assert len(json.loads(body)["dependencies"]) > 14 * 10

    return [
        ("trace by id", "main", 60, lambda n: (f"/api/v1/traces/{sample(n)['trace_id']}", {}), found_spans),
        ("service + operation + duration, limit 20, summaries", "main", 30, slow_operations, found_twenty),
        ("service + operation + duration, limit 20, whole traces", "jaeger", 20, slow_operations_whole, found_data),
        ("attribute = value, 3 traces match", "main", 40,
         lambda n: search(f'{{ span.session.id = "{sample(n)["session"]}" }}'), found_session),
        ("attribute = value, a third matches, limit 20", "main", 20,
         lambda n: search('{ span.http.request.method = "POST" }'), found_twenty),
        ("attribute = value, 1.5 % match, slowest 20", "main", 20,
         lambda n: search('{ span.http.response.status_code = 503 }', sort="duration"), found_twenty),
        ("count, errors, p50/p95/p99 by service", "main", 10,
         lambda n: ("/api/v1/aggregate", {"q": "{}", "by": "resource.service.name", **between}), found_groups),
        ("dependencies", "main", 20, lambda n: ("/api/v1/dependencies", between), found_edges),
    ]


def measure_queries(server, load):
    askers = {"main": Asker(server.main_port), "jaeger": Asker(server.jaeger_port)}
    pid, results = server.process.pid, []
    for name, which, repeat, question, check in questions(load):
        try:
            for number in range(WARM_UP):
                path, parameters = question(number)
                check(number, askers[which].ask(path, **parameters))
            latencies, cpu_before = [], cpu_nanoseconds(pid)
            for number in range(WARM_UP, WARM_UP + repeat):
                path, parameters = question(number)
                began = time.perf_counter()
                askers[which].ask(path, **parameters)
                latencies.append((time.perf_counter() - began) * 1000)
            results.append({"query": name, "median_ms": statistics.median(latencies), "max_ms": max(latencies),
                            "cpu_ms": (cpu_nanoseconds(pid) - cpu_before) / 1e6 / repeat, "asked": repeat})
        except (RuntimeError, AssertionError, OSError, http.client.HTTPException) as error:
            results.append({"query": name, "failed": str(error)[:300]})
            askers = {"main": Asker(server.main_port), "jaeger": Asker(server.jaeger_port)}
    return results


# ---- the table ----
def table(head, rows):
    widths = [max(len(str(row[column])) for row in [head, *rows]) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join("| " + " | ".join(str(cell).ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines)


def ingest_table(runs):
    head = ["spans", "protocol", "batch", "spans per CPU-second", "spans per second", "bytes a span", "peak (idle) MB",
            "request ms p50 / p99"]
    return table(head, [[f"{run['spans']:,}", run["protocol"], run["batch"], f"{run['spans_per_cpu_second']:,.0f}",
                         f"{run['spans_per_second']:,.0f}", f"{run['bytes_per_span']:.1f}",
                         f"{run['peak_mb']:.0f} ({run['idle_mb']:.0f})",
                         f"{run['request_ms_p50']:.1f} / {run['request_ms_p99']:.1f}"] for run in runs])


def query_table(by_size):
    head = ["median ms (server CPU ms)", *(f"{size:,} spans" for size in by_size)]
    names = [result["query"] for result in next(iter(by_size.values()))]

    def cell(result):
        return "failed: " + result["failed"] if "failed" in result else f"{result['median_ms']:.2f} ({result['cpu_ms']:.2f})"

    return table(head, [[name, *(cell(results[number]) for results in by_size.values())] for number, name in enumerate(names)])


def machine():
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.processor())
    return f"{os.cpu_count()} × {model}, {platform.system()} {platform.release()}"


def run(options):
    runs, by_size = [], {}
    folder = pathlib.Path(tempfile.mkdtemp(prefix="clew-bench-", dir=options.folder))

    def fresh_server(name):
        return ClewServer(folder / name)

    try:
        for size in [options.spans] + ([options.spans * 10] if options.large else []):
            server = fresh_server(f"queries-{size}")
            try:
                result, load = measure_ingest(server, size, 512, "grpc", options.connections, options.outstanding)
                runs.append(result)
                print(ingest_table(runs[-1:]), "\n", flush=True)
                by_size[size] = measure_queries(server, load)
                print(query_table({size: by_size[size]}), "\n", flush=True)
            finally:
                server.__exit__()
                shutil.rmtree(server.folder, ignore_errors=True)
        for protocol, batch in [("http", 512), ("grpc", 20), ("http", 20), ("zipkin-json", 512), ("zipkin-proto", 512),
                                ("zipkin-thrift", 512), ("jaeger-http", 512), ("jaeger-grpc", 512), ("skywalking-grpc", 512)]:
            if options.quick:
                break
            server = fresh_server(f"{protocol}-{batch}")
            try:
                runs.append(measure_ingest(server, options.spans, batch, protocol, options.connections,
                                           options.outstanding)[0])
                print(ingest_table(runs[-1:]), "\n", flush=True)
            finally:
                server.__exit__()
                shutil.rmtree(server.folder, ignore_errors=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {"machine": machine(), "ingest": runs, "queries": {str(size): results for size, results in by_size.items()}}


def report(results):
    by_size = {int(size): rows for size, rows in results["queries"].items()}
    return f"{results['machine']}\n\n{ingest_table(results['ingest'])}\n\n{query_table(by_size)}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=1_000_000, help="spans of each run (default %(default)s)")
    parser.add_argument("--large", action="store_true", help="also ten times as many, so that growth is seen")
    parser.add_argument("--quick", action="store_true", help="only gRPC with batches of 512")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--outstanding", type=int, default=4, help="unanswered requests a connection (default %(default)s)")
    parser.add_argument("--folder", default=str(ROOT / "build"), help="where data goes while measuring: a real disk")
    parser.add_argument("--output", help="also write <output>.json and <output>.md, e.g. bench/results/2026-11-21")
    options = parser.parse_args()
    for program in (BINARY, LOAD):
        if not program.exists():
            sys.exit(f"{program} is missing; `make bench` builds it")
    results = run(options)
    print("\n" + report(results))
    if options.output:
        output = pathlib.Path(options.output)
        output.parent.mkdir(parents=True, exist_ok=True)
        output.with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n")
        output.with_suffix(".md").write_text(report(results))
    failed = [row["query"] for rows in results["queries"].values() for row in rows if "failed" in row]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
