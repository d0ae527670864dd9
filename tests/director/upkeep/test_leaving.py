"""A hospital leaves: what it sent goes, what learned from it says so, and a version without it is made."""

import json
from typing import Any

import pytest

from contract.artifacts.scaler_file import read_scaler
from contract.names import Digest, EnvoyName
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import ConflictError, UnknownEnvoyError
from director.members.access import LOCAL_ADMIN
from director.upkeep.leaving import LearnedBy, Leave
from tests.federation_simulator import FederationSimulator, names_in

KNH, TASK = EnvoyName("KNH"), DIAGNOSIS_COUNT.name
MARK = "It learned from KNH, which has left since"


@pytest.fixture
def three(federation: FederationSimulator) -> FederationSimulator:
    """Three hospitals with statistics and a model each, and a version of them."""
    for patients, name in enumerate(("Embu", "KNH", "MTRH"), start=50):
        assert federation.enrol(name, patients).send_statistics().status_code == 201
    federation.merge_statistics()
    federation.train_and_upload(1)
    assert federation.aggregate().json()["version"] == 1
    return federation


def leave(federation: FederationSimulator, name: str = "KNH") -> Leave:
    return federation.director.upkeep.withdraw(LOCAL_ADMIN, EnvoyName(name), "Its ethics board said so")


def versions(federation: FederationSimulator, headers: dict[str, str]) -> list[dict[str, Any]]:
    return list(reversed(federation.http.get("/global_models", headers=headers).json()["items"]))


def begin_anew(federation: FederationSimulator) -> None:
    assert federation.director.models.begin_anew(LOCAL_ADMIN, TASK, "without KNH") is not None


def test_its_tokens_and_codes_end(three: FederationSimulator) -> None:
    at_knh = three.token_of("staff", "KNH")
    code = three.http.post("/envoys", json={"envoy_name": "KNH"}, headers=three.admin).json()["code"]
    assert leave(three).tokens == 2
    for headers in (three.hospitals["KNH"].headers, {"Authorization": f"Bearer {at_knh}"}):
        assert three.http.get("/tasks", headers=headers).status_code == 401
    said = three.http.get("/tasks", headers=three.hospitals["KNH"].headers).json()
    assert said["detail"].startswith("KNH left this federation on ")
    assert said["facts"]["ended"] == "revoked"
    assert three.http.post("/join", json={"code": code}).status_code == 401
    assert three.http.get("/tasks", headers=three.hospitals["MTRH"].headers).status_code == 200


def test_what_it_sent_answers_no_more_and_is_kept_no_more(three: FederationSimulator) -> None:
    hospital = three.hospitals["KNH"]
    (sent,) = three.http.get("/submissions?envoy_name=KNH", headers=three.admin).json()["items"]
    model = Digest(sent["files"]["model"]["sha256"])
    assert three.digest_at("received_results", "KNH", "model.pt") == model
    hospital.upload(hospital.parcel(2))
    went = leave(three)
    assert (went.uploads, went.reports, went.left_behind) == (2, 1, ())
    assert went.files > 2
    assert not three.director.blobs.has(model)
    assert not three.file("received_results", "KNH").exists()
    rows = three.http.get("/submissions?envoy_name=KNH", headers=three.admin).json()["items"]
    assert {(each["verdict"], each["decision"]["reason"]) for each in rows} == {
        ("rejected", "Its ethics board said so"),
    }
    statistics = three.http.get("/statistics", headers=three.admin).json()["items"]
    assert sorted(each["envoy_name"] for each in statistics) == ["Embu", "MTRH"]
    refused = three.http.post(
        "/infer", json={"envoy_name": "KNH", "inputs": {"diagnosis_count": 9}}, headers=three.analyst
    )
    assert refused.json()["code"] == "no_model_yet"
    assert three.director.upkeep.defects() == []
    assert three.http.get("/audit/verify", headers=three.admin).json()["is_whole"]


def test_the_start_stands_behind_the_statistics_of_those_who_stay_and_no_others(three: FederationSimulator) -> None:
    def rows() -> int:
        mtrh = three.hospitals["MTRH"]
        return read_scaler(mtrh.blob(mtrh.start()["scaler_sha256"]), len(DIAGNOSIS_COUNT.columns)).num_examples

    assert rows() == 50 + 51 + 52
    leave(three)
    assert rows() == 50 + 50  # of two none counts for more than the other


