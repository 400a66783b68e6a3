"""pyarrow, DuckDB and a second reader of the format see in our files what we wrote."""
import binascii
import math
import struct

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xxhash

import parquet_footer as pf


def arrow_file(path):
    return pq.ParquetFile(path, page_checksum_verification=True)


def plain(value):
    """A value as the .expected files write it, from what either library returns."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "x" + value.encode().hex()
    return bytes(value).hex()


def same(got, wanted):
    if got == wanted:
        return True
    # NaN may lose its payload on the way.
    return len(got) == len(wanted) == 16 and math.isnan(struct.unpack(">d", bytes.fromhex(got))[0]) and math.isnan(
        struct.unpack(">d", bytes.fromhex(wanted))[0])


def expected_columns(path):
    """column → (element counts or None, values) over all row groups."""
    columns = {}
    with open(path) as lines:
        for line in lines:
            name, _, counts, values = line.rstrip("\n").split("\t")
            old = columns.setdefault(name, ([], []))
            old[0].extend(int(count) for count in counts.split())
            old[1].extend(values.split(" ")[:-1])
    return columns


def every_type_column(table_column, is_list):
    """(counts, values) of one column as both libraries give it: lists are lists of one-field structs."""
    if not is_list:
        return [], [plain(value) for value in table_column]
    counts, values = [], []
    for row in table_column:
        counts.append(len(row))
        values.extend(plain(next(iter(element.values()))) for element in row)
    return counts, values


def check_every_type(columns, read_column):
    for name, (counts, values) in columns.items():
        leaf_number = "".join(c for c in name if c.isdigit())
        is_list = bool(counts)
        got_counts, got_values = every_type_column(read_column("list" + leaf_number if is_list else name), is_list)
        assert got_counts == counts, name
        assert len(got_values) == len(values), name
        assert all(same(got, wanted) for got, wanted in zip(got_values, values)), name


def test_pyarrow_reads_every_type(files):
    table = arrow_file(files / "every_type.parquet").read()
    check_every_type(expected_columns(files / "every_type.expected"), lambda name: table.column(name).to_pylist())


def test_duckdb_reads_every_type(files):
    connection = duckdb.connect()
    path = files / "every_type.parquet"
    check_every_type(
        expected_columns(files / "every_type.expected"),
        lambda name: [row[0] for row in connection.execute(f'SELECT "{name}" FROM read_parquet(\'{path}\')').fetchall()])


def test_empty_file(files):
    path = files / "empty.parquet"
    assert arrow_file(path).read().num_rows == 0
    assert duckdb.connect().execute(f"SELECT count(*) FROM read_parquet('{path}')").fetchone() == (0,)


def test_types_are_annotated(files):
    schema = arrow_file(files / "block_spans.parquet").schema_arrow
    assert schema.field("trace_id").type == pa.binary(16)
    assert schema.field("span_id").type == pa.binary(8)
    assert schema.field("start_time").type == pa.timestamp("ns", tz="UTC")
    assert schema.field("duration").type == pa.int64()
    assert schema.field("span.url").type == pa.string()
    assert not schema.field("trace_id").nullable and schema.field("span.url").nullable
    events = schema.field("events").type
    assert pa.types.is_list(events) and [field.name for field in events.value_type] == [
        "time", "name", "attributes", "dropped_attributes_count"]
    described = duckdb.connect().execute(f"DESCRIBE SELECT * FROM read_parquet('{files / 'block_spans.parquet'}')").fetchall()
    types = {row[0]: row[1] for row in described}
    assert types["start_time"].startswith("TIMESTAMP") and types["duration"] == "BIGINT" and types["span.url"] == "VARCHAR"
    assert types["span.mixed::json"] in ("JSON", "VARCHAR")
    assert types["events"].endswith("[]")


def block_cells(path):
    with open(path) as lines:
        for line in lines:
            name, cells = line.rstrip("\n").split("\t")
            yield name, [binascii.unhexlify(cell) for cell in cells.split(" ")[:-1]]


def as_cell(kind, value):
    if value is None:
        return b"p0000000000000000" if kind == "p" else b"-"
    if kind in "sj":
        return kind.encode() + (value.encode() if isinstance(value, str) else value)
    if kind == "d":
        return b"d" + str(struct.unpack("<Q", struct.pack("<d", value))[0]).encode()
    if kind == "b":
        return b"b1" if value else b"b0"
    if kind in "tp":
        return kind.encode() + value.hex().encode()
    return kind.encode() + str(value).encode()


def check_block(files, read_column):
    for name, cells in block_cells(files / "block_spans.expected"):
        kind = next((chr(cell[0]) for cell in cells if cell != b"-"), "s")
        got = [as_cell(kind, value) for value in read_column(name)]
        if kind == "d":  # NaN may lose its payload.
            nan = lambda cell: cell != b"-" and math.isnan(struct.unpack("<d", struct.pack("<Q", int(cell[1:])))[0])
            got = [b"nan" if nan(cell) else cell for cell in got]
            cells = [b"nan" if nan(cell) else cell for cell in cells]
        assert got == cells, name


def test_pyarrow_reads_a_block(files):
    table = arrow_file(files / "block_spans.parquet").read()

    def column(name):
        values = table.column(name)
        if pa.types.is_timestamp(values.type):
            values = values.cast(pa.int64())
        return values.to_pylist()

    check_block(files, column)


def test_duckdb_reads_a_block(files):
    connection = duckdb.connect()
    path = files / "block_spans.parquet"

    def column(name):
        quoted = '"' + name.replace('"', '""') + '"'
        if name == "start_time":
            quoted = f"epoch_ns({quoted})"
        return [row[0] for row in connection.execute(f"SELECT {quoted} FROM read_parquet('{path}')").fetchall()]

    check_block(files, column)


def test_duckdb_and_rollups_agree(files):
    spans, red, traces = (f"read_parquet('{files / f'block_{name}.parquet'}')" for name in ("spans", "red", "traces"))
    connection = duckdb.connect()
    per_service = """SELECT coalesce(service_name, ''), count(*), count(*) FILTER (status_code = 2), sum(duration)
                     FROM {} GROUP BY 1 ORDER BY 1""".format(spans)
    from_red = f"SELECT service, sum(count), sum(error_count), sum(duration_sum) FROM {red} GROUP BY 1 ORDER BY 1"
    assert connection.execute(per_service).fetchall() == connection.execute(from_red).fetchall()
    buckets = connection.execute(
        f"SELECT sum(bucket.count) FROM (SELECT unnest(durations) AS bucket FROM {red})").fetchone()
    assert buckets == connection.execute(f"SELECT count(*) FROM {spans}").fetchone()
    assert connection.execute(f"SELECT count(DISTINCT trace_id), count(*) FROM {spans}").fetchone() == connection.execute(
        f"SELECT count(*), sum(span_count) FROM {traces}").fetchone()
    # Each trace's rows lie where its row says.
    wrong = connection.execute(f"""
        SELECT count(*) FROM {traces} t JOIN (SELECT trace_id, min(file_row_number) AS first, count(*) AS n
        FROM read_parquet('{files / 'block_spans.parquet'}', file_row_number=true) GROUP BY 1) s USING (trace_id)
        WHERE s.first <> t.first_row OR s.n <> t.span_count""").fetchone()
    assert wrong == (0,)


def test_percentile_lies_in_its_bucket(files):
    spans, red = (f"read_parquet('{files / f'block_{name}.parquet'}')" for name in ("spans", "red"))
    connection = duckdb.connect()
    for quantile in (0.5, 0.95, 0.99):
        exact = connection.execute(f"SELECT quantile_disc(duration, {quantile}) FROM {spans}").fetchone()[0]
        rows = connection.execute(f"""SELECT b.bucket, sum(b.count) FROM (SELECT unnest(durations) AS b FROM {red})
                                      GROUP BY 1 ORDER BY 1""").fetchall()
        rank, seen = math.ceil(quantile * sum(count for _, count in rows)), 0
        for bucket, count in rows:
            seen += count
            if seen >= rank:
                break
        # Eight buckets a doubling, upper bound inclusive.
        assert 2 ** ((bucket - 1) / 8) * 0.999 <= max(exact, 1) <= 2 ** (bucket / 8) * 1.001, quantile


def test_nested_sets_follow_parents(files):
    rows = arrow_file(files / "block_spans.parquet").read(
        columns=["trace_id", "span_id", "parent_span_id", "nested_left", "nested_right", "nested_depth"]).to_pylist()
    by_id = {(row["trace_id"], row["span_id"]): row for row in rows}
    for row in rows:
        parent = by_id.get((row["trace_id"], row["parent_span_id"]))
        if parent is None:
            assert row["nested_depth"] == 0
        else:
            assert parent["nested_left"] < row["nested_left"] < row["nested_right"] < parent["nested_right"]
            assert row["nested_depth"] == parent["nested_depth"] + 1


@pytest.mark.parametrize("name", ["every_type", "block_spans", "block_traces", "block_red", "block_edges"])
def test_statistics(files, name):
    path = files / f"{name}.parquet"
    file = arrow_file(path)
    for group in range(file.metadata.num_row_groups):
        meta = file.metadata.row_group(group)
        for leaf in range(meta.num_columns):
            chunk = meta.column(leaf)
            if "." in chunk.path_in_schema and ".list.element." in chunk.path_in_schema:
                continue
            values = file.read_row_group(group, columns=[chunk.path_in_schema]).column(0)
            stats = chunk.statistics
            assert stats is not None and stats.null_count == values.null_count, chunk.path_in_schema
            is_time = pa.types.is_timestamp(values.type)
            raw = values.cast(pa.int64()) if is_time else values
            present = [v for v in raw.to_pylist() if v is not None and v == v]
            if not present or not stats.has_min_max:
                assert not present or chunk.physical_type == "BYTE_ARRAY"
                continue
            low, high = (stats.min_raw, stats.max_raw) if is_time else (stats.min, stats.max)
            if isinstance(present[0], str):
                present = [v.encode() for v in present]
                low, high = (bound.encode() if isinstance(bound, str) else bound for bound in (low, high))
            if isinstance(present[0], bytes) and max(map(len, present)) > 64:
                assert low <= min(present) and high >= max(present)
            else:
                assert (low, high) == (min(present), max(present)), chunk.path_in_schema


@pytest.mark.parametrize("name", ["every_type", "block_spans", "block_traces"])
def test_page_index_and_checksums(files, name):
    path = files / f"{name}.parquet"
    data = path.read_bytes()
    file = arrow_file(path)
    for group, rows, leaf_path, meta, chunk in pf.column_chunks(data):
        pages, bounds = pf.page_index(data, chunk)
        assert [page["first_row"] for page in pages] == list(range(0, rows, 8192))
        for page in pages:
            header, body = pf.page_header(data, page["offset"])
            assert header[4] & 0xFFFFFFFF == binascii.crc32(data[body:body + header[3]])
            assert body + header[3] == page["offset"] + page["size"]
        if bounds is None or ".list.element." in leaf_path:
            continue
        values = file.read_row_group(group, columns=[leaf_path]).column(0)
        for number, page in enumerate(pages):
            part = values.slice(page["first_row"], 8192)
            assert bounds[5][number] == part.null_count
            assert bounds[1][number] == (part.null_count == len(part))
            if bounds[1][number]:
                continue
            present = [v for v in part.to_pylist() if v is not None and v == v] if not pa.types.is_timestamp(
                part.type) else part.cast(pa.int64()).to_pylist()
            low, high = bounds[2][number], bounds[3][number]
            if isinstance(present[0], (str, bytes)):
                present = [v.encode() if isinstance(v, str) else v for v in present]
            else:
                kind = {0: "<?", 1: "<i", 2: "<q", 5: "<d"}[meta[1]]
                low, high = struct.unpack(kind, low)[0], struct.unpack(kind, high)[0]
            assert low <= min(present) and high >= max(present), leaf_path


def test_bloom_filters(files):
    path = files / "block_spans.parquet"
    data = path.read_bytes()
    file = arrow_file(path)
    seen = set()
    for group, _, leaf_path, meta, _ in pf.column_chunks(data):
        if 14 not in meta:
            continue
        seen.add(leaf_path)
        values = file.read_row_group(group, columns=[leaf_path]).column(0).to_pylist()
        for value in values[::17]:
            if value is not None:
                raw = value.encode() if isinstance(value, str) else value
                assert pf.bloom_contains(data, meta, xxhash.xxh64_intdigest(raw))
        wrong = sum(pf.bloom_contains(data, meta, xxhash.xxh64_intdigest(b"absent %d" % i)) for i in range(2000))
        assert wrong < 200
    assert {"trace_id", "span.url"} <= seen
    connection = duckdb.connect()
    value = connection.execute(f"SELECT \"span.url\" FROM read_parquet('{path}') LIMIT 1 OFFSET 100").fetchone()[0]
    probe = f"SELECT bool_or(NOT bloom_filter_excludes) FROM parquet_bloom_probe('{path}', 'span.url', ?)"
    assert connection.execute(probe, [value]).fetchone() == (True,)
