"""Whoever is turned away leaves a trace; whoever only shows nothing does not."""

import json
from typing import Any

import httpx2 as httpx
import pytest

from tests.federation_simulator import FederationSimulator, SimulatedHospital


def denied(federation: FederationSimulator) -> list[dict[str, Any]]:
    """Give what is on record, as soon as it is written."""
    federation.director.denials.write(is_last=True)
    listed = federation.http.get("/audit", params={"act": "access.denied"}, headers=federation.admin).json()
    return [each["facts"] for each in listed["items"]]


def kinds(federation: FederationSimulator) -> dict[str, int]:
    return {kind: number for kind, number in federation.director.denials.totals.items() if number}


def test_1400_bad_tokens_are_one_record(federation: FederationSimulator) -> None:
    answers = [
        federation.http.get("/tasks", headers={"Authorization": f"Bearer guess{number}"}) for number in range(1400)
    ]
    assert {answer.status_code for answer in answers} == {401, 429}
    (found,) = denied(federation)
    assert (found["denied"], found["addresses"], found["worst"]) == (
        {"rate": 200, "token": 1200},
        1,
        {"testclient": 1400},
    )
    lines = [json.loads(line) for line in federation.file("logs", "denied.log").read_text().splitlines()]
    assert (len(lines), lines[-1]["more"]) == (601, 800)


def test_each_way_to_be_turned_away_has_its_name(federation: FederationSimulator, hospital: SimulatedHospital) -> None:
    http, admin = federation.http, federation.sign_in(federation.token("admin"))
    ways: tuple[tuple[str, httpx.Response], ...] = (
        ("code", http.post("/join", json={"code": "nothing"})),
        ("code", http.post("/session", json={"token": "nothing"})),
        ("code", http.post("/session", json={"link": "nothing"})),
        ("session", http.get("/tasks", headers={"Cookie": "fld_session=nothing"})),
        ("token", http.get("/tasks", headers={"Authorization": "Bearer nothing"})),
        ("token", http.post("/infer", json={}, headers={"Authorization": "Bearer nothing"})),
        ("forbidden", http.get("/audit", headers=hospital.headers)),
        ("forbidden", http.get("/envoys/MTRH", headers=hospital.headers)),
        ("forbidden", http.post("/quiescence", headers={"Cookie": admin["Cookie"]})),
        ("forbidden", http.get("/tasks", headers={**admin, "Origin": "https://elsewhere.example"})),
    )
    assert {answer.status_code for _, answer in ways} == {401, 403}
    assert kinds(federation) == {"code": 3, "session": 1, "token": 2, "forbidden": 4}
    assert [each["denied"] for each in denied(federation)] == [kinds(federation)]


@pytest.mark.parametrize("path", ["/tasks", "/session", "/nowhere"])
def test_who_shows_nothing_is_not_counted(federation: FederationSimulator, path: str) -> None:
    assert federation.http.get(path).status_code in (401, 404)
    assert kinds(federation) == {}
    assert denied(federation) == []


def test_what_a_member_asks_and_gets_is_not_counted(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    hospital.train_and_upload()
    assert hospital.http.get("/global_models/9", headers=hospital.headers).status_code == 404
    assert kinds(federation) == {}


def test_a_line_names_the_token_that_reached_for_what_is_not_its_own(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    federation.enrol("MTRH")
    assert hospital.upload(hospital.parcel(), to="MTRH").status_code == 403
    assert hospital.http.get("/audit", headers=hospital.headers).status_code == 403
    federation.director.denials.write()
    lines = [json.loads(line) for line in federation.file("logs", "denied.log").read_text().splitlines()]
    assert [(each["kind"], each["path"]) for each in lines] == [("forbidden", "/upload/MTRH"), ("forbidden", "/audit")]
    assert lines[0]["caller"].startswith("hospital:KUTRRH:")
    assert lines[0]["caller"].endswith(lines[1]["caller"])
    assert hospital.token not in federation.file("logs", "denied.log").read_text()


def test_no_record_is_written_while_the_request_is_answered(
    federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(federation.director.denials, "write", lambda **_: None)  # the note thread is elsewhere
    before = federation.http.get("/audit", headers=federation.admin).json()["items"][0]["seq"]
    assert federation.http.get("/tasks", headers={"Authorization": "Bearer nothing"}).status_code == 401
    assert federation.http.get("/audit", headers=federation.admin).json()["items"][0]["seq"] == before
    assert not federation.file("logs", "denied.log").exists()


def test_a_director_that_stops_writes_the_last_minute(federation: FederationSimulator) -> None:
    assert federation.http.get("/tasks", headers={"Authorization": "Bearer nothing"}).status_code == 401
    federation.restart()
    listed = federation.http.get("/audit", params={"act": "access.denied"}, headers=federation.admin).json()["items"]
    assert [(each["actor"], each["facts"]["denied"]) for each in listed] == [("director", {"token": 1})]
    assert federation.http.get("/audit/verify", headers=federation.admin).json()["is_whole"]
