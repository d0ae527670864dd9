"""What a version says of its hospitals, as points."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from director.tracking.points import Measured
from director.tracking.tracked import Point

AT = datetime(2026, 1, 1, tzinfo=UTC)


def measured(**hospitals: Mapping[str, object]) -> Measured:
    inputs = {name: {"num_examples": 40, "weight": 0.5, "norm": 9.0, "cosine": 0.1} for name in hospitals}
    return Measured(3, AT, inputs, hospitals, {"loss": 0.4, "accuracy": 0.9}, 80)


def values(points: Iterable[Point]) -> dict[str, float]:
    return {each.key: each.value for each in points}


def test_all_hospitals_together_give_how_many_they_are_and_mean_and_worst_of_each_score():
    found = measured(KNH={"accuracy": 0.5, "loss": 0.2}, MTRH={"accuracy": 1.0, "loss": 0.8})
    points = found.of_all(with_percentiles=False)
    assert values(points) == {
        "n": 2,
        "num_examples": 80,
        "mean/accuracy": 0.75,
        "mean/loss": 0.5,
        "worst/accuracy": 0.5,
        "worst/loss": 0.8,
        "held_out/loss": 0.4,
        "held_out/accuracy": 0.9,
    }
    assert {(each.step, each.at) for each in points} == {(3, AT)}


def test_a_hospitals_points_are_its_scores_and_its_share_and_nothing_that_compares_it_with_others():
    found = measured(KNH={"accuracy": 0.5, "confusion": [[1, 0, 0]], "held_out": 10})
    assert values(found.of_each()["KNH"]) == {"accuracy": 0.5, "num_examples": 40, "weight": 0.5}


def test_a_score_that_there_was_nothing_to_measure_for_is_no_point_and_is_named():
    found = measured(KNH={"accuracy": 0.5, "f1_high": None})
    assert "f1_high" not in values(found.of_each()["KNH"])
    assert found.missing() == {"KNH": ["f1_high"]}  # and not those of which nothing was said


@given(st.lists(st.floats(0, 1), min_size=1, max_size=80))
def test_percentiles_rise_and_lie_between_the_hospitals(accuracies: list[float]):
    found = measured(**{f"H{place}": {"accuracy": value} for place, value in enumerate(accuracies)})
    said = values(found.of_all(with_percentiles=True))
    assert min(accuracies) <= said["p10/accuracy"] <= said["p50/accuracy"] <= said["p90/accuracy"] <= max(accuracies)


def test_a_document_holds_each_hospitals_scores():
    assert json.loads(measured(KNH={"accuracy": 0.5}).document()) == {
        "KNH": {"accuracy": 0.5, "num_examples": 40, "weight": 0.5}
    }


def test_of_a_score_that_nobody_has_there_is_no_point():
    found = values(measured(KNH={"accuracy": None}, MTRH={}).of_all(with_percentiles=True))
    assert found.keys() == {"n", "num_examples", "held_out/loss", "held_out/accuracy"}
