"""Reads GET /api/v1/traces/{id}/columns: the tree as the server resolved it, across protocols and shared span ids."""
import dataclasses
import json
import struct

from clew_server import http

FORMATS = {"f64": "d", "i32": "i", "u64": "Q", "u32": "I", "u16": "H", "u8": "B"}
KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")


@dataclasses.dataclass(frozen=True)
class Row:
    service: str
    kind: str
    name: str
    parent: int    # its row, -1 for none


@dataclasses.dataclass(frozen=True)
class Tree:
    rows: list
    orphan_count: int
    root_count: int

    def path(self, row):
        """(service, kind) of the row and all that is above it, from the top."""
        here, above = self.rows[row], []
        while True:
            above.insert(0, (here.service, here.kind))
            if here.parent < 0:
                return above
            here = self.rows[here.parent]

    def deepest_path(self):
        return max((self.path(row) for row in range(len(self.rows))), key=len)


def sections_of(body):
    assert body[:8] == b"CLEWTRC1"
    head_size, base = struct.unpack_from("<II", body, 8)
    head = json.loads(body[16:16 + head_size])
    return head, {section["name"]: struct.unpack_from(f"<{section['count']}{FORMATS[section['type']]}", body,
                                                      base + section["offset"]) for section in head["sections"]}


def tree_of(server, trace_id):
    status, _, body = http("GET", server.url(f"/api/v1/traces/{trace_id}/columns"))
    assert status == 200, body[:500]
    head, sections = sections_of(body)
    offsets, texts = sections["name_offsets"], bytes(sections["name_bytes"])
    names = [texts[begin:end].decode() for begin, end in zip(offsets, offsets[1:])]
    rows = [Row(head["services"][service]["name"], KINDS[kind], names[name], parent)
            for service, kind, name, parent in zip(sections["service"], sections["kind"], sections["name"], sections["parent"])]
    return Tree(rows, head["orphan_count"], head["root_count"])
