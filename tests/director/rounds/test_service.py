"""Opening, answering, pausing, resuming and closing runs."""

import pytest

from tests.federation_simulator import FederationSimulator, SimulatedHospital

Three = list[SimulatedHospital]


def asked(federation: FederationSimulator, path: str, **body: object) -> tuple[int, dict[str, object]]:
    answer = federation.http.post(path, json=body, headers=federation.admin)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("request_", "status", "sentence"),
    [
        pytest.param({"quorum": 4}, 409, "A quorum of 4 can't be reached: 3 hospitals are invited.", id="quorum"),
        pytest.param({"strategy": "magic"}, 422, "There is no strategy 'magic'.", id="strategy"),
        pytest.param({"envoys": ["Nobody"]}, 404, "There is no hospital 'Nobody' in this federation.", id="hospital"),
        pytest.param({"task": "other"}, 404, "There is no task 'other' here.", id="task"),
    ],
)
def test_what_can_not_be_is_refused(
    federation: FederationSimulator, three: Three, request_: dict[str, object], status: int, sentence: str
):
    assert asked(federation, "/runs", **request_)[0] == status
    assert asked(federation, "/runs", **request_)[1]["detail"] == sentence
    assert federation.http.get("/runs", headers=federation.admin).json()["items"] == []


def test_nobody_is_invited_to_an_empty_federation(federation: FederationSimulator):
    assert asked(federation, "/runs")[1]["detail"] == "A quorum of 0 can't be reached: 0 hospitals are invited."


def test_one_run_of_a_task_at_a_time(federation: FederationSimulator, three: Three):
    federation.open_run()
    status, answer = asked(federation, "/runs")
    assert (status, answer["detail"]) == (409, "Run 1 of diagnosis_count is inviting: one run of a task at a time.")


def test_a_disabled_hospital_is_not_invited_unless_named_and_then_refused(
    federation: FederationSimulator, three: Three
):
    federation.http.post("/envoys/MTRH/disable", headers=federation.admin)
    assert asked(federation, "/runs", envoys=["MTRH"])[1]["detail"] == "MTRH is disabled."
    assert [each["envoy_name"] for each in federation.open_run()["hospitals"]] == ["KNH", "KUTRRH"]


def test_a_repeated_request_with_its_key_opens_one_run(federation: FederationSimulator, three: Three):
    headers = {**federation.admin, "Idempotency-Key": "once"}
    answers = [federation.http.post("/runs", json={}, headers=headers).json()["id"] for _ in range(2)]
    assert answers == [1, 1]


def test_a_paused_run_asks_how_many_patients_fit_and_opens_nothing_until_it_is_resumed(
    federation: FederationSimulator, three: Three
):
    federation.open_run(paused=True)
    federation.play()
    run = federation.run()
    assert (run["state"], run["current"]) == ("paused", None)
    assert [each["patients"] for each in run["hospitals"]] == [50, 51, 52]
    assert asked(federation, "/runs/1/resume")[1]["state"] == "inviting"
    federation.director.rounds.advance()
    assert federation.run()["current"]["state"] == "collecting"


def test_pausing_lets_the_round_under_way_end_and_opens_no_other(federation: FederationSimulator, three: Three):
    federation.open_run(rounds=3)
    federation.play()
    assert asked(federation, "/runs/1/pause", reason="A holiday")[1]["reason"] == "A holiday"
    assert asked(federation, "/runs/1/pause", reason="Again")[1]["reason"] == "A holiday"
    federation.play()
    run = federation.run()
    assert (run["state"], run["published"], run["current"]["state"]) == ("paused", 1, "published")
    for _ in range(2):
        assert asked(federation, "/runs/1/resume")[0] == 200
    federation.director.rounds.advance()
    assert federation.run()["current"]["number"] == 2


def test_closing_ends_the_round_under_way_and_keeps_what_was_published(federation: FederationSimulator, three: Three):
    federation.open_run(rounds=3)
    federation.play()
    federation.play()
    assert asked(federation, "/runs/1/close", reason="Enough")[1]["state"] == "closed"
    assert federation.round(2)["state"] == "failed"
    assert three[0].work()["assignment"] is None
    assert federation.http.get("/global_models/1", headers=federation.admin).json()["published"]
    for act in ("pause", "resume", "close"):
        assert asked(federation, f"/runs/1/{act}")[1]["detail"] == "Run 1 is closed."


def test_a_hospital_may_change_its_mind_and_the_same_word_again_is_told_once(
    federation: FederationSimulator, three: Three
):
    federation.open_run()
    for choice in ("take_part", "take_part", "refuse", "take_part"):
        assert three[0].answer_run(1, choice, reason="So").status_code == 201
    assert [line["choice"] for line in federation.log_lines("run.answer")] == [
        "take_part",
        "refuse",
        "take_part",
    ]


def test_a_refusal_takes_a_reason_and_few_patients_are_not_told(federation: FederationSimulator, three: Three):
    federation.open_run()
    assert three[0].answer_run(1, "refuse").status_code == 422
    assert three[0].answer_run(1, patients=10).status_code == 422
    assert three[0].answer_run(1, patients=None).status_code == 201


def test_who_is_not_invited_can_not_answer(federation: FederationSimulator, three: Three):
    federation.open_run(envoys=["KNH"])
    assert three[1].answer_run(1).json()["detail"] == "KUTRRH was not invited to run 1."


def test_while_a_round_is_under_way_nobody_else_moves_the_model_on(federation: FederationSimulator, three: Three):
    federation.train_and_upload()
    federation.open_run()
    federation.play()
    refused = federation.aggregate()
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "Round 1 of run 1 is under way" in refused.json()["detail"]
    assert federation.aggregate(dry_run=True).status_code == 200
    federation.http.post("/runs/1/close", headers=federation.admin)
    assert federation.aggregate().status_code == 201
