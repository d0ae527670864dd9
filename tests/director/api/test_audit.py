"""The audit's operations: in pages, by whole names, and all of it to take away."""

import json

import pytest

from tests.director.api.pages import every_item
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_the_audit_is_read_in_pages_newest_first(federation: FederationSimulator, hospital: SimulatedHospital) -> None:
    found = every_item(federation.http, "/audit", federation.admin, limit=2)
    assert [each["seq"] for each in found] == list(range(len(found), 0, -1))


def test_each_filter_takes_a_whole_name_and_a_moment(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    def listed(**query: str) -> list[str]:
        answer = federation.http.get("/audit", params=query, headers=federation.admin)
        return [each["act"] for each in answer.json()["items"]]

    first = federation.http.get("/audit", headers=federation.admin).json()["items"][0]
    assert listed(act=first["act"], subject=first["subject"], actor=first["actor"]) == [first["act"]]
    assert listed(act=first["act"][:-1]) == []
    assert listed(since="2026-01-01T08:00:01Z") == []
    assert federation.http.get("/audit?since=2026-01-01", headers=federation.admin).status_code == 422  # in which zone?


@pytest.mark.parametrize("number", ["0", "20260101", "-1", "1767225600.5", " 7"])
def test_a_number_is_no_moment_though_it_could_count_seconds(federation: FederationSimulator, number: str) -> None:
    refused = federation.http.get("/audit", params={"since": number}, headers=federation.admin)
    assert refused.status_code == 422
    assert "a moment is written as 2026-01-31T08:00:00Z" in refused.text


def test_the_export_is_one_line_a_record(federation: FederationSimulator, hospital: SimulatedHospital) -> None:
    answer = federation.http.get("/audit/export", headers=federation.admin)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert all(set(line) == {"digest", "record"} for line in lines)
    found = federation.http.get("/audit/verify", headers=federation.admin).json()
    assert (found["is_whole"], found["records"], found["head"]["digest"]) == (True, len(lines), lines[-1]["digest"])


def test_a_record_says_whose_token_it_was_and_the_chain_and_the_export_do_not(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    request = {"role": "admin", "person": "Jane Wanjiru"}
    token = federation.http.post("/tokens", json=request, headers=federation.admin).json()
    federation.http.post("/envoys", json={"envoy_name": "MTRH"}, headers={"Authorization": f"Bearer {token['token']}"})
    found = federation.http.get("/audit", headers=federation.admin).json()["items"]
    hers = {each["actor"] for each in found if each.get("person") == "Jane Wanjiru"}
    assert hers == {f"admin:{token['id']}"}
    assert all("person" not in each for each in found if each["actor"] not in hers)
    lines = federation.http.get("/audit/export", headers=federation.admin).text.splitlines()
    assert [line for line in lines if "Wanjiru" in line] == [line for line in lines if '"token.issue"' in line][-1:]
    assert federation.http.get("/audit/verify", headers=federation.admin).json()["is_whole"]
