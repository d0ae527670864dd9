"""What a hostile hospital, an impatient admin or a bad moment could do to rounds: each of it did, once."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.artifacts.model_file import read_model, write_model
from contract.names import TaskName
from director.members.access import LOCAL_ADMIN
from director.models import service as models_service
from director.models.round_updates import RoundUpdates
from director.models.screened import screen
from director.models.service import Models
from director.settings import TaskSettings
from tests.federation_simulator import FederationSimulator, Parcel, SimulatedHospital

Three = list[SimulatedHospital]
ACCEPT = {"answer": "accept"}


@pytest.fixture
def confirmed(tmp_path: Path) -> Iterator[FederationSimulator]:
    """Three hospitals whose word confirms a version."""
    with FederationSimulator(tmp_path / "confirmed", publish="confirmed") as federation:
        for name in ("Embu", "KNH", "MTRH"):
            federation.enrol(name).send_statistics()
        yield federation


def models(federation: FederationSimulator) -> list[dict[str, Any]]:
    return list(federation.http.get("/global_models", headers=federation.admin).json()["items"])


def post(federation: FederationSimulator, path: str, **body: Any) -> int:
    return federation.http.post(path, json=body or None, headers=federation.admin).status_code


def pass_the_deadline(federation: FederationSimulator) -> None:
    federation.clock.pass_by(seconds=61)
    federation.director.rounds.advance()


def base_again(hospital: SimulatedHospital) -> Parcel:
    """Pack the base itself: nothing was learned."""
    parcel = hospital.update(assignment := hospital.work()["assignment"])
    parcel.model = hospital.blob(assignment["model_sha256"])
    return parcel


def close_meanwhile(federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an admin close the run while its round is combined."""
    combine = Models.combine_round

    def interrupted(self: Models, updates: RoundUpdates) -> object:
        monkeypatch.setattr(Models, "combine_round", combine)
        federation.director.rounds.close(LOCAL_ADMIN, 1, "Stop it")
        return combine(self, updates)

    monkeypatch.setattr(Models, "combine_round", interrupted)


@pytest.mark.parametrize("how", ["it refuses", "it is disabled"])
def test_a_quorum_that_can_not_be_reached_any_more_ends_the_round_at_once(
    federation: FederationSimulator, three: Three, how: str
):
    federation.open_run(quorum=3, deadline_seconds=86_400)
    federation.play()
    if how == "it refuses":
        three[2].answer_run(1, "refuse", reason="No more")
    else:
        post(federation, "/envoys/MTRH/disable")
    federation.director.rounds.advance()
    assert (federation.run()["state"], federation.run()["current"]["state"]) == ("paused", "failed")
    assert models(federation) == []


def test_a_rejected_update_does_not_count_for_the_quorum(federation: FederationSimulator, three: Three):
    federation.open_run(quorum=2, deadline_seconds=60)
    federation.play()
    three[0].take_part()
    bad = three[1].take_part()
    assert bad is not None
    assert federation.decide("reject", bad.json()["id"]).status_code == 200
    pass_the_deadline(federation)
    assert federation.run()["current"]["reason"] == "1 of a quorum of 2 returned; MTRH did not."


def test_an_update_that_stands_still_does_not_count_for_the_quorum(federation: FederationSimulator, three: Three):
    federation.open_run(quorum=2, deadline_seconds=60)
    federation.play()
    three[0].take_part()
    assert three[1].upload(base_again(three[1])).status_code == 201
    pass_the_deadline(federation)
    current = federation.run()["current"]
    assert current["reason"] == "Of what returned 1 updates move the model; the quorum is 2."
    assert current["details"].startswith("KUTRRH: It is the start that it was trained from")


def test_why_another_hospitals_update_stands_still_is_for_the_admin_alone(
    federation: FederationSimulator, three: Three
):
    federation.open_run()
    federation.play()
    for each in three:
        assert each.upload(base_again(each)).status_code == 201
    federation.director.rounds.advance()
    knh = three[0]
    told = [
        knh.http.get(path, headers=knh.headers).text for path in ("/rounds/1", "/runs/1", "/events?after=0&seconds=0")
    ]
    assert "MTRH: " in federation.run()["current"]["details"]
    assert not [each for each in (*told, str(knh.work())) if re.search(r"MTRH: \w", each)]


