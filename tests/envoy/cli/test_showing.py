"""What is shown to a person."""

import pytest

from contract.messages.problems import Check
from envoy.cli.showing import metrics_table, print_failed


def test_a_figure_that_is_not_there_is_none_and_not_0() -> None:
    table = metrics_table({"model": {"held_out": 4.0, "accuracy": 0.5, "macro_f1": None}})
    assert [list(column.cells) for column in table.columns] == [["model"], ["4"], ["0.500"], ["none"]]


def test_of_a_binary_outcome_the_figures_of_its_kind_are_shown_and_too_few_outcomes_are_said_to_be() -> None:
    figures = {"auroc": 0.8, "auprc": 0.5, "brier": 0.1, "loss": 0.3, "held_out": 60.0, "accuracy": 0.9}
    table = metrics_table({"before": dict.fromkeys(figures), "model": {**figures}})
    assert [str(column.header) for column in table.columns][1:] == ["rows", "AUROC", "AUPRC", "Brier", "log-loss"]
    assert [list(column.cells) for column in table.columns][1:3] == [
        ["too few outcomes to judge", "60"],
        ["none", "0.800"],
    ]


def test_only_checks_that_failed_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = (Check(name=n, passed=n == "good", seen="", bound="", sentence=f"It is {n}.") for n in ("good", "bad"))
    print_failed([good, bad])
    assert capsys.readouterr().out == "  bad: It is bad.\n"
