"""Tokens over HTTP."""

from typing import Any

import pytest

from tests.director.api.pages import every_item
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def issue(federation: FederationSimulator, **request: Any) -> dict[str, Any]:
    answer = federation.http.post("/tokens", json={"role": "analyst", **request}, headers=federation.admin)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_tokens_are_listed_in_pages_without_their_secrets(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    issued = [issue(federation) for _ in range(3)]
    found = every_item(federation.http, "/tokens", federation.admin, limit=1, role="analyst")
    assert {each["id"] for each in found} == {each["id"] for each in issued}
    assert not [each for each in issued if each["token"] in str(found)]
    (own,) = every_item(federation.http, "/tokens", federation.admin, limit=50, envoy_name="kutrrh")
    assert (own["role"], own["envoy_name"]) == ("hospital", "KUTRRH")


def test_a_token_holds_as_long_as_is_asked_for(federation: FederationSimulator) -> None:
    headers = {"Authorization": f"Bearer {issue(federation, expires_in_seconds=60)['token']}"}
    assert federation.http.get("/tasks", headers=headers).status_code == 200
    federation.clock.pass_by(seconds=61)
    assert federation.http.get("/tasks", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("request_", "seconds"), [({}, 24 * 3600), ({"json": {}}, 24 * 3600), ({"json": {"overlap_seconds": 0}}, 0)]
)
def test_a_rotated_token_holds_for_the_overlap_that_is_asked_for(
    federation: FederationSimulator, request_: dict[str, Any], seconds: int
) -> None:
    old = issue(federation)
    new = federation.http.post(f"/tokens/{old['id']}/rotate", headers=federation.admin, **request_)
    assert (new.status_code, new.json()["id"] != old["id"]) == (201, True)
    federation.clock.pass_by(seconds=max(seconds - 1, 0))
    headers = [{"Authorization": f"Bearer {each['token']}"} for each in (old, new.json())]
    answers = [federation.http.get("/tasks", headers=each).status_code for each in headers]
    assert answers == [200 if seconds else 401, 200]
    federation.clock.pass_by(seconds=2)
    assert federation.http.get("/tasks", headers=headers[0]).status_code == 401


def test_a_hospital_rotates_and_revokes_its_own_token_and_no_other(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    rotated = federation.http.post("/tokens/self/rotate", headers=hospital.headers)
    assert rotated.status_code == 201, rotated.text
    new = {"Authorization": f"Bearer {rotated.json()['token']}"}
    assert (rotated.json()["envoy_name"], rotated.json()["role"]) == ("KUTRRH", "hospital")
    answers = [federation.http.get("/tasks", headers=each).status_code for each in (hospital.headers, new)]
    assert answers == [200, 200]
    for headers in (federation.admin, federation.analyst):
        assert federation.http.post("/tokens/self/rotate", headers=headers).status_code == 403
        assert federation.http.delete("/tokens/self", headers=headers).status_code == 403
    ended = federation.http.delete("/tokens/self", headers=new)
    assert (ended.status_code, ended.json()["id"], ended.json()["holds"]) == (200, rotated.json()["id"], False)
    answers = [federation.http.get("/tasks", headers=each).status_code for each in (hospital.headers, new)]
    assert answers == [401, 401]


def test_a_revoked_token_is_shut_out_at_once_and_revoking_again_is_no_error(federation: FederationSimulator) -> None:
    token = issue(federation)
    first, again = (federation.http.delete(f"/tokens/{token['id']}", headers=federation.admin) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["revoked_at"] == again.json()["revoked_at"] is not None
    headers = {"Authorization": f"Bearer {token['token']}"}
    assert federation.http.get("/tasks", headers=headers).status_code == 401
    assert federation.http.delete("/tokens/nothing", headers=federation.admin).status_code == 404
