"""A run from its invitation to its last round, whatever happens on the way."""

import pytest

from contract.names import TaskName
from director.members.access import LOCAL_ADMIN
from director.models.service import Models
from director.settings import TaskSettings
from tests.federation_simulator import FederationSimulator, SimulatedHospital

Three = list[SimulatedHospital]


def acts(federation: FederationSimulator) -> list[str]:
    """Give what was told of runs and rounds, in order."""
    return [each["event"] for each in federation.log_lines() if each["event"].startswith(("run.", "round."))]


def test_a_run_goes_from_its_invitation_to_its_last_round(federation: FederationSimulator, three: Three):
    run = federation.open_run(rounds=3, strategy="fedavg")
    assert (run["state"], run["current"], run["quorum"]) == ("inviting", None, 3)
    federation.play()
    assert federation.run()["state"] == "running"
    for number in (1, 2, 3):
        assert federation.run()["current"]["number"] == number
        federation.play(nudge=number)
    run = federation.run()
    assert (run["state"], run["published"], run["current"]["state"]) == ("finished", 3, "published")
    models = federation.http.get("/global_models", headers=federation.admin).json()["items"]
    assert [(each["version"], each["round"], len(each["inputs"])) for each in models] == [
        (3, 3, 3),
        (2, 2, 3),
        (1, 1, 3),
    ]
    assert all(
        each.work() == {"invitation": None, "assignment": None, "waits_for": "No run is open."} for each in three
    )


def test_each_transition_is_told_once(federation: FederationSimulator, three: Three):
    federation.open_run(rounds=1)
    federation.play()
    federation.play()
    assert acts(federation) == [
        "run.open",
        *["run.answer"] * 3,
        "round.open",
        *["round.return"] * 3,
        "round.close",
        "round.publish",
        "run.finish",
    ]


def test_the_same_updates_give_the_same_model_in_any_order(tmp_path):
    digests = set()
    for order in (("KNH", "KUTRRH", "MTRH"), ("MTRH", "KNH", "KUTRRH")):
        with FederationSimulator(tmp_path / order[0]) as federation:
            for name in ("KNH", "KUTRRH", "MTRH"):
                federation.enrol(name).send_statistics()
            federation.open_run(rounds=2)
            for nudge in range(3):
                federation.play(*order, nudge=nudge)
            assert federation.run()["state"] == "finished"
            digests.add(federation.digest_at("aggregated", "model.pt"))
    assert len(digests) == 1


def test_a_round_closes_at_its_deadline_with_the_quorum_and_its_shares_are_those_of_who_returned(
    federation: FederationSimulator, three: Three
):
    federation.open_run(rounds=2, quorum=2, deadline_seconds=600)
    federation.play()
    federation.play("KNH", "MTRH")
    assert federation.run()["current"]["state"] == "collecting"
    assert federation.run()["current"]["awaited"] == ["KUTRRH"]
    federation.clock.pass_by(seconds=600)
    federation.director.rounds.advance()
    model = federation.http.get("/global_models/1", headers=federation.admin).json()
    assert [each["envoy_name"] for each in model["inputs"]] == ["KNH", "MTRH"]
    assert sum(each["weight"] for each in model["inputs"]) == pytest.approx(1)
    assert model["standing"] == []
    assert federation.run()["current"]["number"] == 2  # and who was away counts again
    federation.play()
    assert len(federation.http.get("/global_models/2", headers=federation.admin).json()["inputs"]) == 3


def test_a_round_without_its_quorum_fails_pauses_the_run_and_is_tried_again_when_resumed(
    federation: FederationSimulator, three: Three
):
    federation.open_run(rounds=1, quorum=3, deadline_seconds=60)
    federation.play()
    federation.play("KNH")
    federation.clock.pass_by(seconds=61)
    federation.director.rounds.advance()
    run = federation.run()
    assert (run["state"], run["current"]["state"]) == ("paused", "failed")
    assert run["reason"] == "Round 1 failed: 1 of a quorum of 3 returned; KUTRRH, MTRH did not."
    assert federation.http.post("/runs/1/resume", headers=federation.admin).json()["state"] == "running"
    federation.director.rounds.advance()
    again = federation.run()["current"]
    assert (again["number"], again["attempt"], again["returned"]) == (1, 2, [])
    federation.play()  # KNH's very same update counts in the new attempt
    assert federation.run()["state"] == "finished"


def test_a_run_that_too_few_take_part_in_pauses_before_it_begins(federation: FederationSimulator, three: Three):
    federation.open_run(quorum=3)
    three[0].answer_run(1)
    three[1].answer_run(1)
    three[2].answer_run(1, "refuse", reason="The machine is in repair")
    federation.director.rounds.advance()
    run = federation.run()
    assert (run["state"], run["reason"]) == ("paused", "2 hospitals take part; the quorum is 3.")
    assert run["hospitals"][2]["reason"] == "The machine is in repair"


def test_who_has_not_answered_by_the_deadline_is_not_waited_for(federation: FederationSimulator, three: Three):
    federation.open_run(quorum=2, deadline_seconds=60)
    federation.play("KNH", "MTRH")
    assert federation.run()["state"] == "inviting"
    federation.clock.pass_by(seconds=60)
    federation.director.rounds.advance()
    assert federation.run()["current"]["number"] == 1
    three[1].take_part()  # it answers after all
    federation.play()
    assert federation.run()["current"]["returned"] == ["KNH", "KUTRRH", "MTRH"]