def test_a_run_that_is_closed_while_its_round_is_combined_publishes_nothing(
    federation: FederationSimulator, three: Three, monkeypatch: pytest.MonkeyPatch
):
    federation.open_run()
    federation.play()
    close_meanwhile(federation, monkeypatch)
    federation.play()
    federation.director.rounds.advance()
    run = federation.run()
    assert (run["state"], run["current"]["state"], models(federation)) == ("closed", "failed", [])
    assert post(federation, "/aggregations", task="diagnosis_count") == 201


def test_a_run_that_is_opened_again_waits_for_the_version_that_waits(confirmed: FederationSimulator):
    for run in (1, 2):
        confirmed.open_run(rounds=2)
        confirmed.play()
        confirmed.play()
        assert confirmed.run(run)["current"]["state"] == "waiting"
        if run == 1:
            post(confirmed, "/runs/1/close")
    for each in confirmed.hospitals.values():
        each.http.post("/global_models/1/answers", json=ACCEPT, headers=each.headers)
    confirmed.director.rounds.advance()
    assert (confirmed.run(2)["published"], confirmed.run(2)["current"]["number"]) == (1, 2)


def test_a_version_that_waits_is_not_published_by_word_under_another_round(confirmed: FederationSimulator):
    confirmed.open_run()
    confirmed.play()
    confirmed.play()
    post(confirmed, "/runs/1/close")
    confirmed.open_run()
    confirmed.play()
    confirmed.hospitals["KNH"].take_part(5)
    for each in confirmed.hospitals.values():
        each.http.post("/global_models/1/answers", json=ACCEPT, headers=each.headers)
    confirmed.play("Embu", "MTRH", nudge=5)
    assert confirmed.run(2)["current"]["state"] == "waiting"


def test_a_round_whose_version_can_not_be_confirmed_any_more_ends(confirmed: FederationSimulator):
    confirmed.open_run()
    confirmed.play()
    receipts = [each.take_part() for each in confirmed.hospitals.values()]
    confirmed.director.rounds.advance()
    assert confirmed.run()["current"]["state"] == "waiting"
    assert receipts[0] is not None
    confirmed.decide("reject", receipts[0].json()["id"])
    confirmed.director.rounds.advance()
    current = confirmed.run()["current"]
    assert (current["state"], current["reason"]) == (
        "failed",
        "An update that its version was made from does not count any more.",
    )


def test_an_update_that_was_carried_and_is_sent_again_counts_once(federation: FederationSimulator, three: Three):
    federation.open_run(rounds=3, quorum=2, deadline_seconds=60, late="carry")
    federation.play()
    late = three[1].update(three[1].work()["assignment"])
    federation.play("KNH", "MTRH")
    pass_the_deadline(federation)
    federation.play("KNH", "MTRH")
    assert three[1].upload(late).status_code == 201  # it closes round 2
    federation.director.rounds.advance()
    assert three[1].upload(late).status_code == 200  # the answer was lost
    assert federation.round(3)["returned"] == []
    federation.play()
    assert federation.run()["state"] == "finished"
    assert three[1].upload(late).status_code == 200


@pytest.mark.parametrize(
    ("strategy", "parameters"), [("fedadam", {}), ("fedyogi", {}), ("fedavgm", {"server_rate": 10.0})]
)
def test_a_result_that_is_no_model_fails_its_round(
    federation: FederationSimulator, three: Three, strategy: str, parameters: dict[str, float]
):
    federation.open_run(strategy=strategy, parameters=parameters)
    federation.play()
    for each in three[:2]:
        each.take_part()
    parcel = three[2].update(three[2].work()["assignment"])
    state = {name: values.copy() for name, values in read_model(parcel.model, three[2].task.layout).items()}
    state[three[2].task.layout[-2].name].reshape(-1)[0] = 9e5
    parcel.model = write_model(state, three[2].task.layout)
    assert three[2].upload(parcel).status_code == 201
    federation.director.rounds.advance()
    current = federation.run()["current"]
    assert (current["state"], current["global_version"], federation.run()["state"]) == ("failed", None, "paused")


def test_a_task_that_is_defined_anew_ends_the_round(federation: FederationSimulator, three: Three):
    federation.open_run(quorum=2, deadline_seconds=60)
    federation.play()
    federation.play("KNH", "MTRH")
    federation.stop()
    moved = {TaskName("diagnosis_count"): TaskSettings(cut_points=(3.0, 9.0))}
    federation.settings = federation.settings.model_copy(update={"tasks": moved})
    federation._start()
    pass_the_deadline(federation)
    assert models(federation) == []
    assert federation.run()["reason"].endswith("The task is defined in another way than when the run was opened.")


