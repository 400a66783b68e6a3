"""Real OpenTelemetry SDKs send logs and metrics; they are found by trace id and service, survive kill -9, and DuckDB and
pyarrow read their tables.

Python and Node.js, over gRPC, HTTP protobuf and HTTP JSON, as far as each speaks them.
"""
import json
import pathlib
import sys

import duckdb
import pyarrow.parquet
import pytest

import shop
from clew_server import attributes_of, http, plain_value, wait_until
from shop import run

CLIENTS = pathlib.Path(__file__).resolve().parent.parent / "client"
WHEN = {"start": "now-10m", "end": "now+1m"}
NOTE = {"order.id": 17, "order.express": True, "order.total": 12.5, "order.note": "für Käthe 登山"}


def send(server, client, protocol, service):
    endpoint = server.grpc_address() if protocol == "grpc" else server.otlp_url()
    if client == "python":
        return run(sys.executable, CLIENTS / "python" / "send_signals.py", protocol, endpoint, service)
    url = f"http://{endpoint}" if protocol == "grpc" else endpoint
    return run(f"{shop.node_folder()}/node", CLIENTS / "node" / "send_signals.mjs", protocol, url, service)


def series_of(server, metric, service):
    return server.api("/metric-series", metric=metric, service=service, **WHEN)["series"]


def one_point(server, metric, service):
    (series,) = series_of(server, metric, service)
    (point,) = series["points"]
    return series, point


def check_logs(server, service, trace_id):
    placed, declined = wait_until(
        lambda: found if len(found := server.api("/logs", trace_id=trace_id, order="asc", **WHEN)["logs"]) == 2 else None,
        what="two log records")
    assert placed["service"] == declined["service"] == service
    assert placed["trace_id"] == trace_id and len(placed["span_id"]) == 16
    assert placed["span_id"] == declined["span_id"]
    assert plain_value(placed["body"]) == "order placed"
    assert attributes_of(placed) == NOTE
    assert (placed["severity_number"], placed["severity_text"]) == (9, "INFO")
    assert placed["scope_name"] == "clew.test" and placed["scope_version"] == "0.1.0"
    assert int(placed["time_ns"]) > 1_700_000_000 * 10**9
    assert plain_value(declined["body"]) == {"what": "card declined", "tries": 3}
    assert (declined["severity_number"], declined["event_name"]) == (17, "card.declined")
    resource = {each["key"]: plain_value(each["value"]) for each in declined["resource_attributes"]}
    assert resource["service.name"] == service and resource["service.version"] == "1.2.3"
    only = server.api("/logs", service=service, severity="error", text="DECLINED", attributes="order.id=17", **WHEN)["logs"]
    assert [log["event_name"] for log in only] == ["card.declined"]
    by_span = server.api("/logs", span_id=placed["span_id"], service=service, **WHEN)
    assert by_span["matched_count"] == 2


def check_metrics(server, service, trace_id):
    wait_until(lambda: len(server.api("/metrics", service=service, **WHEN)["metrics"]) >= 5, what="five metrics")
    metrics = {each["name"]: each for each in server.api("/metrics", service=service, **WHEN)["metrics"]}
    assert metrics["orders"]["type"] == "sum" and metrics["orders"]["unit"] == "{order}"
    assert metrics["orders"]["description"] == "Orders placed" and metrics["orders"]["services"] == [service]
    orders = {attributes_of(series)["express"]: series for series in series_of(server, "orders", service)}
    assert {key: [plain_value(point["value"]) for point in series["points"]] for key, series in orders.items()} == {
        True: [2], False: [5]}
    assert orders[True]["temporality"] == "cumulative" and orders[True]["is_monotonic"] is True
    assert "start_time_ns" in orders[True]["points"][0]
    series, point = one_point(server, "orders.open", service)
    assert series["is_monotonic"] is False and plain_value(point["value"]) == -1
    series, point = one_point(server, "queue.length", service)
    assert series["type"] == "gauge" and plain_value(point["value"]) == 4.5
    series, point = one_point(server, "order.duration", service)
    assert series["type"] == "histogram" and series["unit"] == "s"
    assert (point["count"], plain_value(point["sum"])) == (3, 37.5)
    assert (plain_value(point["min"]), plain_value(point["max"])) == (0.5, 30)
    assert sum(point["bucket_counts"]) == 3 and len(point["bucket_counts"]) == len(point["bounds"]) + 1
    series, point = one_point(server, "order.size", service)
    assert series["type"] == "exponential_histogram" and point["count"] == 3
    exponential = plain_value(point["exponential"])
    assert sum(exponential["positive"]["bucket_counts"]) == 3 and exponential["zero_count"] == 0


