"""A line for each request, where it is asked for: who, what, when, how it ended, and nothing of what was sent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[FederationSimulator]:
    with FederationSimulator(tmp_path / "director", access_log=True) as federation:
        yield federation


def lines(federation: FederationSimulator) -> list[dict[str, Any]]:
    return [json.loads(line) for line in federation.file("logs", "access.log").read_text().splitlines()]


def test_a_line_says_who_asked_what_and_how_it_ended(logged: FederationSimulator) -> None:
    answer = logged.http.get("/envoys/KNH?secret=1", headers=logged.admin)
    (line,) = [each for each in lines(logged) if each["path"] == "/envoys/KNH"]
    token_id = logged.http.get("/tokens?role=admin", headers=logged.admin).json()["items"][0]["id"]
    assert 0 < line.pop("ms") < 60_000
    assert line == {
        "at": "2026-01-01T08:00:00.000+00:00",
        "request_id": answer.headers["x-request-id"],
        "method": "GET",
        "path": "/envoys/KNH",
        "status": 404,
        "bytes": len(answer.content),
        "token_id": token_id,
        "address": "testclient",
    }


def test_the_shortcut_has_its_lines_and_no_input_is_in_them(logged: FederationSimulator) -> None:
    hospital: SimulatedHospital = logged.enrol("KNH")
    hospital.train_and_upload()
    assert hospital.infer({"diagnosis_count": 73219}).status_code == 200
    assert hospital.http.post("/infer", json={"inputs": {"diagnosis_count": "73219"}}).status_code == 401
    told = [each for each in lines(logged) if each["path"] == "/infer"]
    assert [(each["status"], each["token_id"] is None) for each in told] == [(200, False), (401, True)]
    text = logged.file("logs", "access.log").read_text()
    assert "73219" not in text
    assert "diagnosis_count" not in text.replace("/tasks/diagnosis_count", "")
    assert hospital.token not in text


def test_no_request_forges_a_line_or_makes_a_long_one(logged: FederationSimulator) -> None:
    logged.http.get("/" + "%0A%22" * 300)
    (line,) = [each for each in lines(logged) if "\n" in each["path"]]
    assert len(line["path"]) == 200


def test_it_follows_its_rotation_and_two_starts_write_one_file(logged: FederationSimulator) -> None:
    log = logged.file("logs", "access.log")
    logged.http.get("/health/live")
    logged.restart()
    logged.http.get("/health/live")
    assert [each["path"] for each in lines(logged)] == ["/health/live", "/health/live"]
    log.rename(log.with_suffix(".1"))
    logged.restart()
    logged.http.get("/tasks")
    assert [each["path"] for each in lines(logged)] == ["/tasks"]


def test_without_the_setting_there_is_none(federation: FederationSimulator) -> None:
    federation.http.get("/tasks")
    assert not federation.file("logs", "access.log").exists()
