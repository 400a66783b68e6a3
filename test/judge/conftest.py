"""Has our writer write its files; the tests beside it read them with other readers."""
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def program(name):
    folder = Path(os.environ.get("CLEW_BUILD_DIR", ROOT / "build" / "release"))
    path = folder / name
    if not path.exists():
        pytest.fail(f"{path} is not built")
    return path


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """A folder with every kind of file that we write and, beside each, what it should hold."""
    ready = os.environ.get("CLEW_JUDGE_DIR")
    if ready:
        return Path(ready)
    folder = tmp_path_factory.mktemp("judge")
    environment = {**os.environ, "CLEW_JUDGE_DIR": str(folder)}
    for name, tests in [("block_parquet_test", "ParquetFile.Ev*:ParquetFile.Em*"), ("block_test", "BlockReader.Leaves*")]:
        done = subprocess.run([program(name), f"--gtest_filter={tests}"], env=environment, capture_output=True, text=True,
                              timeout=300)
        assert done.returncode == 0, done.stdout[-3000:]
    return folder