def test_a_restart_at_each_step_goes_on(federation: FederationSimulator, three: Three):
    federation.open_run(rounds=2)
    for name in ("KNH", "KUTRRH", "MTRH") * 3:
        federation.restart()
        federation.play(name)
    assert (federation.run()["state"], federation.run()["published"]) == ("finished", 2)


def test_what_was_closed_before_the_power_went_is_combined_after_it(
    federation: FederationSimulator, three: Three, monkeypatch: pytest.MonkeyPatch
):
    federation.open_run()
    federation.play()
    with monkeypatch.context() as power:
        power.setattr(Models, "combine_round", lambda *_: None)
        for each in three:
            each.take_part()
        assert federation.run()["current"]["state"] == "aggregating"
        federation.stop()
    federation._start()
    federation.director.rounds.advance()
    assert federation.run()["state"] == "finished"


def test_a_hostile_update_is_set_aside_in_a_round_too(tmp_path):
    with FederationSimulator(tmp_path / "director") as federation:
        for name in ("Embu", "KNH", "KUTRRH", "Mbagathi", "MTRH"):
            federation.enrol(name).send_statistics()
        federation.open_run()
        federation.play()
        knh = federation.hospitals["KNH"]
        for name in federation.hospitals:
            if name != "KNH":
                federation.hospitals[name].take_part()
        assignment = knh.work()["assignment"]
        far = knh.gone_too_far(30)
        far.metadata |= {"base": assignment["base"], "round": assignment["n"]}
        assert knh.upload(far).status_code == 201
        federation.director.rounds.advance()
        model = federation.http.get("/global_models/1", headers=federation.admin).json()
        assert [each["envoy_name"] for each in model["quarantined"]] == ["KNH"]
        assert federation.run()["state"] == "finished"


def test_a_round_of_nothing_new_fails_with_the_reasons(federation: FederationSimulator, three: Three):
    federation.open_run()
    federation.play()
    for each in three:
        parcel = each.update(assignment := each.work()["assignment"])
        parcel.model = each.blob(assignment["model_sha256"])
        assert each.upload(parcel).status_code == 201
    federation.director.rounds.advance()
    assert federation.run()["current"]["state"] == "failed"
    assert federation.run()["reason"].endswith("Of what returned 0 updates move the model; the quorum is 3.")
    assert "nothing was learned" in federation.run()["current"]["details"]


def test_a_version_that_must_be_confirmed_holds_the_next_round_back_until_it_is(tmp_path):
    with FederationSimulator(tmp_path / "director", publish="confirmed") as federation:
        hospitals = [federation.enrol(name) for name in ("KNH", "MTRH")]
        for each in hospitals:
            each.send_statistics()
        federation.open_run(rounds=2)
        federation.play()
        federation.play()
        assert federation.run()["current"]["state"] == "waiting"
        assert all(each.work()["assignment"] is None for each in hospitals)
        for each in hospitals:
            word = {"answer": "accept"}
            federation.http.post("/global_models/1/answers", json=word, headers=each.headers)
        federation.director.rounds.advance()
        run = federation.run()
        assert (run["published"], run["current"]["number"], run["current"]["state"]) == (1, 2, "collecting")


def test_a_round_whose_base_is_no_longer_current_fails_and_a_new_one_begins_from_what_is(
    federation: FederationSimulator, three: Three
):
    for nudge in (1, 2):
        federation.train_and_upload(nudge)
        assert federation.aggregate().status_code == 201
    federation.open_run()
    federation.play()
    assert federation.http.post("/global_models/1/publish", headers=federation.admin).status_code == 200
    federation.play()
    run = federation.run()
    assert run["reason"] == "Round 1 failed: Another version became the current one while this round was under way."
    federation.http.post("/runs/1/resume", headers=federation.admin)
    federation.director.rounds.advance()
    assert three[0].work()["assignment"]["global_version"] == 1
    federation.play()
    assert federation.run()["state"] == "finished"
    assert federation.http.get("/global_models/3", headers=federation.admin).json()["parent"] == 1


def test_cut_points_that_moved_pause_the_run(federation: FederationSimulator, three: Three):
    federation.open_run()
    federation.stop()
    moved = {TaskName("diagnosis_count"): TaskSettings(cut_points=(3.0, 9.0))}
    federation.settings = federation.settings.model_copy(update={"tasks": moved})
    federation._start()
    federation.play()
    run = federation.run()
    assert (run["state"], run["reason"]) == (
        "paused", "The task is defined in another way than when the run was opened.",
    )  # fmt: skip


def test_nothing_is_due_where_nothing_is_open_and_a_deadline_is_named_where_something_is(
    federation: FederationSimulator, three: Three
):
    assert federation.director.rounds.advance() is None
    federation.open_run(deadline_seconds=60)
    due = federation.director.rounds.advance()
    assert due is not None
    assert (due - federation.clock.now).total_seconds() == 60
    federation.director.rounds.close(LOCAL_ADMIN, 1, None)
    assert federation.director.rounds.advance() is None
