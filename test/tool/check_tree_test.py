"""The tree check finds each kind of violation, and is silent without one."""
import pathlib

import check_tree


def names(*paths):
    return check_tree.check_names([pathlib.Path(path) for path in paths])


def test_good_names_pass():
    assert names("src/net/http.h", "src/net/http.cc", "src/wire/base64.cc", "README.md", "docs/README.md",
                 "test/a/conftest.py", "test/b/conftest.py", "examples/go/main.go") == []


def test_names_without_purpose_are_refused():
    assert len(names("src/util/x.cc")) == 1
    assert len(names("src/net/string_helpers.h")) == 1
    assert len(names("web/common/a.ts")) == 1


def test_repeated_names_are_refused_but_not_in_testdata():
    assert names("src/net/a.cc", "src/log/a.cc") == ["src/log/a.cc: another file is named a.cc: src/net/a.cc"]
    assert names("src/net/testdata/a.py", "src/log/testdata/a.py") == []


def test_case_is_checked():
    assert names("src/net/HttpServer.cc") == ["src/net/HttpServer.cc: not snake_case"]


def test_texts_are_checked():
    header = pathlib.Path("src/net/http.h")
    assert check_tree.check_text(header, "#pragma once\n") == []
    assert check_tree.check_text(header, "int x;\n") == ["src/net/http.h: no #pragma once"]
    assert "split it" in check_tree.check_text(pathlib.Path("src/a.cc"), "\n" * 801)[0]
    lock = pathlib.Path("test/client/node/package-lock.json")
    assert check_tree.check_text(lock, '{"integrity": "x"}') == []
    assert len(check_tree.check_text(lock, '{"resolved": "https://registry/x"}')) == 1


def test_lengths_are_reported():
    report = check_tree.length_report([10, 20, 30, 40, 500])
    assert "5 C++ files" in report and "median 30" in report and "longest 500" in report
