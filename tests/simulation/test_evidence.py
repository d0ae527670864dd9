"""The table of evidence, in small: every way gives each hospital a model, and the page holds a line a way."""

import sys
from pathlib import Path

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from simulation import evidence
from simulation.evidence import WAYS, Way, accuracies, main


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "HOSPITALS", 3)
    monkeypatch.setattr(evidence, "PATIENTS", 60)
    monkeypatch.setattr(evidence, "CYCLES", 2)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_way_gives_each_hospital_a_model_and_repeats_itself(way: Way) -> None:
    found = accuracies(way, DIAGNOSIS_COUNT, seed=0)
    assert len(found) == 3
    assert all(0 <= each <= 1 for each in found)
    assert accuracies(way, DIAGNOSIS_COUNT, seed=0) == found


def test_the_page_has_a_line_for_every_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "evidence.md"
    monkeypatch.setattr(sys, "argv", ["evidence", "--out", str(out), "--seeds", "1"])
    main()
    lines = out.read_text().splitlines()
    assert lines[0].startswith("# Evidence")
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines if line.startswith("| ")][1:] == list(WAYS)
