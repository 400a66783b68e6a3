#!/usr/bin/env python3
"""Compares the includes under src/ with src/LAYERS: who may include whom.

Rules: a room includes itself and the rooms of its row; rows name only rooms above them, so there are no cycles; from
outside a room only the headers directly in its folder are included; rooms under receive/ and api/ never know each other.
Usage: tool/check_layers.py [source-folder]. Prints one line per violation; the exit code says whether there were any.
"""
import pathlib
import re
import sys

ROW = re.compile(r"^([a-z_/]+) *:(.*)$")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
DOORS = ("receive/", "api/")  # Folders whose rooms are siblings that never know each other.


def read_layers(text):
    """The table as {room: set of rooms it may include}, and what is wrong with the table itself."""
    rooms, problems = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = ROW.match(line)
        if not match:
            problems.append(f"LAYERS:{number}: not 'room : rooms it may include': {line!r}")
            continue
        room, allowed = match.group(1), match.group(2).split()
        if room in rooms:
            problems.append(f"LAYERS:{number}: {room} has two rows")
        if allowed == ["*"]:
            rooms[room] = set(rooms)
            continue
        for other in allowed:
            if other not in rooms:
                problems.append(f"LAYERS:{number}: {room} names {other}, which has no row above it")
            if any(room.startswith(door) and other.startswith(door) for door in DOORS):
                problems.append(f"LAYERS:{number}: {room} and {other} are siblings")
        rooms[room] = set(allowed)
    return rooms, problems


def room_of(path, rooms):
    """The longest room that is a folder above `path` (given relative to src/), or None."""
    folders = path.split("/")[:-1]
    for length in range(len(folders), 0, -1):
        room = "/".join(folders[:length])
        if room in rooms:
            return room
    return None


def check_file(path, text, rooms, exists):
    """Violations of one file; `exists(path)` tells whether an included path is a file under src/."""
    problems = []
    room = room_of(path, rooms)
    if room is None:
        return [f"{path}: its folder has no row in LAYERS"]
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        included = match.group(1)
        place = f"{path}:{number}"
        if not exists(included):
            problems.append(f"{place}: includes \"{included}\", which is not a file under src/ "
                            "(includes are relative to src/; libraries are included with <>)")
            continue
        other = room_of(included, rooms)
        if other == room:
            continue
        if other is None or other not in rooms[room]:
            problems.append(f"{place}: {room} may not include {other} (\"{included}\")")
        elif included.rsplit("/", 1)[0] != other:
            problems.append(f"{place}: \"{included}\" is inside {other}; only headers at its top are for others")
    return problems


def check(source):
    rooms, problems = read_layers((source / "LAYERS").read_text())
    for file in sorted(source.rglob("*")):
        if file.suffix in (".h", ".cc"):
            path = file.relative_to(source).as_posix()
            problems += check_file(path, file.read_text(), rooms, lambda included: (source / included).is_file())
    return problems


def main():
    source = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent / "src"
    problems = check(source)
    print("\n".join(problems) if problems else "layers: every include is allowed by src/LAYERS")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
