"""The tables of strategies, in small: every way reaches something at every hospital, and the page has its line."""

import sys
from pathlib import Path

import pytest

from aggregation.strategy import RULES
from simulation import strategies
from simulation.strategies import LOCAL, POOLED, STRATEGIES, WAYS, Experiment, main, outcomes

SMALL = Experiment(hospitals=5, patients=60, concentration=0.5, rounds=2, looks=(1, 2), seeds=1)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_is_measured_after_each_round_looked_at_and_repeats_itself(way: str):
    found = outcomes(SMALL, way, 0)
    assert list(found) == [1, 2]
    assert all(0 <= each.worst <= each.mean <= 1 and 0 <= each.everybody <= 1 for each in found.values())
    assert outcomes(SMALL, way, 0) == found


def test_every_rule_is_among_them():
    assert {name.removeprefix("clip+") for name, _ in STRATEGIES.values()} == set(RULES)


def test_a_model_of_one_hospital_knows_its_own_patients_better_than_everybodys():
    uneven = Experiment(hospitals=5, patients=200, concentration=0.1, rounds=5, looks=(5,), seeds=1)
    local, together = (outcomes(uneven, way, 0)[5] for way in (LOCAL, POOLED))
    assert local.mean > local.everybody + 0.1
    assert together.everybody > local.everybody + 0.1


def test_the_page_has_a_line_for_every_way_in_both_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    out = tmp_path / "strategies.md"
    monkeypatch.setattr(strategies, "EXPERIMENT", SMALL)
    monkeypatch.setattr(sys, "argv", ["strategies", "--out", str(out)])
    main()
    lines = [line.split(" | ")[0].removeprefix("| ") for line in out.read_text().splitlines() if line.startswith("| ")]
    assert [line for line in lines if line not in ("way", "---")] == [*WAYS, *WAYS]
