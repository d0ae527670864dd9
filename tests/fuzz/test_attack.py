"""The attack itself: it runs, it counts, and it does not overlook what it is there to find."""

import subprocess
import sys
from pathlib import Path

import pytest

from fuzz import ROOT
from fuzz.report import Outcome, as_document, read_progress

BROKEN = """
import sys
from dataclasses import replace
from fuzz import worker
from fuzz.texts import TARGETS

def check(data):
    if b"NaN" in data:
        raise RecursionError("an error that is not the contract's")
    return True

worker.attack(replace(TARGETS["log"], check=check), "30", "1", *sys.argv[1:])
"""


@pytest.mark.slow
def test_a_short_attack_finds_nothing_and_writes_its_table(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="pip install '.[fuzz]'")
    command = [
        "--seconds",
        "3",
        "--only",
        "log",
        "--work",
        str(tmp_path / "work"),
        "--out",
        str(tmp_path / "fuzzing.md"),
    ]

    done = subprocess.run(
        [sys.executable, "-m", "fuzz", *command], cwd=ROOT, capture_output=True, text=True, timeout=200, check=False
    )

    assert done.returncode == 0, done.stderr
    row = next(line for line in (tmp_path / "fuzzing.md").read_text().splitlines() if line.startswith("| log |"))
    cells = [cell.strip().replace(",", "") for cell in row.strip("|").split("|")]
    executions, corpus, edges, findings = int(cells[2]), int(cells[5]), int(cells[6]), int(cells[8])
    assert executions > 500
    assert corpus > 4
    assert edges > 20
    assert findings == 0


@pytest.mark.slow
def test_an_error_that_is_not_the_contracts_is_found_and_kept(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="pip install '.[fuzz]'")
    corpus, seeds = tmp_path / "corpus", tmp_path / "seeds"
    corpus.mkdir()
    seeds.mkdir()
    (seeds / "log").write_bytes(b'{"loss": 0.5}\n')

    done = subprocess.run(
        [sys.executable, "-c", BROKEN, str(corpus), str(seeds)], cwd=ROOT, capture_output=True, timeout=200, check=False
    )

    assert done.returncode != 0
    (finding,) = tmp_path.glob("finding-*")
    assert b"NaN" in finding.read_bytes()


def test_the_last_progress_is_what_counts() -> None:
    lines = ["#2\tINITED cov: 9 ft: 9 corp: 1/1b", "#7\tNEW    cov: 12 ft: 30 corp: 2/5b lim: 4"]
    printed = "\n".join([*lines, "#99\tDONE   cov: 12 ft: 31 corp: 3/8b", "Done 99 runs"])

    assert read_progress(printed) == (99, 12, 31, 3)
    assert read_progress("nothing ran") == (0, 0, 0, 0)


def test_the_table_tells_findings() -> None:
    pytest.importorskip("atheris", reason="pip install '.[fuzz]'")
    outcome = Outcome("model", 60.0, 120_000, 10, 40, 300, 900, ("finding-crash-1",))

    document = as_document([outcome], "make fuzz")

    assert "| model | 60 | 120,000 | 2,000 | 10 | 40 | 300 | 900 | 1 |" in document
    assert "120,000 executions in 1.0 minutes; findings: 1." in document