@pytest.mark.parametrize("client, protocol", [
    ("python", "grpc"), ("python", "http/protobuf"), ("node", "grpc"), ("node", "http/protobuf"), ("node", "http/json")])
def test_what_an_sdk_sends_is_found(server, client, protocol):
    service = f"{client}-{protocol.replace('/', '-')}"
    trace_id = send(server, client, protocol, service)
    check_logs(server, service, trace_id)
    check_metrics(server, service, trace_id)
    rejected = server.metric_sum("clew_receive_refused_spans_total")
    assert not rejected, "the server refused items"
    # The same out of a block.
    server.flush()
    check_logs(server, service, trace_id)
    check_metrics(server, service, trace_id)


def test_they_survive_kill_9_and_other_engines_read_them(own_server):
    server = own_server().start()
    trace_id = send(server, "python", "http/protobuf", "shop")
    server.kill()
    server.start()
    check_logs(server, "shop", trace_id)
    check_metrics(server, "shop", trace_id)
    server.flush()
    logs = f"read_parquet('{server.data}/store/data/logs/**/*.parquet', hive_partitioning=true)"
    assert duckdb.sql(f"""select hex(trace_id), service_name, body, severity_number, "log.order.id", "log.order.total", tenant
                          from {logs} order by time""").fetchall() == [
        (trace_id.upper(), "shop", "order placed", 9, 17, 12.5, "default"),
        (trace_id.upper(), "shop", None, 17, 17, None, "default")]
    (body,) = duckdb.sql(f"select body_json from {logs} where event_name = 'card.declined'").fetchall()[0]
    assert json.loads(body) == {"what": "card declined", "tries": 3}
    metrics = f"read_parquet('{server.data}/store/data/metrics/**/*.parquet')"
    rows = duckdb.sql(f"""select metric, type, "point.express", value_int, value, count, sum, bucket_counts::bigint[]
                          from {metrics} order by metric, "point.express" """).fetchall()
    assert rows[0][:4] == ("order.duration", "histogram", True, None) and rows[0][5:7] == (3, 37.5) and sum(rows[0][7]) == 3
    assert [row[:5] for row in rows[2:]] == [("orders", "sum", False, 5, None), ("orders", "sum", True, 2, None),
                                            ("orders.open", "sum", None, -1, None), ("queue.length", "gauge", None, None, 4.5)]
    for table in ("logs", "metrics"):
        (path,) = pathlib.Path(f"{server.data}/store/data/{table}").rglob("*.parquet")
        read = pyarrow.parquet.read_table(path)
        assert read.num_rows == (2 if table == "logs" else 6)
        sorting = pyarrow.parquet.ParquetFile(path).metadata.row_group(0).sorting_columns
        names = pyarrow.parquet.ParquetFile(path).schema.names
        assert [names[each.column_index] for each in sorting] == (
            ["service_name", "time"] if table == "logs" else ["metric", "service_name", "series", "time"])


def test_a_retry_of_logs_is_stored_again(server):
    """Log records have no id: what comes twice is there twice. docs say so."""
    request = {"resourceLogs": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "twice"}}]},
                                 "scopeLogs": [{"logRecords": [{"body": {"stringValue": "once more"}}]}]}]}
    for _ in range(2):
        status, _, answer = http("POST", server.otlp_url("/v1/logs"), json.dumps(request).encode(),
                                 {"Content-Type": "application/json"})
        assert (status, json.loads(answer)) == (200, {})
    wait_until(lambda: server.api("/logs", service="twice", **WHEN)["matched_count"] == 2, what="both")
