"""What a draft rests on may change before it becomes a version; then it is computed anew, or not made."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from director.records import failpoints
from tests.director.models.test_moving_on import enrolled
from tests.federation_simulator import FederationSimulator, names_in

REACHED = "aggregate.kept"


@pytest.fixture
def federation(tmp_path: Path):
    with FederationSimulator(tmp_path / "data", strategy="fedavg") as simulator:
        yield simulator


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any], *, times: int = 1) -> None:
    """Do something between the computing of a draft and its becoming a version."""
    left = [times]
    reach = failpoints.reach

    def reach_and_act(point: str) -> None:
        reach(point)
        if point == REACHED and left[0]:
            left[0] -= 1
            act()

    monkeypatch.setattr("director.models.keeping.reach", reach_and_act)


def test_a_model_that_is_rejected_meanwhile_does_not_enter(federation, monkeypatch):
    hospitals = enrolled(federation, 3)
    for each in hospitals:
        each.train_and_upload(1)
    submission = federation.submission("MTRH", 1)["id"]
    meanwhile(monkeypatch, lambda: federation.decide("reject", submission))
    assert names_in(federation.aggregate().json()) == ["KNH", "KUTRRH"]


def test_a_hospital_that_is_disabled_meanwhile_does_not_enter(federation, monkeypatch):
    hospitals = enrolled(federation, 3)
    for each in hospitals:
        each.train_and_upload(1)
    meanwhile(monkeypatch, lambda: federation.http.post("/envoys/KNH/disable", headers=federation.admin))
    assert names_in(federation.aggregate().json()) == ["KUTRRH", "MTRH"]


def test_a_validation_table_that_is_set_meanwhile_is_asked(federation, monkeypatch):
    hospitals = enrolled(federation, 3)
    for each in hospitals:
        each.train_and_upload(1)
    table = "diagnosis_count,label\n3,low\n9,medium\n21,high\n"
    meanwhile(
        monkeypatch,
        lambda: federation.http.put("/validation/diagnosis_count", content=table, headers=federation.admin),
    )
    assert federation.aggregate().json()["held_out"] is not None


def test_of_two_at_once_the_second_finds_nothing_new(federation, monkeypatch):
    hospitals = enrolled(federation, 3)
    for each in hospitals:
        each.train_and_upload(1)
    made: list[Any] = []
    meanwhile(monkeypatch, lambda: made.append(federation.aggregate()))
    second = federation.aggregate()
    assert (made[0].status_code, second.status_code) == (201, 200)
    assert second.json()["version"] == made[0].json()["version"] == 1


def test_what_changes_all_the_while_ends_in_a_sentence(federation, monkeypatch):
    hospitals = enrolled(federation, 3)
    for each in hospitals:
        each.train_and_upload(1)
    sizes = iter(range(3, 100))

    def set_another_table() -> None:
        rows = "".join(f"{number},low\n" for number in range(next(sizes)))
        federation.http.put(
            "/validation/diagnosis_count", content=f"diagnosis_count,label\n{rows}", headers=federation.admin
        )

    meanwhile(monkeypatch, set_another_table, times=9)
    refused = federation.aggregate()
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert federation.http.get("/global_models", headers=federation.admin).json()["items"] == []
