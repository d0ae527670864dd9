"""The table of evidence, in small: every way gives each hospital a model, and the page holds a line a way."""

import sys
from pathlib import Path

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from simulation import clinical_evidence, evidence, plan_evidence
from simulation.clinical_consortium import CLINICAL_HOSPITALS
from simulation.evidence import WAYS, Way, accuracies, main
from simulation.sharing import FEDERATED, LOCAL, ORACLE, POOLED, Figures
from simulation.sharing_table import EVERYBODY, Row

FIGURES = (Figures(0.75, 0.25, 0.07, 0.9), Figures(0.76, 0.26, 0.07, 0.9))
NAMES = (EVERYBODY, *(str(profile.name) for profile in CLINICAL_HOSPITALS))
ROWS = [Row(name, way, FIGURES) for name in NAMES for way in (LOCAL, FEDERATED, POOLED, ORACLE)]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "HOSPITALS", 3)
    monkeypatch.setattr(evidence, "PATIENTS", 60)
    monkeypatch.setattr(evidence, "CYCLES", 2)
    monkeypatch.setattr(clinical_evidence, "rows_of", lambda seeds: ROWS)
    monkeypatch.setattr(plan_evidence, "gaps", lambda sizes, seeds: [[0.001, 0.002]] * len(plan_evidence.TRIED))


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
    first = lines[: lines.index("## Real outcomes: who learns what")]
    assert [line.split(" | ")[0].removeprefix("| ") for line in first if line.startswith("| ")][1:] == list(WAYS)
    assert (tmp_path / "images" / "gain-by-size.png").read_bytes().startswith(b"\x89PNG")
