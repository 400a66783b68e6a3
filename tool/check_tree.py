#!/usr/bin/env python3
"""Checks what the tree looks like: names, lengths, and what must not be committed.

Rules: file names are unique among sources; no folder or file is named util, common, misc, helper or base; C++ and Python
files are snake_case; headers begin with #pragma once; no source file is longer than LINES_MAX; package-lock.json holds
no addresses of a registry. Usage: tool/check_tree.py. Prints violations, then the report of lengths.
"""
import pathlib
import re
import subprocess
import sys

FORBIDDEN_WORDS = {"util", "utils", "common", "misc", "helper", "helpers", "base"}
SOURCE_SUFFIXES = {".h", ".cc", ".py", ".ts", ".tsx", ".js", ".mjs", ".go"}
# Names that a tool or a habit prescribes for every folder.
PRESCRIBED_NAMES = {"__init__.py", "conftest.py", "index.ts", "index.tsx", "main.go", "main.py", "main.mjs", "main.js"}
UNIQUE_ROOTS = {"src", "bench", "test", "tool", "web", "sdk"}
LINES_MAX = 800
SNAKE_CASE = re.compile(r"^[a-z0-9]+(_[a-z0-9]+)*$")


def is_source(path):
    return path.suffix in SOURCE_SUFFIXES and "testdata" not in path.parts


def check_names(paths):
    problems, first_with_name = [], {}
    for path in paths:
        for part in (*path.parts[:-1], path.stem):
            words = set(re.split(r"[_\-.]", part.lower()))
            if words & FORBIDDEN_WORDS and "testdata" not in path.parts:
                problems.append(f"{path}: '{part}' names no purpose (no util, common, misc, helper, base)")
        if not is_source(path) or path.parts[0] not in UNIQUE_ROOTS:
            continue
        if path.suffix in (".h", ".cc", ".py") and path.name not in PRESCRIBED_NAMES and not SNAKE_CASE.match(path.stem):
            problems.append(f"{path}: not snake_case")
        if path.name not in PRESCRIBED_NAMES:
            first = first_with_name.setdefault(path.name, path)
            if first != path:
                problems.append(f"{path}: another file is named {path.name}: {first}")
    return problems


def check_text(path, text):
    problems = []
    if path.suffix == ".h" and path.parts[0] == "src" and "#pragma once" not in text:
        problems.append(f"{path}: no #pragma once")
    lines = text.count("\n")
    if is_source(path) and lines > LINES_MAX:
        problems.append(f"{path}: {lines} lines, more than {LINES_MAX}: split it")
    if path.name == "package-lock.json" and '"resolved"' in text:
        problems.append(f"{path}: holds registry addresses; write it with omit-lockfile-registry-resolved=true (.npmrc)")
    return problems


def tracked_files(root):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=root, capture_output=True)
    if listed.returncode == 0:
        names = sorted(set(listed.stdout.decode().split("\0")) - {""})
        return [pathlib.Path(name) for name in names if (root / name).is_file()]
    skipped = {"build", ".git", ".venv", ".tools", "node_modules", "data", "__pycache__"}
    return [path.relative_to(root) for path in sorted(root.rglob("*"))
            if path.is_file() and not skipped & set(path.relative_to(root).parts)]


def length_report(lengths):
    lengths = sorted(lengths)
    if not lengths:
        return "lengths: no source files"
    middle, ninetieth = lengths[len(lengths) // 2], lengths[len(lengths) * 9 // 10]
    return f"lengths: {len(lengths)} C++ files in src, median {middle} lines, 90th percentile {ninetieth}, longest {lengths[-1]}"


def check(root):
    paths = tracked_files(root)
    problems, lengths = check_names(paths), []
    for path in paths:
        if is_source(path) or path.name == "package-lock.json":
            text = (root / path).read_text(errors="replace")
            problems += check_text(path, text)
            if path.parts[0] == "src" and path.suffix in (".h", ".cc"):
                lengths.append(text.count("\n"))
    return problems, length_report(lengths)


def main():
    problems, report = check(pathlib.Path(__file__).resolve().parent.parent)
    print("\n".join(problems + [report]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
