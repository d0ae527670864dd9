"""What waits for a second admin is done by two persons, or not at all."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from contract.messages.global_models import AggregationRequest
from contract.messages.proposals import Proposal
from contract.names import EnvoyName, TaskName
from director.members.access import LOCAL_ADMIN
from director.records.proposal_schema import ProposalRow
from director.records.schema import StatisticsRow, SubmissionRow
from director.records.verdicts import QUARANTINED
from tests.director.proposals.conftest import REASON, Two
from tests.federation_simulator import FederationSimulator

TASK = TaskName("diagnosis_count")


def current(two: Two) -> int | None:
    answer = two.ask(two.amina, "GET", "/global_models/current")
    return answer.json()["version"] if answer.status_code == 200 else None


def in_quarantine(two: Two, kind: type[SubmissionRow] | type[StatisticsRow]) -> dict[str, object]:
    with two.federation.director.database.write() as session:
        row: Any = session.scalars(select(kind).join(kind.envoy).limit(1)).one()
        row.verdict, row.decision = QUARANTINED, None
        return {"id": row.id, "envoy": row.envoy.name, "version": row.version}


def verdict_of(two: Two, submission: object) -> str:
    return str(two.ask(two.amina, "GET", f"/submissions/{submission}").json()["verdict"])


def test_a_version_that_one_asks_for_waits_and_is_current_once_another_approves(two: Two) -> None:
    made = two.post(two.amina, "/aggregations", {})
    assert (made.status_code, made.json()["published"], made.json()["waiting"]) == (201, False, True)
    assert made.json()["notes"][-1] == "Global model 1 waits for a second admin: propose to publish it."
    assert current(two) is None
    answer = two.post(two.amina, "/global_models/1/publish", REASON)
    assert answer.status_code == 202
    proposal = Proposal.model_validate_json(answer.content)
    assert (proposal.act, proposal.subject, proposal.state, proposal.person) == (
        "publish", "diagnosis_count 1", "open", "Amina Otieno",
    )  # fmt: skip
    assert (proposal.request, proposal.reason) == ({"task": "diagnosis_count", "version": 1}, REASON["reason"])
    assert proposal.is_own
    assert current(two) is None
    approved = two.approve(two.baraka, proposal.id)
    assert approved.status_code == 200, approved.text
    found = Proposal.model_validate_json(approved.content)
    assert (found.state, found.decided_person, found.is_own) == ("approved", "Baraka Mwangi", False)
    assert found.decided_by != found.proposed_by
    assert current(two) == 1
    # one act by the second, after the first one's; its record names the first
    assert two.acts("proposal.make", "proposal.approve", "model.publish") == [
        ("proposal.make", found.proposed_by),
        ("proposal.approve", found.decided_by),
        ("model.publish", found.decided_by),
    ]
    (line,) = two.federation.log_lines("proposal.approve")
    assert line["proposed_by"] == found.proposed_by


def test_nobody_approves_their_own_whatever_token_they_take(two: Two) -> None:
    number = two.post(two.amina, "/envoys/KNH/disable").json()["id"]
    for spelled in ("Amina Otieno", " amina  OTIENO", "\uff21mina Otieno", "Amina\u200b Otieno"):
        again = two.federation.admin_called(spelled)
        answer = two.approve(again, number)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert two.ask(again, "GET", "/proposals").json()["items"][0]["is_own"]
    assert two.approve(two.amina, number).status_code == 403
    assert two.ask(two.amina, "GET", "/envoys/KNH").json()["state"] == "active"
    assert two.acts("proposal.approve", "envoy.disable") == []


def test_two_tokens_that_name_nobody_prove_no_two_persons(two: Two) -> None:
    nobody = two.federation.admin
    refused = two.post(nobody, "/envoys/KNH/disable")
    assert (refused.status_code, refused.json()["hint"]) == (
        403, "Issue each admin a token of their own: fl-director token issue --role admin --person NAME",
    )  # fmt: skip
    number = two.post(two.amina, "/envoys/KNH/disable").json()["id"]
    answer = two.approve(nobody, number)
    assert answer.status_code == 403
    assert "--person" in answer.json()["hint"]
    assert two.ask(two.amina, "GET", "/proposals").json()["items"][0]["state"] == "open"
    assert two.ask(two.amina, "GET", "/envoys/KNH").json()["state"] == "active"


def test_models_and_reports_are_released_and_hospitals_disabled_by_two(two: Two) -> None:
    model, report = in_quarantine(two, SubmissionRow), in_quarantine(two, StatisticsRow)
    path = f"/statistics/{report['envoy']}/{report['version']}/release"
    asked = [
        two.post(two.amina, f"/submissions/{model['id']}/release", REASON),
        two.post(two.amina, path, REASON),
        two.post(two.amina, "/envoys/embu/disable"),
    ]
    assert [answer.status_code for answer in asked] == [202, 202, 202]
    proposals = [answer.json() for answer in asked]
    assert [each["subject"] for each in proposals] == [
        model["id"], f"{report['envoy']} diagnosis_count {report['version']}", "Embu",
    ]  # fmt: skip
    assert verdict_of(two, model["id"]) == "quarantined"
    for each in proposals:
        assert two.approve(two.baraka, each["id"]).status_code == 200
    assert verdict_of(two, model["id"]) == "admitted"
    decision = two.ask(two.amina, "GET", f"/submissions/{model['id']}").json()["decision"]
    assert decision["reason"] == REASON["reason"]
    listed = two.ask(two.amina, "GET", "/statistics").json()["items"]
    assert {each["verdict"] for each in listed} == {"admitted"}
    assert two.ask(two.amina, "GET", "/envoys/Embu").json()["state"] == "disabled"


def test_the_same_again_is_the_same_proposal_and_anothers_is_told_of_it(two: Two) -> None:
    first = two.post(two.amina, "/envoys/KNH/disable").json()
    again = two.post(two.federation.admin_called("amina otieno"), "/envoys/knh/disable")
    assert (again.status_code, again.json()["id"]) == (202, first["id"])
    other = two.post(two.baraka, "/envoys/KNH/disable")
    assert (other.status_code, other.json()["facts"]["proposal"]) == (409, first["id"])
    model = in_quarantine(two, SubmissionRow)["id"]
    assert two.post(two.amina, f"/submissions/{model}/release", REASON).status_code == 202
    assert two.post(two.amina, f"/submissions/{model}/release", {"reason": "another"}).status_code == 409
    assert [each[0] for each in two.acts("proposal.make")] == ["proposal.make"] * 2
    assert two.decline(two.amina, first["id"]).status_code == 200
    assert two.post(two.baraka, "/envoys/KNH/disable").json()["id"] > first["id"]


def test_the_other_declines_and_whoever_proposed_withdraws_and_that_is_the_end(two: Two) -> None:
    for who, state, act in (
        (two.baraka, "declined", "proposal.decline"),
        (two.amina, "withdrawn", "proposal.withdraw"),
    ):
        number = two.post(two.amina, "/envoys/KNH/disable").json()["id"]
        answer = two.decline(who, number)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["state"], found["decision_reason"]) == (state, REASON["reason"])
        assert len(two.acts(act)) == 1
        for after in (two.approve(two.baraka, number), two.decline(two.amina, number)):
            assert (after.status_code, after.json()["facts"]["state"]) == (409, state)
    assert two.acts("envoy.disable") == []


def test_a_proposal_ends_by_itself(two: Two) -> None:
    number = two.post(two.amina, "/envoys/KNH/disable").json()["id"]
    two.federation.clock.pass_by(days=7, seconds=-1)
    assert [each["state"] for each in two.ask(two.amina, "GET", "/proposals?state=open").json()["items"]] == ["open"]
    two.federation.clock.pass_by(seconds=1)
    for state, found in (("open", []), ("expired", [number]), ("approved", [])):
        listed = two.ask(two.amina, "GET", f"/proposals?state={state}").json()["items"]
        assert [each["id"] for each in listed] == found
    answer = two.approve(two.baraka, number)
    assert (answer.status_code, answer.json()["facts"]["state"]) == (409, "expired")
    anew = two.post(two.amina, "/envoys/KNH/disable").json()
    assert (anew["id"] > number, anew["state"]) == (True, "open")


def test_what_can_not_be_done_is_not_proposed(two: Two) -> None:
    two.post(two.amina, "/aggregations", {})
    listed = two.ask(two.amina, "GET", "/submissions").json()["items"]
    for path, body, status in (
        ("/global_models/9/publish", REASON, 404),
        ("/global_models/1/publish?task=no_such", REASON, 404),
        ("/global_models/1/publish", {}, 422),  # it was never confirmed: that takes a reason
        (f"/submissions/{'0' * 16}/release", REASON, 404),
        (f"/submissions/{listed[0]['id']}/release", REASON, 409),
        ("/statistics/KNH/1/release", REASON, 409),
        ("/statistics/KNH/7/release", REASON, 404),
        ("/envoys/Nobody/disable", None, 404),
    ):
        assert two.post(two.amina, path, body).status_code == status, path
    assert two.ask(two.amina, "GET", "/proposals").json()["items"] == []


def test_what_can_no_longer_be_done_is_not_done_and_stays_open(two: Two) -> None:
    model = in_quarantine(two, SubmissionRow)["id"]
    number = two.post(two.amina, f"/submissions/{model}/release", REASON).json()["id"]
    assert two.post(two.amina, f"/submissions/{model}/reject", REASON).status_code == 200
    answer = two.approve(two.baraka, number)
    assert (answer.status_code, answer.json()["facts"]["verdict"]) == (409, "rejected")
    assert two.acts("proposal.approve") == []
    assert two.ask(two.amina, "GET", "/proposals").json()["items"][0]["state"] == "open"
    assert two.decline(two.baraka, number).json()["state"] == "declined"


def test_what_is_so_already_waits_for_nobody(published: Two) -> None:
    again = published.post(published.baraka, "/global_models/1/publish")
    assert (again.status_code, again.json()["version"]) == (200, 1)
    number = published.post(published.amina, "/envoys/KNH/disable").json()["id"]
    published.approve(published.baraka, number)
    again = published.post(published.amina, "/envoys/knh/disable")
    assert (again.status_code, again.json()["state"]) == (200, "disabled")
    assert published.ask(published.amina, "GET", "/proposals?state=open").json()["items"] == []


def test_approving_two_versions_in_the_wrong_order_takes_nothing_back(published: Two) -> None:
    for version in (2, 3):
        published.federation.train_and_upload(version)
        published.federation.clock.pass_by(minutes=1)
        published.post(published.amina, "/aggregations", {})
    numbers = [
        published.post(published.amina, f"/global_models/{version}/publish", REASON).json()["id"] for version in (2, 3)
    ]
    published.federation.clock.pass_by(minutes=1)
    assert published.approve(published.baraka, numbers[1]).status_code == 200
    refused = published.approve(published.baraka, numbers[0])
    assert (refused.status_code, refused.json()["facts"]) == (409, {"version": 2, "current": 3})
    assert current(published) == 3
    assert published.post(published.amina, "/global_models/2/publish", REASON).status_code == 409
    assert published.decline(published.amina, numbers[0]).status_code == 200
    wanted = published.post(published.amina, "/global_models/2/publish", REASON).json()["id"]
    assert published.approve(published.baraka, wanted).status_code == 200
    assert current(published) == 2


def test_nothing_is_done_of_what_a_revoked_token_proposed(two: Two) -> None:
    proposal = two.post(two.amina, "/envoys/KNH/disable").json()
    token = proposal["proposed_by"].rpartition(":")[2]
    assert two.ask(two.baraka, "DELETE", f"/tokens/{token}").status_code == 200
    answer = two.approve(two.baraka, proposal["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "revoked" in answer.json()["detail"]
    again = two.post(two.federation.admin_called("Amina Otieno"), "/envoys/KNH/disable")
    assert (again.status_code, "revoked" in again.json()["detail"]) == (409, True)
    assert two.ask(two.baraka, "GET", "/envoys/KNH").json()["state"] == "active"
    assert two.decline(two.baraka, proposal["id"]).json()["state"] == "declined"


def test_a_version_that_was_damaged_meanwhile_is_not_published(two: Two) -> None:
    made = two.post(two.amina, "/aggregations", {}).json()
    number = two.post(two.amina, "/global_models/1/publish", REASON).json()["id"]
    two.federation.file("blobs", made["sha256"][:2], made["sha256"]).write_bytes(b"damaged")
    answer = two.approve(two.baraka, number)
    assert (answer.status_code, answer.json()["code"]) == (503, "artifact_damaged")
    assert current(two) is None


def test_whoever_works_on_the_data_folder_is_not_asked_for_a_second(published: Two) -> None:
    director = published.federation.director
    published.federation.train_and_upload(1)
    model, is_new = director.models.aggregate(LOCAL_ADMIN, AggregationRequest())
    assert (is_new, model.published, model.version) == (True, True, 2)
    rolled_back = director.proposals.publish(LOCAL_ADMIN, TASK, 1, None)
    assert not isinstance(rolled_back, Proposal)
    assert current(published) == 1
    disabled = director.proposals.disable_hospital(LOCAL_ADMIN, EnvoyName("KNH"))
    assert not isinstance(disabled, Proposal)
    assert disabled.state == "disabled"


def test_a_rollback_waits_too(published: Two) -> None:
    published.federation.train_and_upload(1)
    assert published.post(published.baraka, "/aggregations", {}).json()["published"] is False
    number = published.post(published.baraka, "/global_models/2/publish", REASON).json()["id"]
    assert published.approve(published.amina, number).status_code == 200
    assert published.post(published.amina, "/global_models/1/publish").status_code == 202
    assert current(published) == 2


def test_a_round_publishes_as_before(published: Two) -> None:
    federation = published.federation
    federation.open_run(rounds=1)
    for _ in range(2):
        federation.play()
    assert federation.run()["published"] == 1
    assert current(published) == 2


def test_where_versions_must_be_confirmed_the_hospitals_word_still_publishes(tmp_path: Path) -> None:
    with FederationSimulator(tmp_path / "director", two_admins=("publish",), publish="confirmed") as federation:
        hospital = federation.enrol("KNH")
        hospital.train_and_upload()
        assert federation.aggregate().json()["waiting"]
        federation.http.post("/global_models/1/answers", json={"answer": "accept"}, headers=hospital.headers)
        assert federation.http.get("/global_models/current", headers=federation.admin).json()["version"] == 1


def test_where_publishing_takes_one_the_hospitals_word_does_not_stand_for_the_second_admin(two: Two) -> None:
    two.post(two.amina, "/aggregations", {})
    for each in two.federation.hospitals.values():
        two.federation.http.post("/global_models/1/answers", json={"answer": "accept"}, headers=each.headers)
    assert current(two) is None


@pytest.mark.parametrize("named", [("publish",), ("release",), ("disable",), ()])
def test_only_what_is_set_waits(tmp_path: Path, named: tuple[str, ...]) -> None:
    with FederationSimulator(tmp_path / "director", two_admins=named, proposal_days=2) as federation:
        amina = federation.admin_called("Amina")
        federation.enrol("KNH").train_and_upload()
        made = federation.http.post("/aggregations", json={}, headers=amina).json()
        assert made["published"] == ("publish" not in named)
        asked = {
            "publish": federation.http.post("/global_models/1/publish", json=REASON, headers=amina),
            "disable": federation.http.post("/envoys/KNH/disable", headers=amina),
        }
        for act, answer in asked.items():
            assert answer.status_code == (202 if act in named else 200), act
        with federation.director.database.read() as session:
            for row in session.scalars(select(ProposalRow)):
                assert (row.expires_at - row.proposed_at).days == 2


def test_hospitals_see_what_was_done_and_nothing_of_who_had_to_agree(two: Two) -> None:
    number = two.post(two.amina, "/envoys/Embu/disable").json()["id"]
    two.approve(two.baraka, number)
    knh = two.federation.hospitals["KNH"]
    for path in ("/proposals", f"/proposals/{number}/approve"):
        method = "POST" if path.endswith("approve") else "GET"
        assert two.federation.http.request(method, path, headers=knh.headers).status_code == 403
    told = two.federation.http.get("/events?after=0&seconds=0", headers=knh.headers).text
    assert "proposal." not in told
    assert "Amina" not in told
