"""Kills the server at random moments under load, again and again; every acknowledged span is there afterwards, once."""
import collections
import random
import struct
import subprocess
import time

import duckdb

from clew_server import spans_of, wait_until

ROUNDS = 30
SEED = 20251
# Cuts, commits and compactions happen many times a round, so that the kill meets each of them.
SETTINGS = {
    "head.cut_spans": 2000,
    "head.cut_interval": "700ms",
    "head.left_behind_window": "150ms",
    "compaction.interval": "300ms",
    "log.segment_bytes": "1MiB",
    "limits.body_bytes": "1MiB",
    "limits.decompressed_bytes": "1MiB",
}


def read_acknowledged(path):
    """{trace id: {span id, …}} of clew-load's record."""
    found = collections.defaultdict(set)
    for high, low, span in struct.iter_unpack(">QQQ", path.read_bytes()):
        found[f"{high:016x}{low:016x}"].add(f"{span:016x}")
    return found


def crash_once(server, folder, number, chance):
    """One round: load, a kill at a random moment, the acknowledged spans."""
    record = folder / f"acknowledged-{number}"
    protocol = chance.choice(["grpc", "http"])
    load = subprocess.Popen(
        server.load_command("--seed", 1000 + number, "--spans", 1_000_000, "--batch", chance.choice([20, 60, 200]),
                            "--max-rate", 12_000, "--acknowledged", record, "--stop-on-disconnect", protocol=protocol),
        stdout=subprocess.PIPE)
    # Soon after its start, or when something is there to be lost; from there on any moment is as good as another.
    record_bytes = chance.choice([0, 24 * 3000])
    wait_until(lambda: record.exists() and record.stat().st_size >= record_bytes, what="the load's start")
    time.sleep(chance.uniform(0.02, 0.9))
    server.kill()
    load.communicate(timeout=120)
    return read_acknowledged(record)


def check_traces(server, acknowledged):
    """Every acknowledged span exactly once, by asking for each trace."""
    lost, doubled = [], []
    for trace_id, span_ids in acknowledged.items():
        trace = server.trace(trace_id)
        stored = [span["spanId"] for span, _ in spans_of(trace)] if trace else []
        lost += [(trace_id, span_id) for span_id in span_ids - set(stored)]
        if len(set(stored)) != len(stored):
            doubled.append(trace_id)
    assert not lost, f"{len(lost)} acknowledged spans are lost, e.g. {lost[:3]}"
    assert not doubled, f"{len(doubled)} traces hold a span twice, e.g. {doubled[:3]}"


def check_files(server, acknowledged):
    """The same from the Parquet files that the manifests name."""
    blocks = {path.stem for path in server.data.glob("**/blocks/**/*.json")}
    files = [str(path) for path in server.data.glob("**/spans/**/*.parquet") if path.stem in blocks]
    assert files
    rows = duckdb.connect().execute(
        "SELECT hex(trace_id), hex(span_id), count(*) FROM read_parquet(?, union_by_name = true) GROUP BY ALL", [files]).fetchall()
    doubled = [row for row in rows if row[2] != 1]
    assert not doubled, f"{len(doubled)} spans are stored twice, e.g. {doubled[:3]}"
    stored = {(trace_id.lower(), span_id.lower()) for trace_id, span_id, _ in rows}
    lost = [(trace_id, span_id) for trace_id, span_ids in acknowledged.items() for span_id in span_ids
            if (trace_id, span_id) not in stored]
    assert not lost, f"{len(lost)} acknowledged spans are in no block, e.g. {lost[:3]}"


def test_no_acknowledged_span_is_lost_or_doubled_by_crashes(own_server, tmp_path):
    chance = random.Random(SEED)
    server = own_server(settings=SETTINGS)
    acknowledged = {}
    for number in range(ROUNDS):
        server.start()
        acknowledged.update(crash_once(server, tmp_path, number, chance))
    spans = sum(len(span_ids) for span_ids in acknowledged.values())
    assert spans > 1000 * ROUNDS, "the load was too small to mean anything"
    server.settings["compaction.enabled"] = False  # Files must stay while they are read.
    server.start()
    check_traces(server, acknowledged)
    server.flush()
    check_files(server, acknowledged)
    check_traces(server, dict(random.Random(1).sample(sorted(acknowledged.items()), 200)))
    print(f"{ROUNDS} crashes, {spans} acknowledged spans in {len(acknowledged)} traces")
