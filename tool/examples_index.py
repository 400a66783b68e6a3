#!/usr/bin/env python3
"""Writes the files' text into examples/index.json, so that a page can show an example with one look at one file, and the lines
to paste into docs/use/connect.md.

The rest of the index is kept by hand, and so is the page down to its marker. Usage: tool/examples_index.py [--check]; --check
writes nothing and fails if one of them is behind the files.
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLES, PAGE = ROOT / "examples", ROOT / "docs" / "use" / "connect.md"
MARKER = "<!-- From here on written by tool/examples_index.py from examples/index.json. -->"


def with_code(index, folder=EXAMPLES):
    examples = []
    for example in index["examples"]:
        filled = {**example, "code": (folder / example["file"]).read_text()}
        if "project_file" in example:
            filled["project_code"] = (folder / example["project_file"]).read_text()
        examples.append(filled)
    return {**index, "examples": examples}


def section_of(example):
    """One example as a section of the page; Clew is on the same machine, on its usual ports."""
    def here(text):
        return text.replace("{host}", "127.0.0.1").replace("{port}", str(example["default_port"]))

    library = " ".join(filter(None, (example["library"], example["version"])))
    exports = [f"export {each['name']}={here(each['value'])}" for each in example["environment"]]
    fenced = ["```sh", *example["install"], *exports, example["run"], "```"]
    folder, file = example["file"].split("/")
    where = f"[{folder}/{file}](../../examples/{folder}/{file})"
    note = [example["note"], ""] if "note" in example else []
    return "\n".join([f"### {example['language']}: {library}", "", f"{example['protocol']}, port {example['default_port']}. {where}", "",
                      *note, *fenced, ""])


def page(text, index):
    kept = text.partition(MARKER)[0]
    sections, title = [], None
    for example in index["examples"]:
        kind = example["protocol"].split("/")[0].split(" ")[0]
        if kind != title:
            sections.append(f"## {kind}\n")
            title = kind
        sections.append(section_of(example))
    return kept + MARKER + "\n\n" + "\n".join(sections)


def main():
    path = EXAMPLES / "index.json"
    index = with_code(json.loads(path.read_text()))
    wanted = {path: json.dumps(index, indent=1, ensure_ascii=False) + "\n", PAGE: page(PAGE.read_text(), index)}
    behind = [each for each, text in wanted.items() if each.read_text() != text]
    if "--check" not in sys.argv[1:]:
        for each in behind:
            each.write_text(wanted[each])
        return 0
    for each in behind:
        print(f"{each.name} is behind the examples: run tool/examples_index.py", file=sys.stderr)
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main())