def test_versions_that_learned_from_it_say_so_to_everybody_and_so_does_what_moves_on_from_them(
    three: FederationSimulator,
) -> None:
    leave(three)
    three.train_and_upload(3, but=three.hospitals["KNH"])
    made = three.aggregate().json()
    assert names_in(made) == ["Embu", "MTRH"]
    assert sum(MARK in note for note in made["notes"]) == 1
    for each in versions(three, three.admin):
        assert each["withdrawn"] == ["KNH"]
        assert sum(MARK in note for note in each["notes"]) == 1
    for headers in (three.analyst, three.hospitals["MTRH"].headers):
        for each in versions(three, headers):
            assert "withdrawn" not in each
            assert any(MARK in note for note in each["notes"])
    card = json.loads(three.file("aggregated", "card.json").read_bytes())
    assert any(MARK in note for note in card["notes"])
    assert three.infer_global({"inputs": {"diagnosis_count": 9}}).json()["model"]["version"] == 2


def test_nothing_is_marked_where_nobody_left(three: FederationSimulator) -> None:
    (only,) = versions(three, three.admin)
    assert "withdrawn" not in only
    assert not any(MARK in note for note in only["notes"])


def test_one_without_it_is_made_at_once_of_what_was_trained_from_the_shared_start(three: FederationSimulator) -> None:
    three.train_and_upload(2)
    three.aggregate()
    learned = leave(three).learned
    assert learned == (LearnedBy(task=TASK, versions=(1, 2), current=2, without=0),)
    begin_anew(three)
    assert three.infer_global({"inputs": {"diagnosis_count": 9}}).json()["code"] == "no_model_yet"
    assert not three.file("aggregated", "model.pt").exists()
    stands_still = three.aggregate()
    assert (stands_still.status_code, stands_still.json()["code"]) == (409, "no_updates")
    made = three.aggregate(trained_here=True)
    assert made.status_code == 201, made.text
    assert (names_in(made.json()), made.json()["parent"]) == (["Embu", "MTRH"], None)
    assert [each["version"] for each in made.json()["inputs"]] == [1, 1]
    assert not any(MARK in note for note in made.json()["notes"])
    assert [bool(each.get("withdrawn")) for each in versions(three, three.admin)] == [True, True, False]
    assert three.infer_global({"inputs": {"diagnosis_count": 9}}).status_code == 200
    assert three.file("aggregated", "model.pt").exists()
    assert three.director.upkeep.defects() == []
    three.restart()
    assert three.director.upkeep.defects() == []
    three.train_and_upload(4, but=three.hospitals["KNH"])
    assert three.aggregate().json()["parent"] == 3


def test_the_last_version_before_it_came_is_the_one_to_go_back_to(federation: FederationSimulator) -> None:
    for name in ("Embu", "MTRH"):
        federation.enrol(name)
    federation.train_and_upload(1)
    federation.aggregate()
    federation.enrol("KNH")
    federation.train_and_upload(2)
    federation.aggregate()
    federation.train_and_upload(3)
    federation.aggregate()
    assert leave(federation).learned == (LearnedBy(task=TASK, versions=(2, 3), current=3, without=1),)
    assert federation.http.post("/global_models/1/publish", headers=federation.admin).status_code == 200
    made = federation.aggregate(trained_here=True).json()
    assert (names_in(made), made["parent"], made["version"]) == (["Embu", "MTRH"], 1, 4)
    assert [each["version"] for each in made["inputs"]] == [2, 2]
    assert "withdrawn" not in made


def test_the_hospitals_train_anew_from_the_shared_start_in_a_run(three: FederationSimulator) -> None:
    leave(three)
    begin_anew(three)
    three.open_run(rounds=1, quorum=2)
    three.play("Embu", "MTRH")  # they answer
    three.play("Embu", "MTRH", nudge=5)
    assert three.run()["state"] == "finished"
    (*_, made) = versions(three, three.admin)
    assert (names_in(made), made["parent"], made["published"]) == (["Embu", "MTRH"], None, True)
    assert "withdrawn" not in made


