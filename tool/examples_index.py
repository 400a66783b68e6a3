#!/usr/bin/env python3
"""Writes the files' text into examples/index.json, so that a page can show an example with one look at one file.

The rest of the index is kept by hand. Usage: tool/examples_index.py [--check]; --check writes nothing and fails if the
index is behind the files.
"""
import json
import pathlib
import sys

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent / "examples"


def with_code(index, folder=EXAMPLES):
    examples = []
    for example in index["examples"]:
        filled = {**example, "code": (folder / example["file"]).read_text()}
        if "project_file" in example:
            filled["project_code"] = (folder / example["project_file"]).read_text()
        examples.append(filled)
    return {**index, "examples": examples}


def main():
    path = EXAMPLES / "index.json"
    text = path.read_text()
    filled = json.dumps(with_code(json.loads(text)), indent=1, ensure_ascii=False) + "\n"
    if "--check" in sys.argv[1:]:
        if filled != text:
            print("examples/index.json is behind the files: run tool/examples_index.py", file=sys.stderr)
        return int(filled != text)
    path.write_text(filled)
    return 0


if __name__ == "__main__":
    sys.exit(main())
