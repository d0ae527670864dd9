"""``fl-director strategy``."""

import json

import pytest

from aggregation.strategy import RULES
from tests.director.cli.conftest import Run


def test_the_strategies_are_listed_with_their_numbers_and_the_directors_own_is_marked(run: Run) -> None:
    said = run("strategy", "list").stdout
    assert "fedavg * (clip+fedavg)" in said
    assert "f = 1, m" in said
    assert "server_rate = 1, momentum = 0.9" in said
    assert all(rule.summary in said for rule in RULES.values())


def test_for_programs_they_are_json(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIRECTOR_STRATEGY", "krum")
    found = json.loads(run("strategy", "list", "--json").stdout)
    assert [each["name"] for each in found] == sorted(RULES)
    assert [each["name"] for each in found if each["is_default"]] == ["krum"]