def test_where_nothing_trained_from_there_is_kept_the_answer_says_what_to_do(federation: FederationSimulator) -> None:
    federation.enrol("KNH")
    federation.train_and_upload(1)
    federation.aggregate()
    federation.enrol("MTRH")
    federation.train_and_upload(2)
    federation.aggregate()
    leave(federation)
    begin_anew(federation)
    refused = federation.aggregate(trained_here=True).json()
    assert refused["code"] == "no_updates"
    assert "run open" in refused["hint"]


def test_it_takes_no_part_in_a_round_that_is_open(three: FederationSimulator) -> None:
    three.open_run(rounds=1, quorum=2)
    three.play()  # they answer
    assert three.hospitals["KNH"].take_part(3) is not None
    leave(three)
    three.play("Embu", "MTRH", nudge=3)
    assert three.run()["state"] == "finished"
    assert names_in(versions(three, three.admin)[-1]) == ["Embu", "MTRH"]


def test_it_is_for_good_and_said_so_and_again_is_no_error(three: FederationSimulator) -> None:
    leave(three)
    (told,) = three.http.get("/audit?act=envoy.withdraw", headers=three.admin).json()["items"]
    assert (told["subject"], told["facts"]["learned"]) == ("KNH", {TASK: [1]})
    again = leave(three)
    assert (again.tokens, again.uploads, again.reports, again.files) == (0, 0, 0, 0)
    assert len(three.http.get("/audit?act=envoy.withdraw", headers=three.admin).json()["items"]) == 1
    with pytest.raises(ConflictError, match="KNH withdrew on"):
        three.director.submissions.enable_hospital(LOCAL_ADMIN, KNH)
    with pytest.raises(ConflictError, match="KNH withdrew"):
        three.director.members.add(LOCAL_ADMIN, KNH)
    states = {
        each["envoy_name"]: each["state"] for each in three.http.get("/envoys", headers=three.admin).json()["items"]
    }
    assert states == {"Embu": "active", "KNH": "withdrawn", "MTRH": "active"}
    with pytest.raises(UnknownEnvoyError):
        leave(three, "Nyeri")


def test_what_another_hospital_sent_too_stays(three: FederationSimulator) -> None:
    same = three.hospitals["KNH"].parcel(7)
    for name in ("KNH", "MTRH"):
        assert three.hospitals[name].upload(same).status_code == 201
    leave(three)
    assert three.director.blobs.has(Digest.of(same.model))
    assert three.director.upkeep.defects() == []


def test_a_file_in_its_folder_that_is_not_the_directors_is_named_and_left(three: FederationSimulator) -> None:
    three.file("received_results", "KNH", "notes.txt").write_text("by hand")
    assert leave(three).left_behind == ("KNH/notes.txt",)
    assert three.file("received_results", "KNH", "notes.txt").read_text() == "by hand"


def test_a_part_of_an_upload_that_is_half_here_goes(three: FederationSimulator) -> None:
    digest = Digest.of(b"a part")
    sent = three.http.patch(
        f"/upload/KNH/parts/{digest}",
        content=b"a p",
        headers={
            **three.hospitals["KNH"].headers,
            "Content-Range": "bytes 0-2/6",
            "Content-Type": "application/octet-stream",
        },
    )
    assert sent.status_code in (200, 201, 202), sent.text
    parts = three.director.upkeep._parts
    assert "knh" in parts.moments()
    leave(three)
    assert "knh" not in parts.moments()


@pytest.mark.parametrize("lost", ["_remove_unnamed", "view"])
def test_a_crash_between_the_record_and_the_removal_leaves_what_the_next_start_removes(
    three: FederationSimulator, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    if lost == "view":  # the power goes before any reader has learned of the act
        monkeypatch.setattr(three.director.ledger, "_let_learn", lambda *_: False)
        monkeypatch.setattr(three.director.upkeep._views, "take_down", lambda *_: ())
    monkeypatch.setattr(type(three.director.upkeep), "_remove_unnamed", lambda *_: None)
    leave(three)
    assert three.director.upkeep.defects() != []
    monkeypatch.undo()
    three.restart()
    assert three.director.upkeep.defects() == []
    assert not three.file("received_results", "KNH", "model.pt").exists()
