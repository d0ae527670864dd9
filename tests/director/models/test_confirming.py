"""When a version is published: at once, or once the table or the hospitals' own word confirms it."""

from pathlib import Path
from typing import Any

import pytest

from tests.director.models.test_moving_on import cycle, enrolled
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def federation(tmp_path: Path):
    with FederationSimulator(tmp_path / "data", strategy="fedavg", publish="confirmed") as simulator:
        yield simulator


def say(hospital: SimulatedHospital, version: int, answer: str) -> Any:
    response = hospital.http.post(
        f"/global_models/{version}/answers", json={"answer": answer}, headers=hospital.headers
    )
    assert response.status_code == 201, response.text
    return response.json()


def publish(federation: FederationSimulator, version: int, reason: str | None = None) -> Any:
    body = None if reason is None else {"reason": reason}
    return federation.http.post(f"/global_models/{version}/publish", headers=federation.admin, json=body)


def test_a_version_waits_until_every_hospital_in_it_has_accepted(federation):
    hospitals = enrolled(federation, 3)
    made = cycle(federation, hospitals, 1)
    assert (made["published"], made["waiting"], made["answers"]) == (False, True, [])
    question = {"inputs": {"diagnosis_count": 3}}
    assert federation.infer_global(question).status_code == 409
    for each in hospitals[:2]:
        assert say(each, 1, "accept")["published"] is False
    last = say(hospitals[2], 1, "accept")
    assert (last["published"], last["waiting"]) == (True, False)
    assert {each["envoy_name"]: each["answer"] for each in last["answers"]} == dict.fromkeys(
        ("KUTRRH", "MTRH", "KNH"), "accept"
    )
    assert federation.infer_global(question).status_code == 200
    (published,) = federation.http.get("/audit?act=model.publish", headers=federation.admin).json()["items"]
    assert (published["actor"], published["facts"]["reason"]) == (
        "director:gate", "Every hospital with a share in it accepts."
    )  # fmt: skip


def test_a_refusal_or_silence_leaves_it_unpublished_and_the_start_where_it_was(federation):
    hospitals = enrolled(federation, 2)
    before = hospitals[0].start()
    cycle(federation, hospitals, 1)
    say(hospitals[0], 1, "accept")
    assert say(hospitals[1], 1, "refuse")["waiting"] is True
    assert hospitals[0].start() == before
    say(hospitals[1], 1, "accept")  # its newest word holds
    assert hospitals[0].start()["global_version"] == 1


def test_one_that_alone_moves_does_not_confirm_itself(federation):
    hospitals = enrolled(federation, 2)
    cycle(federation, hospitals, 1)
    for each in hospitals:
        say(each, 1, "accept")
    cycle(federation, hospitals[:1], 2)
    assert say(hospitals[0], 2, "accept")["published"] is False
    assert say(hospitals[1], 2, "accept")["published"] is True


def test_what_waits_already_is_not_made_again(federation):
    hospitals = enrolled(federation, 2)
    first = cycle(federation, hospitals, 1)
    again = federation.aggregate()
    assert (again.status_code, again.json()["version"], again.json()["sha256"]) == (200, 1, first["sha256"])
    assert "waits to be confirmed" in again.json()["notes"][0]


def test_a_version_whose_parent_is_no_longer_current_is_not_published_by_word(federation):
    hospitals = enrolled(federation, 2)
    cycle(federation, hospitals, 1)
    for each in hospitals:
        say(each, 1, "accept")
    cycle(federation, hospitals, 2)
    cycle(federation, hospitals, 3)  # moves on from version 1 too, for version 2 waits
    for each in hospitals:
        say(each, 3, "accept")
    for each in hospitals:
        found = say(each, 2, "accept")
    assert (found["published"], found["waiting"]) == (False, False)


def test_an_admin_publishes_what_nobody_confirmed_with_a_reason_alone(federation):
    hospitals = enrolled(federation, 2)
    cycle(federation, hospitals, 1)
    refused = publish(federation, 1)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    assert publish(federation, 1, "MTRH's link is down; I looked at the figures").status_code == 200
    (told,) = federation.http.get("/audit?act=model.publish", headers=federation.admin).json()["items"]
    assert told["facts"]["reason"] == "MTRH's link is down; I looked at the figures"


def test_a_rollback_takes_no_reason(federation):
    hospitals = enrolled(federation, 2)
    for version in (1, 2):
        cycle(federation, hospitals, version)
        for each in hospitals:
            say(each, version, "accept")
    assert publish(federation, 1).status_code == 200


def test_a_validation_table_confirms_in_their_place(federation):
    hospitals = enrolled(federation, 2)
    table = "diagnosis_count,label\n" + "".join(f"{n},{'low' if n < 5 else 'medium'}\n" for n in range(1, 15))
    assert (
        federation.http.put("/validation/diagnosis_count", content=table, headers=federation.admin).status_code == 200
    )
    made = cycle(federation, hospitals, 1)
    assert made["published"] is True


def test_whose_model_waits_in_quarantine_is_not_asked(tmp_path):
    with FederationSimulator(tmp_path / "data", strategy="fedavg") as at_once:
        hospitals = enrolled(at_once, 5)
        cycle(at_once, hospitals, 1)
        hospitals[4].upload(hospitals[4].gone_too_far(40))
        cycle(at_once, hospitals[:4], 2)
    with FederationSimulator(tmp_path / "data", strategy="fedavg", publish="confirmed") as federation:
        for each in hospitals:
            each.http = federation.http
        cycle(federation, hospitals[:4], 3)
        for each in hospitals[:4]:
            found = say(each, 3, "accept")
        assert found["published"] is True


def test_no_other_role_gives_a_hospitals_word(federation):
    hospitals = enrolled(federation, 2)
    cycle(federation, hospitals, 1)
    for headers in (federation.admin, federation.analyst):
        response = federation.http.post("/global_models/1/answers", json={"answer": "accept"}, headers=headers)
        assert response.status_code == 403


@pytest.mark.parametrize("minimum_hospitals", [2, 3])
def test_fewer_hospitals_than_the_minimum_make_no_version_and_no_merged_scaler(tmp_path, minimum_hospitals):
    with FederationSimulator(tmp_path / "data", strategy="fedavg", minimum_hospitals=minimum_hospitals) as federation:
        hospitals = enrolled(federation, 2)
        has_enough = minimum_hospitals == 2
        assert (hospitals[0].start()["scaler_sha256"] is not None) == has_enough
        for each in hospitals:
            each.train_and_upload(1)
        made = federation.aggregate()
        assert made.status_code == (201 if has_enough else 409), made.text
        preview = federation.aggregate(dry_run=True).json()
        assert has_enough or any("minimum_hospitals is 3" in note for note in preview["notes"])
