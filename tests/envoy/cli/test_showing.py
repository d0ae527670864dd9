"""What is shown to a person."""

import pytest

from contract.messages.problems import Check
from envoy.cli.showing import metrics_table, print_failed


def test_a_figure_that_is_not_there_is_none_and_not_0() -> None:
    table = metrics_table({"model": {"held_out": 4.0, "accuracy": 0.5, "macro_f1": None}})
    assert [list(column.cells) for column in table.columns] == [["model"], ["4"], ["0.500"], ["none"]]


def test_only_checks_that_failed_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = (Check(name=n, passed=n == "good", seen="", bound="", sentence=f"It is {n}.") for n in ("good", "bad"))
    print_failed([good, bad])
    assert capsys.readouterr().out == "  bad: It is bad.\n"
