"""The layer check finds each kind of violation, and is silent without one."""
import check_layers

LAYERS = """# comment
stdx : 
net : stdx
receive/otlp : stdx net
receive/zipkin : net
block : stdx
block/parquet : stdx
main : *
"""
ROOMS, NO_PROBLEMS = check_layers.read_layers(LAYERS)
FILES = {"stdx/error.h", "net/http.h", "net/inner/beast.h", "block/block.h", "block/parquet/page.h", "net/x.h"}


def problems_of(path, *includes):
    text = "".join(f'#include "{included}"\n' for included in includes) + "#include <vector>\n"
    return check_layers.check_file(path, text, ROOMS, FILES.__contains__)


def test_table_is_read():
    assert NO_PROBLEMS == []
    assert ROOMS["receive/otlp"] == {"stdx", "net"}
    assert ROOMS["main"] == {"stdx", "net", "receive/otlp", "receive/zipkin", "block", "block/parquet"}


def test_table_with_faults_is_refused():
    _, problems = check_layers.read_layers("net : wire\nwire :\nnet :\n???\n")
    assert len(problems) == 3
    assert "names wire, which has no row above it" in problems[0]


def test_siblings_are_refused():
    _, problems = check_layers.read_layers("api/a :\napi/b : api/a\n")
    assert problems == ["LAYERS:2: api/b and api/a are siblings"]


def test_allowed_includes_pass():
    assert problems_of("receive/otlp/routes.cc", "stdx/error.h", "net/http.h") == []
    assert problems_of("net/deep/http_test.cc", "net/http.h", "net/inner/beast.h") == []
    assert problems_of("main/serve.cc", "block/parquet/page.h") == []


def test_include_outside_the_row_is_refused():
    assert problems_of("receive/zipkin/routes.cc", "stdx/error.h") == [
        'receive/zipkin/routes.cc:1: receive/zipkin may not include stdx ("stdx/error.h")']


def test_a_room_within_a_room_is_another_room():
    assert len(problems_of("block/cut.cc", "block/parquet/page.h")) == 1


def test_only_top_headers_are_for_others():
    assert "only headers at its top" in problems_of("receive/otlp/routes.cc", "net/inner/beast.h")[0]


def test_unknown_file_and_unknown_room_are_refused():
    assert "not a file under src/" in problems_of("net/http.cc", "http.h")[0]
    assert "no row in LAYERS" in problems_of("attic/x.cc")[0]
