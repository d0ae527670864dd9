"""When a version is published: at once, or once the table or the hospitals' own word confirms it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from director.models import publishing
from director.models.versions import version_of
from director.settings import DirectorSettings
from tests.federation_simulator import FederationSimulator, SimulatedHospital

TASK = DIAGNOSIS_COUNT.name


@pytest.fixture
def confirming(tmp_path: Path) -> Iterator[FederationSimulator]:
    """A federation of three hospitals whose versions must be confirmed."""
    with FederationSimulator(tmp_path / "director", publish="confirmed") as federation:
        for name in ("KUTRRH", "MTRH", "KNH"):
            federation.enrol(name).send_statistics()
        yield federation


@pytest.fixture
def waiting(confirming: FederationSimulator) -> FederationSimulator:
    """Version 1 of all three waits."""
    confirming.train_and_upload()
    made = confirming.aggregate()
    assert (made.status_code, made.json()["published"], made.json()["waiting"]) == (201, False, True)
    return confirming


def say(hospital: SimulatedHospital, answer: str, version: int = 1):
    body = {"task": TASK, "answer": answer}
    return hospital.http.post(f"/global_models/{version}/answers", json=body, headers=hospital.headers)


def say_all(federation: FederationSimulator, version: int = 1) -> dict[str, Any]:
    answers = [say(each, "accept", version) for each in federation.hospitals.values()]
    assert {each.status_code for each in answers} == {201}
    return dict(answers[-1].json())


def publish(federation: FederationSimulator, version: int, reason: str | None = None):
    body = {"reason": reason} if reason else None
    return federation.http.post(f"/global_models/{version}/publish", json=body, headers=federation.admin)


def put_table(federation: FederationSimulator) -> None:
    table = b"label,diagnosis_count\nlow,3\nmedium,9\nhigh,20\n"
    headers = {**federation.admin, "Content-Type": "text/csv"}
    assert federation.http.put(f"/validation/{TASK}", content=table, headers=headers).status_code == 200


def shown(federation: FederationSimulator, version: int = 1) -> dict[str, Any]:
    return dict(federation.http.get(f"/global_models/{version}", headers=federation.admin).json())


def current(federation: FederationSimulator) -> int | None:
    listed = federation.http.get("/global_models", headers=federation.admin).json()["items"]
    return next((each["version"] for each in listed if each["published"]), None)


def test_by_default_a_version_is_published_in_the_act_that_makes_it(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    made = federation.aggregate().json()
    assert (made["published"], made["waiting"]) == (True, False)


def test_what_waits_is_neither_served_nor_started_from(waiting: FederationSimulator):
    asked = waiting.infer_global({"inputs": {"diagnosis_count": 3}})
    assert asked.json()["code"] == "no_model_yet"
    assert waiting.hospitals["KNH"].start()["global_version"] is None
    assert not waiting.file("aggregated", "model.pt").exists()


def test_the_last_word_that_was_missing_publishes_it_and_moves_the_start(waiting: FederationSimulator):
    first, second, third = waiting.hospitals.values()
    for each in (first, second):
        assert say(each, "accept").json()["published"] is False
    answer = say(third, "accept")
    assert (answer.status_code, answer.json()["published"], answer.json()["waiting"]) == (201, True, False)
    assert first.start()["global_version"] == 1
    assert waiting.digest_at("aggregated", "model.pt") == shown(waiting)["sha256"]
    (line,) = waiting.log_lines("model.publish")
    assert (line["actor"], line["reason"]) == ("director:gate", publishing.BY_WORD)


def test_a_refusal_holds_it_back_until_that_hospital_says_otherwise(waiting: FederationSimulator):
    first, *others = waiting.hospitals.values()
    assert say(first, "refuse").status_code == 201
    for each in others:
        say(each, "accept")
    assert shown(waiting)["waiting"]
    assert [(each["envoy_name"], each["answer"]) for each in shown(waiting)["answers"]] == [
        ("KNH", "accept"), ("KUTRRH", "refuse"), ("MTRH", "accept"),
    ]  # fmt: skip
    assert say(first, "accept").json()["published"]


def test_the_same_word_again_changes_nothing_and_is_not_on_record(waiting: FederationSimulator):
    first = waiting.hospitals["KUTRRH"]
    one, waits = say(first, "accept").json(), len(waiting.log_lines("model.answer"))
    waiting.clock.pass_by(hours=1)
    assert say(first, "accept").json() == one
    assert len(waiting.log_lines("model.answer")) == waits == 1


def test_an_admin_publishes_what_nobody_confirmed_only_with_a_reason(waiting: FederationSimulator):
    refused = publish(waiting, 1)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    assert current(waiting) is None
    done = publish(waiting, 1, "two hospitals are closed this week")
    assert (done.status_code, done.json()["published"]) == (200, True)
    assert waiting.log_lines("model.publish")[-1]["reason"] == "two hospitals are closed this week"


def test_a_rollback_takes_no_reason(waiting: FederationSimulator):
    say_all(waiting)
    waiting.train_and_upload(1)
    assert waiting.aggregate().json()["version"] == 2
    say_all(waiting, 2)
    assert current(waiting) == 2
    assert publish(waiting, 1).status_code == 200
    assert current(waiting) == 1


def test_the_same_aggregate_again_makes_no_second_version_that_waits(waiting: FederationSimulator):
    again = waiting.aggregate()
    assert (again.status_code, again.json()["version"]) == (200, 1)
    assert "global model 1 is the same, and waits to be confirmed" in again.json()["notes"][0]


def test_of_two_that_wait_the_one_that_is_confirmed_ends_the_waiting_of_the_other(waiting: FederationSimulator):
    waiting.hospitals["KNH"].train_and_upload(1)
    assert waiting.aggregate().json()["version"] == 2
    say_all(waiting, 2)
    assert (current(waiting), shown(waiting, 1)["waiting"]) == (2, False)
    assert not say_all(waiting, 1)["published"]  # it moved on from what is no longer current


def test_who_stands_still_is_asked_too_and_what_waits_in_quarantine_is_not(waiting: FederationSimulator):
    say_all(waiting)
    waiting.hospitals["KUTRRH"].train_and_upload(1)
    made = waiting.aggregate().json()
    assert [each["envoy_name"] for each in made["standing"]] == ["KNH", "MTRH"]
    with waiting.director.database.read() as session:
        row = version_of(session, DIAGNOSIS_COUNT.name, 2)
        assert publishing.holders(row) == {"KUTRRH", "KNH", "MTRH"}
        row.standing = [{**each, "waits": True} for each in row.standing if each["envoy_name"] == "KNH"]
        assert publishing.holders(row) == {"KUTRRH"}
        session.rollback()
    assert say(waiting.hospitals["KUTRRH"], "accept", 2).json()["published"] is False
    assert say_all(waiting, 2)["published"]


def test_a_hospital_without_a_share_is_heard_and_not_waited_for(waiting: FederationSimulator):
    newcomer = waiting.enrol("Newcomer")
    assert say(newcomer, "refuse").status_code == 201
    *_, last = [say(waiting.hospitals[name], "accept") for name in ("KUTRRH", "MTRH", "KNH")]
    assert last.json()["published"]


def test_a_word_is_a_hospitals_alone_and_about_a_version_that_is_there(waiting: FederationSimulator):
    for headers in (waiting.admin, waiting.analyst):
        answer = waiting.http.post("/global_models/1/answers", json={"answer": "accept"}, headers=headers)
        assert answer.status_code == 403
    assert say(waiting.hospitals["KNH"], "accept", 7).status_code == 404
    assert say(waiting.hospitals["KNH"], "perhaps").status_code == 422


def test_where_there_is_a_table_it_speaks_and_the_hospitals_word_publishes_nothing(confirming: FederationSimulator):
    put_table(confirming)
    confirming.train_and_upload()
    made = confirming.aggregate().json()
    assert (made["published"], made["held_out"] is not None) == (True, True)


def test_what_the_table_does_not_accept_waits_for_the_admin(tmp_path: Path):
    gate = {"loss_margin": -10.0}  # no model is so much better
    with FederationSimulator(tmp_path / "director", publish="confirmed", gate=gate) as federation:
        put_table(federation)
        hospital = federation.enrol("KNH")
        hospital.train_and_upload()
        assert federation.aggregate().json()["code"] == "no_updates"
        federation.decide("release", federation.submission("KNH", 1)["id"])
        made = federation.aggregate().json()
        assert (made["version"], made["published"], made["waiting"]) == (1, False, True)
        assert say(hospital, "accept").json()["waiting"]
        assert publish(federation, 1, "the table is too small").json()["published"]


def test_a_version_waits_also_after_the_task_was_defined_anew(waiting: FederationSimulator):
    say_all(waiting)
    moved = {TASK: {"cut_points": [4, 12]}}
    waiting.settings = DirectorSettings(data_dir=waiting.folder, tasks=moved, publish="confirmed")
    waiting.restart()
    for each in waiting.hospitals.values():
        each.task = waiting.director.catalogue[DIAGNOSIS_COUNT.name]
    waiting.train_and_upload(1)
    made = waiting.aggregate().json()
    assert (made["version"], made["parent"], made["waiting"]) == (2, None, True)
    assert say_all(waiting, 2)["published"]


def test_with_fewer_hospitals_than_a_version_takes_none_is_made(tmp_path: Path):
    with FederationSimulator(tmp_path / "director", minimum_hospitals=2) as federation:
        for name in ("KNH", "MTRH"):
            federation.enrol(name)
        federation.hospitals["KNH"].train_and_upload()
        preview = federation.aggregate(dry_run=True).json()
        assert (
            preview["notes"][-1]
            == "one hospital would make it, and minimum_hospitals is 2: this can't become a version."
        )
        refused = federation.aggregate()
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
        federation.hospitals["MTRH"].train_and_upload()
        assert federation.aggregate().status_code == 201
