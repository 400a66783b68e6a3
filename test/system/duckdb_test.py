"""Other engines over the same files: counts and percentiles equal ours."""
import duckdb


def test_counts_and_percentiles_equal_duckdbs(own_server):
    server = own_server(settings={"head.cut_spans": 9000, "compaction.enabled": False}).start()  # Files must stay while they are read.
    server.load("--spans", 40_000, "--batch", 256)
    server.flush()
    spans = f"read_parquet('{server.data}/store/data/spans/**/*.parquet', union_by_name=true)"
    expected = duckdb.sql(f"""
        select service_name, count(*), count(*) filter (status_code = 2),
               quantile_disc(duration, 0.5), quantile_disc(duration, 0.95), quantile_disc(duration, 0.99)
        from {spans} group by service_name order by service_name""").fetchall()
    assert sum(row[1] for row in expected) == 40_000
    answer = server.api("/aggregate", q="{}", by="resource.service.name", start="now-24h", end="now+1h")
    assert answer["exact"]
    groups = [(group["key"][0]["stringValue"], int(group["count"]), int(group["error_count"]),
               *(round(value) for value in group["quantiles_ns"])) for group in answer["groups"]]
    assert sorted(groups) == [tuple(row) for row in expected]
    # The rollups were computed when the blocks were cut; they must say the same.
    red = duckdb.sql(f"select sum(count), sum(error_count) from read_parquet('{server.data}/store/data/red/**/*.parquet')")
    assert red.fetchall() == [(40_000, sum(row[2] for row in expected))]
