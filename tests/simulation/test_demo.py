"""The demonstration's own care: whose folder it makes anew, which data it takes. Its whole run is a journey."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (lambda out: (out.mkdir(), (out / "thesis.txt").write_text("mine")), "holds something else"),
        (lambda out: None, "which is no folder"),
    ],
    ids=["a folder of somebody else's", "data that is not there"],
)
def test_the_demonstration_stops_with_one_clear_line(tmp_path: Path, prepare, says: str):
    out = tmp_path / "demo"
    prepare(out)
    command = [sys.executable, "-m", "simulation.demo", "--out", str(out)]
    environment = {**os.environ, "MIMIC_IV_DIR": str(tmp_path / "nowhere")}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert says in result.stderr
    assert "Traceback" not in result.stderr
