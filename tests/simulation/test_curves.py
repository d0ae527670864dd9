"""One metric over the rounds: its mean, its worst, and what a comparison counts of it."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.names import EnvoyName
from simulation.curves import curves_of
from simulation.errors import ExperimentError
from tests.simulation.runs import rows

A, B, C = [0.5, 0.75, 1.0], [0.25, 0.75, 0.5], [None, 0.75, 0.75]


def test_each_hospital_counts_alike_and_one_without_a_value_not_at_all():
    curves = curves_of(rows("accuracy", A, B, C), "accuracy", "global")
    assert curves.rounds == (1, 2, 3)
    assert curves.mean == (0.375, 0.75, 0.75)
    assert curves.worst == (0.25, 0.75, 0.5)
    assert math.isnan(curves.hospitals[EnvoyName("C")][0])
    assert curves.worst_hospital == "B"


def test_the_best_round_is_the_first_of_those_with_the_best_mean():
    curves = curves_of(rows("accuracy", A, B), "accuracy", "global")
    assert (curves.best_round, curves.best) == (2, 0.75)
    assert [curves.rounds_to_reach(target) for target in (0.3, 0.75, 0.76)] == [1, 2, None]


def test_of_a_cost_less_is_better():
    curves = curves_of(rows("loss", A, B), "loss", "global")
    assert curves.worst == (0.5, 0.75, 1.0)
    assert curves.worst_hospital == "A"
    assert (curves.best_round, curves.best) == (1, 0.375)
    assert [curves.rounds_to_reach(target) for target in (0.3, 0.375, 1)] == [None, 1, 1]


def test_where_nothing_could_be_measured_nothing_is_said():
    curves = curves_of(rows("accuracy", [None, None]), "accuracy", "global")
    assert (curves.best_round, curves.worst_hospital, curves.rounds_to_reach(0)) == (None, None, None)
    assert all(math.isnan(value) for value in (*curves.mean, *curves.worst, curves.best))


@given(st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=9))
def test_the_worst_is_no_better_than_the_mean_and_the_best_is_reached_in_the_best_round(values):
    curves = curves_of(rows("accuracy", *values), "accuracy", "global")
    assert all(worst <= mean + 1e-12 for worst, mean in zip(curves.worst, curves.mean, strict=True))
    assert curves.rounds_to_reach(curves.best) == curves.best_round


@pytest.mark.parametrize("metric", ["acc", "held_out", "confusion", "round", "", None])
def test_what_is_no_score_is_refused_with_those_that_are(metric: Any):
    with pytest.raises(ExperimentError, match="There is no score") as refused:
        curves_of(rows("accuracy", A), metric, "global")
    scores = "accuracy, macro_f1, f1_low, f1_medium, f1_high, loss, auroc, auprc, brier, calibration_in_the_large"
    assert refused.value.hint == f"Choose one of: {scores}."


def test_a_model_that_the_run_has_not_is_refused():
    with pytest.raises(ExperimentError, match="no global model") as refused:
        curves_of(rows("accuracy", A, model="local"), "accuracy", "global")
    assert refused.value.hint == "Ask for model='local'."
