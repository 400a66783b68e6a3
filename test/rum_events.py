"""Events of users' sessions, as anybody reads them from the server's files."""
import json

import duckdb

from clew_server import wait_until

FOUND_SECONDS_MAX = 90


def events(server, session):
    """Rows of the table of events, as anybody reads them from the files."""
    server.flush()
    files = f"{server.data}/store/data/events/**/*.parquet"
    ids = "* REPLACE (lower(hex(trace_id)) AS trace_id, lower(hex(span_id)) AS span_id)"
    try:
        rows = duckdb.sql(f"SELECT to_json(r) FROM (SELECT {ids} FROM read_parquet('{files}', union_by_name = true) ORDER BY time) r").fetchall()
    except duckdb.IOException:  # No file yet.
        return []
    found = [{key.removeprefix("event."): value for key, value in json.loads(json_text).items() if value is not None}
             for (json_text,) in rows]
    return [row for row in found if row.get("session.id") == session]


def find_events(server, session, names):
    """The session's events once each of the names is among them: {name: [event]}."""
    def complete():
        found = {}
        for row in events(server, session):
            found.setdefault(row["event_name"], []).append(row)
        return found if names <= set(found) else None

    return wait_until(complete, FOUND_SECONDS_MAX, f"{names} of session {session}")