def test_an_aggregate_that_began_before_a_round_does_not_move_its_base(
    federation: FederationSimulator, three: Three, monkeypatch: pytest.MonkeyPatch
):
    federation.train_and_upload(1)

    def slow(*arguments: Any) -> object:
        monkeypatch.setattr(models_service, "screen", screen)
        federation.open_run()
        for each in three:
            each.answer_run(1)
        federation.director.rounds.advance()
        return screen(*arguments)

    monkeypatch.setattr(models_service, "screen", slow)
    assert federation.aggregate().status_code == 409
    federation.play(nudge=3)
    assert federation.run()["state"] == "finished"


def test_a_rollback_under_a_round_ends_it_at_once(federation: FederationSimulator, three: Three):
    for nudge in (1, 2):
        federation.train_and_upload(nudge)
        assert federation.aggregate().status_code == 201
    federation.open_run(deadline_seconds=86_400)
    federation.play()
    assert post(federation, "/global_models/1/publish") == 200
    federation.director.rounds.advance()
    assert federation.run()["current"]["reason"].startswith("Another version became the current one")


def test_a_deadline_that_passed_while_the_director_was_away_is_given_anew(
    federation: FederationSimulator, three: Three
):
    federation.open_run(deadline_seconds=86_400)
    federation.play()
    updates = [each.update(each.work()["assignment"]) for each in three]
    federation.stop()
    federation.clock.pass_by(days=2)
    federation._start()
    federation.director.rounds.advance()
    assert [each.upload(update).status_code for each, update in zip(three, updates, strict=True)] == [201] * 3
    federation.director.rounds.advance()
    assert federation.run()["state"] == "finished"
    assert len(federation.log_lines("round.extend")) == 1


@pytest.mark.parametrize("says", ["what is absurd", "nothing"])
def test_one_hospital_does_not_end_a_run_by_what_it_reports(federation: FederationSimulator, three: Three, says: str):
    federation.open_run(rounds=6, patience=2)
    federation.play()
    for number in range(1, 7):
        for each in three:
            honest: dict[str, float] = {"loss": 1 / (number + 1)}
            lie = {"loss": 0.0 if number == 1 else 1e300} if says == "what is absurd" else {}
            reported = lie if each is three[2] or (says == "nothing" and number > 1) else honest
            update = each.update(each.work()["assignment"], nudge=number, metrics=reported)
            assert each.upload(update).status_code == 201
        federation.director.rounds.advance()
    assert (federation.run()["state"], federation.run()["published"]) == ("finished", 6)


def test_a_run_that_repeats_what_was_rolled_back_gets_on(federation: FederationSimulator, three: Three):
    federation.open_run()
    federation.play()
    federation.play(nudge=9)
    for run in (2, 3):
        federation.open_run(rounds=2)
        for _ in range(3):
            federation.clock.pass_by(seconds=5)
            federation.play()
        assert federation.run(run)["state"] == "finished"
        federation.clock.pass_by(seconds=5)
        post(federation, "/global_models/1/publish")
        federation.clock.pass_by(seconds=5)


@pytest.mark.parametrize("why", ["a newer one has counted", "it is too old"])
def test_an_update_is_not_carried_where_it_is_in_the_way(federation: FederationSimulator, three: Three, why: str):
    federation.open_run(rounds=9, quorum=2, deadline_seconds=60, late="carry")
    federation.play()
    late = three[1].update(three[1].work()["assignment"])
    if why == "a newer one has counted":
        federation.play("KNH", "MTRH")
        pass_the_deadline(federation)
        federation.play(nudge=2)
    else:
        for _ in range(5):
            federation.play("KNH", "MTRH")
            pass_the_deadline(federation)
    assert (three[1].upload(late).status_code, three[1].work()["assignment"] is None) == (409, False)


def test_a_deadline_that_has_not_passed_is_not_moved_by_a_restart(federation: FederationSimulator, three: Three):
    federation.open_run(deadline_seconds=600)
    federation.play()
    closes_at = federation.round(1)["closes_at"]
    federation.stop()
    federation.clock.pass_by(seconds=300)
    federation._start()
    assert (federation.round(1)["closes_at"], federation.log_lines("round.extend")) == (closes_at, [])
