"""Which round takes an update, and what becomes of one that comes too late."""

import pytest

from tests.federation_simulator import FederationSimulator, SimulatedHospital

Three = list[SimulatedHospital]


@pytest.fixture
def collecting(federation: FederationSimulator, three: Three) -> FederationSimulator:
    """A round waits for three updates."""
    federation.open_run(rounds=3, quorum=2, deadline_seconds=60)
    federation.play()
    return federation


def test_an_update_is_the_hospitals_current_model_too(collecting: FederationSimulator, three: Three):
    three[0].take_part()
    assert collecting.file("received_results", "KNH", "model.pt").is_file()
    assert collecting.round(1)["returned"] == ["KNH"]


def test_the_same_update_again_changes_nothing_and_another_one_is_refused(
    collecting: FederationSimulator, three: Three
):
    assignment = three[0].work()["assignment"]
    first = three[0].update(assignment)
    assert [three[0].upload(first).status_code for _ in range(2)] == [201, 200]
    other = three[0].upload(three[0].update(assignment, nudge=5))
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert "returned another update" in other.json()["detail"]
    assert collecting.round(1)["returned"] == ["KNH"]


def close_without(federation: FederationSimulator, away: SimulatedHospital) -> None:
    federation.play(*(name for name in federation.hospitals if name != away.name))
    federation.clock.pass_by(seconds=61)
    federation.director.rounds.advance()


def test_what_comes_too_late_is_refused_with_a_sentence_and_on_record(collecting: FederationSimulator, three: Three):
    late = three[1].update(three[1].work()["assignment"])
    close_without(collecting, three[1])
    answer = three[1].upload(late)
    assert (answer.status_code, answer.json()["code"]) == (409, "round_closed")
    assert answer.json()["detail"] == "Round 1 of run 1 takes no further update: it is published."
    (told,) = collecting.log_lines("round.refuse")
    assert told["envoy"] == "KUTRRH"
    assert not collecting.file("received_results", "KUTRRH", "model.pt").exists()


def test_where_the_run_carries_late_ones_they_count_in_the_round_that_is_open(
    federation: FederationSimulator, three: Three
):
    federation.open_run(rounds=2, quorum=2, deadline_seconds=60, late="carry")
    federation.play()
    late = three[1].update(three[1].work()["assignment"])
    close_without(federation, three[1])
    assert three[1].upload(late).status_code == 201
    assert three[1].work()["assignment"] is None
    assert federation.round(2)["returned"] == ["KUTRRH"]
    federation.play()
    model = federation.http.get("/global_models/2", headers=federation.admin).json()
    assert [each["envoy_name"] for each in model["inputs"]] == ["KNH", "KUTRRH", "MTRH"]
    (told,) = [line for line in federation.log_lines("round.return") if line.get("late")]
    assert told["envoy"] == "KUTRRH"


def test_an_update_of_an_attempt_that_failed_counts_in_the_next_where_late_ones_are_carried(
    federation: FederationSimulator, three: Three
):
    federation.open_run(rounds=1, quorum=3, deadline_seconds=60, late="carry")
    federation.play()
    late = three[1].update(three[1].work()["assignment"])
    close_without(federation, three[1])
    federation.http.post("/runs/1/resume", headers=federation.admin)
    federation.director.rounds.advance()
    assert three[1].upload(late).status_code == 201
    assert federation.run()["current"]["returned"] == ["KUTRRH"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        pytest.param({"round": 99}, 404, "not_found", id="no such round"),
        pytest.param({"base": "0" * 64}, 409, "base_unknown", id="another base"),
        pytest.param({"round": 0}, 400, "malformed_request", id="no round at all"),
    ],
)
def test_what_fits_no_round_is_refused(
    collecting: FederationSimulator, three: Three, change: dict[str, object], status: int, code: str
):
    parcel = three[0].update(three[0].work()["assignment"])
    parcel.metadata |= change
    answer = three[0].upload(parcel)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert collecting.round(1)["returned"] == []


def test_who_was_not_invited_or_refused_has_no_place(federation: FederationSimulator, three: Three):
    federation.open_run(envoys=["KNH", "KUTRRH"], quorum=1)
    three[0].answer_run(1)
    three[1].answer_run(1, "refuse", reason="No time")
    federation.director.rounds.advance()
    assignment = three[0].work()["assignment"]
    for each, why in ((three[1], "has not said that it takes part"), (three[2], "was not invited")):
        answer = each.upload(each.update(assignment))
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert why in answer.json()["detail"]


def test_a_hospital_that_trains_on_other_patients_is_named_to_the_admin_alone(
    federation: FederationSimulator, three: Three
):
    federation.open_run(rounds=2)
    for each in three:
        each.answer_run(1, cohort="a" * 64)
    federation.director.rounds.advance()
    for each, cohort in zip(three, "aba", strict=True):
        each.upload(each.update(each.work()["assignment"], cohort=cohort * 64))
    assert federation.round(1)["changed_cohorts"] == ["KUTRRH"]
    for each, seen in zip(three, ([], ["KUTRRH"], []), strict=True):
        assert each.http.get("/rounds/1", headers=each.headers).json()["changed_cohorts"] == seen


def test_a_rejected_update_does_not_return_again(collecting: FederationSimulator, three: Three):
    parcel = three[0].update(three[0].work()["assignment"])
    parcel.metadata.pop("round")
    receipt = three[0].upload(parcel).json()
    collecting.decide("reject", receipt["id"])
    parcel.metadata["round"] = 1
    answer = three[0].upload(parcel)
    assert (answer.status_code, answer.json()["detail"]) == (409, "This very update was rejected by a person.")


def test_an_update_that_was_trained_from_an_earlier_rounds_base_is_refused(
    collecting: FederationSimulator, three: Three
):
    first = three[0].work()["assignment"]
    collecting.play()
    second = three[0].work()["assignment"]
    stale = three[0].update({**second, "base": first["base"]}, nudge=4)
    answer = three[0].upload(stale)
    assert (answer.status_code, answer.json()["code"]) == (409, "base_unknown")
    assert answer.json()["detail"] == "The update was not trained from the base of round 2 of run 1."
    assert collecting.round(2)["returned"] == []
