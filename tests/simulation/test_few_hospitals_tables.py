"""The tables about few hospitals: every cell is the worst seed, and nothing is played twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from simulation import few_hospitals_tables as tables
from simulation.few_hospitals import Defence, Outcome, Scenario
from simulation.lone_attacks import ATTACKS


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Scenario, Defence]]:
    """Play nothing: an outcome that tells its seed, and a list of what was asked for."""
    asked: list[tuple[Scenario, Defence]] = []

    def play(scenario: Scenario, defence: Defence) -> Outcome:
        asked.append((scenario, defence))
        return Outcome(1 - scenario.seed / 10, scenario.seed / 10, 0.0)

    monkeypatch.setattr(tables, "play", play)
    return asked


def test_each_cell_is_the_worst_seed_and_nothing_is_played_twice(played: list[tuple[Scenario, Defence]]):
    with ThreadPoolExecutor(1) as pool:
        found = tables.tables(3, pool)
    assert len(played) == len(set(played))
    lines = found.unattended.splitlines()
    assert len(lines) == 2 + 2 * len(ATTACKS) + 2
    assert lines[-1].startswith("Not met in 56 of 56 cells: label flip (honest), standard, N = 5: 0.800; ")
    assert tables.reached([], 56) == "Met in all 56 cells.\n"
    assert lines[2] == "| label flip | honest | 0.800 | 0.800 | 0.800 | 0.800 |"
    assert "0.800 (20% unpublished)" in found.confirmed
    assert "| fedavg | 0.800 (0.800) |" in found.strategies
    ratios = [line.split(" | ")[0] for line in found.count_ratios.splitlines()[2:]]
    assert ratios == ["| count_ratio 2", "| count_ratio 3", "| count_ratio 5"]
