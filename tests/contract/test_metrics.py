"""What is measured of a model has a name and a range; what can't have been measured is refused."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import MetricError
from contract.metrics import MAX_COUNT, METRICS, require_metrics, scores_in, summarise
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from envoy.evaluation import evaluate
from tests.envoy.patients import cohort

SHARES = ("accuracy", "macro_f1", "f1_low", "f1_medium", "f1_high")
MATRIX = [[1, 0, 0], [0, 2, 0], [MAX_COUNT, 0, 3]]


@pytest.mark.parametrize("counts", [[1, 2, 3, 8, 30], [1, 2], []], ids=["every level", "one level", "nobody"])
def test_all_that_an_envoy_measures_is_known_and_in_its_range(counts: list[int]):
    patients = cohort(np.array(counts, int))
    scaler = ScalerState(1, (0.0,), (1.0,), (1.0,))
    metrics = evaluate(DIAGNOSIS_COUNT, DIAGNOSIS_COUNT.initial_state(), scaler, patients).metrics
    assert set(metrics) == METRICS.keys() - {"auroc", "auprc", "brier", "calibration_in_the_large"}
    require_metrics(metrics)


@pytest.mark.parametrize("name", METRICS)
def test_null_says_that_there_was_nothing_to_measure(name: str):
    require_metrics({name: None})


@given(st.sampled_from(SHARES), st.floats(0, 1))
def test_a_share_is_a_number_from_0_to_1(name: str, value: float):
    require_metrics({name: value})


@given(st.floats(0, allow_infinity=False))
def test_a_loss_is_any_finite_number_from_0(value: float):
    require_metrics({"loss": value})


@pytest.mark.parametrize("value", [0, 20, 20.0, MAX_COUNT])
def test_patients_held_out_are_counted(value: float):
    require_metrics({"held_out": value})


def test_a_confusion_matrix_counts_each_level_taken_for_each():
    require_metrics({"confusion": MATRIX})


NEVER_MEASURED: list[Any] = ["0.5", True, {}, [], "Jane Doe", [0.5], [[0.5]], math.nan, math.inf, 10**400, -(10**400)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in METRICS for value in NEVER_MEASURED),
        *((name, value) for name in SHARES for value in (999, -0.001, 1.001)),
        ("loss", -1e-9),
        ("held_out", 2.5),
        ("held_out", -1),
        ("held_out", MAX_COUNT + 1),
        ("confusion", 0.5),
        ("confusion", [[5, 1], [0, 14]]),
        ("confusion", [*MATRIX, [0, 0, 0]]),
        ("confusion", [[1, 0, 0], [0, 2, 0], [0, 0]]),
        ("confusion", [[1, 0, 0], [0, 2, 0], [0, 0, -3]]),
        ("confusion", [[1, 0, 0], [0, 2, 0], [0, 0, 0.5]]),
        ("confusion", [[1, 0, 0], [0, 2, 0], [0, 0, MAX_COUNT + 1]]),
        ("confusion", [[1, 0, 0], [0, 2, 0], [0, 0, True]]),
        ("confusion", [[1, 0, 0], [0, 2, 0], "0,0"]),
    ],
)
def test_what_can_not_have_been_measured_is_refused_by_the_metrics_name_without_the_value(name: str, value: Any):
    with pytest.raises(MetricError) as refusal:
        require_metrics({"loss": 0.5, name: value})
    assert refusal.value.facts == {"metric": name}
    assert refusal.value.sentence == f"The metric {name} is not {METRICS[name].says}."
    assert "Jane" not in refusal.value.sentence


def test_a_metric_that_nobody_knows_is_no_concern():
    require_metrics({"gmean": {"low": "high"}})


def test_the_words_say_the_range():
    assert METRICS["accuracy"].says == "a number from 0 to 1, or null"
    assert METRICS["loss"].says == "a number from 0, or null"
    assert METRICS["held_out"].says == "a whole number from 0 to 1000000000, or null"
    assert METRICS["confusion"].says == "a 3 × 3 matrix of whole numbers from 0 to 1000000000, or null"


def test_hospitals_are_summed_up_by_their_mean_and_their_worst():
    found = summarise([{"accuracy": 0.5, "loss": 0.2, "held_out": 10}, {"accuracy": 1.0, "loss": 0.9}, {}])
    assert found.n == 3
    assert found.mean == {"accuracy": 0.75, "loss": pytest.approx(0.55)}
    assert found.worst == {"accuracy": 0.5, "loss": 0.9}  # of a loss the largest


def test_only_finite_scores_are_summed_up():
    said = {"accuracy": None, "loss": math.inf, "f1_low": True, "macro_f1": "0.5", "confusion": MATRIX, "new": 1.0}
    assert scores_in(said) == {}
    assert summarise([said, {"accuracy": 0.5}]).worst == {"accuracy": 0.5}


@given(st.lists(st.fixed_dictionaries({"accuracy": st.floats(0, 1), "loss": st.floats(0, 1e6)}), min_size=1))
def test_the_mean_lies_between_the_worst_and_the_best(hospitals: list[dict[str, float]]):
    found = summarise(hospitals)
    assert found.worst["accuracy"] <= found.mean["accuracy"] + 1e-12
    assert found.mean["loss"] <= found.worst["loss"] * (1 + 1e-12)


def test_the_worst_calibration_is_the_one_farthest_from_right():
    found = summarise([{"calibration_in_the_large": value} for value in (-0.05, 0.2, 0.01)])
    assert found.worst == {"calibration_in_the_large": 0.2}
    assert found.mean["calibration_in_the_large"] == pytest.approx(0.16 / 3)
