"""Proposals over HTTP: listed in pages, told apart by their state, decided by their number."""

import httpx2 as httpx
from starlette.responses import Response

from contract.messages.envoys import EnvoyDescription
from contract.messages.proposals import Proposal
from director.api.proposals import or_proposed
from tests.federation_simulator import FederationSimulator


def asked(federation: FederationSimulator, method: str, path: str, body: object = None) -> httpx.Response:
    return federation.http.request(method, path, json=body, headers=federation.admin)


def test_proposals_are_listed_newest_first_in_pages(federation: FederationSimulator) -> None:
    numbers = [federation.waiting_proposal(name) for name in ("KNH", "MTRH", "Embu")]
    first = asked(federation, "GET", "/proposals?limit=2").json()
    assert [each["id"] for each in first["items"]] == numbers[:0:-1]
    rest = asked(federation, "GET", f"/proposals?limit=2&cursor={first['next']}").json()
    assert ([each["id"] for each in rest["items"]], rest["next"]) == (numbers[:1], None)
    assert asked(federation, "GET", "/proposals?state=approved").json()["items"] == []
    assert asked(federation, "GET", "/proposals?state=perhaps").status_code == 422


def test_a_proposal_is_declined_with_a_reason_and_not_without(federation: FederationSimulator) -> None:
    number = federation.waiting_proposal("KNH")
    for body in ({}, {"reason": ""}, {"reason": "two\nlines"}):
        assert asked(federation, "POST", f"/proposals/{number}/decline", body).status_code == 422
    declined = asked(federation, "POST", f"/proposals/{number}/decline", {"reason": "It is back"})
    found = Proposal.model_validate_json(declined.content)
    assert (found.state, found.decision_reason, found.is_own) == ("declined", "It is back", False)


def test_a_number_that_no_proposal_has_is_not_found(federation: FederationSimulator) -> None:
    federation.name_person(federation.admin, "Baraka")
    assert asked(federation, "POST", "/proposals/7/approve").status_code == 404
    assert asked(federation, "POST", "/proposals/7/decline", {"reason": "no"}).status_code == 404
    assert asked(federation, "POST", "/proposals/0/approve").status_code == 422


def test_what_was_done_is_answered_as_it_is_and_what_waits_with_202(federation: FederationSimulator) -> None:
    federation.enrol("KNH")
    done = asked(federation, "POST", "/envoys/KNH/disable")
    assert (done.status_code, EnvoyDescription.model_validate_json(done.content).state) == (200, "disabled")
    federation.waiting_proposal("KNH")
    waiting = Proposal.model_validate(asked(federation, "GET", "/proposals").json()["items"][0])
    answer = or_proposed(waiting)
    assert isinstance(answer, Response)
    assert (answer.status_code, answer.media_type) == (202, "application/json")
    assert Proposal.model_validate_json(bytes(answer.body)) == waiting
