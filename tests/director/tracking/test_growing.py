"""A run and its parts while events add to it."""

from datetime import UTC, datetime, timedelta

from director.tracking.growing import GrowingFamily
from director.tracking.points import Measured

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ENDED = BEGAN + timedelta(hours=1)


def measured(step: int, *names: str) -> Measured:
    inputs = {name: {"num_examples": 40, "weight": 0.5} for name in names}
    return Measured(step, BEGAN, inputs, {name: {"accuracy": 0.5, "loss": None} for name in names}, None, 80)


def family(*, has_parts: bool) -> GrowingFamily:
    asked = {"strategy": "fedavg", "patience": None, "rounds": 3}
    return GrowingFamily("run 3", "run 3", BEGAN, asked, {"state": "running"}, has_parts=has_parts)


def test_each_hospital_has_a_part_under_its_own_key():
    growing = family(has_parts=True)
    growing.add(measured(1, "KNH", "MTRH"))
    growing.add(measured(2, "MTRH"))
    growing.part("Embu")
    parent, *parts = growing.grown(is_whole=False).runs
    assert (parent.key, parent.parent, parent.parameters) == ("run 3", None, {"strategy": "fedavg", "rounds": "3"})
    assert [(each.key, each.name, each.parent) for each in parts] == [
        (f"run 3 {name}", name, "run 3") for name in ("KNH", "MTRH", "Embu")
    ]
    assert [[point.step for point in each.points if point.key == "accuracy"] for each in parts] == [[1], [1, 2], []]
    assert parts[1].tags == {"hospital": "MTRH", "not_a_number.loss": "step 2"}
    assert parent.documents == {}


def test_of_many_hospitals_there_are_percentiles_and_a_document_a_round_and_no_parts():
    growing = family(has_parts=False)
    growing.add(measured(1, "KNH", "MTRH"))
    growing.part("Embu")
    (parent,) = growing.grown(is_whole=False).runs
    assert {"p10/accuracy", "p50/accuracy", "p90/accuracy"} <= {each.key for each in parent.points}
    assert list(parent.documents) == ["hospitals/step-000001.json"]


def test_all_end_together():
    growing = family(has_parts=True)
    growing.part("KNH")
    assert {each.ending for each in growing.grown(is_whole=False).runs} == {None}
    growing.end("closed", ENDED)
    assert {(each.ending, each.ended_at) for each in growing.grown(is_whole=False).runs} == {("closed", ENDED)}


def test_it_may_be_made_from_nothing_where_it_began_here_or_all_was_gone_through():
    growing = family(has_parts=True)
    assert not growing.grown(is_whole=False).is_whole
    assert growing.grown(is_whole=True).is_whole
    growing.is_begun_here = True
    assert growing.grown(is_whole=False).is_whole
