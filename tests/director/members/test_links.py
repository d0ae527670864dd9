"""One-time sign-in links: they work once and for 15 minutes, with a token whose secret nobody has."""

from typing import Any

import pytest

from contract.names import EnvoyName
from director.errors import MalformedRequestError, UnknownEnvoyError
from director.members.access import LOCAL_ADMIN
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def follow(federation: FederationSimulator, code: str) -> Any:
    return federation.http.post("/session", json={"link": code})


def test_a_link_signs_an_admin_in_once(federation: FederationSimulator) -> None:
    link = federation.director.people.make_link(LOCAL_ADMIN, person="Jane Wanjiru")
    answer = follow(federation, f" {link.code}\n")
    said = answer.json()
    assert (answer.status_code, said["role"], said["person"]) == (201, "admin", "Jane Wanjiru")
    assert said["token_id"] == link.token_id
    again = follow(federation, link.code)
    unknown = follow(federation, "nobodys")
    assert (again.status_code, unknown.status_code) == (401, 401)
    assert again.json()["detail"] == unknown.json()["detail"]
    (opened,) = federation.log_lines("session.open")
    assert (opened["actor"], opened["by_link"]) == (f"admin:{link.token_id}", True)


def test_a_link_holds_a_quarter_of_an_hour_and_its_token_as_long_as_a_session(federation: FederationSimulator) -> None:
    late, used = (federation.director.people.make_link(LOCAL_ADMIN) for _ in range(2))
    federation.clock.pass_by(minutes=14, seconds=59)
    cookie = {"Cookie": follow(federation, used.code).headers["set-cookie"].partition(";")[0]}
    federation.clock.pass_by(seconds=1)
    assert follow(federation, late.code).status_code == 401
    assert federation.http.get("/session", headers=cookie).json()["expires_at"] == "2026-01-01T20:00:00Z"


def test_a_link_ends_with_its_token(federation: FederationSimulator) -> None:
    link = federation.director.people.make_link(LOCAL_ADMIN)
    federation.director.members.revoke_token(LOCAL_ADMIN, link.token_id)
    assert follow(federation, link.code).status_code == 401


def test_a_link_is_for_a_person_of_any_role(federation: FederationSimulator, hospital: SimulatedHospital) -> None:
    people, kutrrh = federation.director.people, EnvoyName("KUTRRH")
    link = people.make_link(LOCAL_ADMIN, "staff", kutrrh, "Jane Wanjiru")
    assert follow(federation, link.code).json()["envoy_name"] == "KUTRRH"
    with pytest.raises(MalformedRequestError, match="person"):
        people.make_link(LOCAL_ADMIN, "hospital", kutrrh)
    with pytest.raises(MalformedRequestError):
        people.make_link(LOCAL_ADMIN, "staff", kutrrh)
    with pytest.raises(UnknownEnvoyError):
        people.make_link(LOCAL_ADMIN, "staff", EnvoyName("KNH"), "Jane Wanjiru")


def test_codes_that_do_not_hold_count_as_guesses_and_those_that_do_cost_nothing(tmp_path: Any) -> None:
    with FederationSimulator(tmp_path / "director", guesses_per_minute=2) as federation:
        for _ in range(4):
            assert follow(federation, federation.director.people.make_link(LOCAL_ADMIN).code).status_code == 201
        assert [follow(federation, "nobodys").status_code for _ in range(3)] == [401, 401, 429]


def test_the_code_is_on_no_record(federation: FederationSimulator) -> None:
    link = federation.director.people.make_link(LOCAL_ADMIN)
    follow(federation, link.code)
    kept = [path for path in federation.folder.rglob("*") if path.is_file()]
    assert {"director.db", "director.log"} <= {path.name for path in kept}
    assert [path for path in kept if link.code.encode() in path.read_bytes()] == []
    (made,) = federation.log_lines("session.link")
    assert made["token_id"] == link.token_id
