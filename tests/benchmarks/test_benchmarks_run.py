"""The benchmarks run: a smoke run produces the rows. Speed is asserted nowhere, for machines differ."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from benchmarks.report import Figure, Row, as_document, middle

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured on Linux only")


RUNS = (
    {
        "aggregation": [
            "Aggregation",
            "5 models",
            "memory for 2 models",
            "memory for 5 models",
            "5 models, clip+fedavg",
        ],
        "features": ["Features", "2,000 admissions", "memory for 2,000 admissions"],
        "simulated": ["Simulation", "a round"],
    },
    {
        "startup": ["Start", "seconds to ready"],
        "reading": ["Uploads beside an analyst who downloads", "an upload, median", "an upload, the slowest of 20"],
        "dashboard": ["Dashboard", "overview", "largest paint: overview", "/infer with 5 open dashboards"],
    },
    {"rounds": ["Rounds", "a round", "the first round after waiting"]},
    {"tracking": ["Tracking", "MLflow dead", "MLflow slow, 10 s an answer", "MLflow answering 500"]},
)
"""What is measured in one run, on one federation where it takes one: its title, and how its rows begin."""


@pytest.mark.slow
@pytest.mark.parametrize("figures", RUNS, ids="+".join)
def test_a_quick_run_prints_the_rows_and_leaves_nothing_behind(figures: Mapping[str, Sequence[str]], tmp_path: Path):
    before = document_text()
    printed = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", *(word for name in figures for word in ("--only", name))],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    ).stdout
    lines = printed.splitlines()
    places = [lines.index(title) for title, *_ in figures.values()]
    assert (places[0], places) == (0, sorted(places))
    for (_, *rows), begin, end in zip(figures.values(), places, [*places[1:], len(lines)], strict=True):
        for row in rows:
            line = next(line for line in lines[begin:end] if line.startswith(f"  {row}"))
            assert "measured " in line
            assert "ratio " in line
    assert list(tmp_path.iterdir()) == []
    assert document_text() == before


def test_the_document_shows_each_row_beside_its_floor_and_whether_the_target_is_met():
    row = Row("requests answered", "70 requests/s", "100 requests/s", "0.70", "≥ 0.7", is_met=True)
    document = as_document([Figure("One inference", "How.", (row, Row("latency", "3 ms")))])
    assert "| requests answered | 70 requests/s | 100 requests/s | 0.70 | ≥ 0.7 | yes |" in document
    assert "| latency | 3 ms |  |  |  |  |" in document
    assert "do not edit by hand" in document
    assert tempfile.gettempdir() not in document


def test_a_spread_is_written_behind_the_median():
    assert middle([3.0, 1.0, 2.0], ".1f") == "2.0 (1.0 to 3.0)"
    assert middle([1.5], ".1f") == "1.5"


def document_text() -> str | None:
    document = ROOT / "docs" / "benchmarks.md"
    return document.read_text(encoding="utf-8") if document.exists() else None
