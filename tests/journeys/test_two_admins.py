"""Two admins with their names, over real HTTP: what one proposes the other lets through, and the audit shows both."""

from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import numpy as np
import pytest

from tests.federation_simulator import SimulatedHospital
from tests.real_processes import ForkedDirector, RealDirector

WHY = {"reason": "KNH and MTRH looked at it"}


@pytest.fixture
def director(tmp_path: Path) -> Iterator[RealDirector]:
    director = ForkedDirector(tmp_path / "director", {"DIRECTOR_TWO_ADMINS": '["publish"]'})
    director.start()
    yield director
    director.stop()


def test_a_version_becomes_current_by_two_persons(director: RealDirector) -> None:
    http = httpx.Client(base_url=director.url, timeout=30)
    for name in ("KNH", "MTRH"):
        issued = http.post("/join", json={"code": director.json("envoy", "add", name)["code"]}).json()
        SimulatedHospital(name, http, issued["token"], np.arange(1.0, 41.0)).train_and_upload()
    issued = [director.json("token", "issue", "--role", "admin", "--person", name) for name in ("Amina", "Baraka")]
    amina, baraka = ({"Authorization": f"Bearer {each['token']}"} for each in issued)

    assert http.post("/aggregations", json={}, headers=amina).json()["waiting"]
    proposed = http.post("/global_models/1/publish", json=WHY, headers=amina)
    assert (proposed.status_code, proposed.json()["person"]) == (202, "Amina")
    number = proposed.json()["id"]
    own = http.post(f"/proposals/{number}/approve", headers=amina)
    assert (own.status_code, own.json()["code"]) == (403, "forbidden")
    assert http.get("/global_models/current", headers=amina).status_code == 409
    assert [each["state"] for each in director.json("proposal", "list")] == ["open"]

    approved = http.post(f"/proposals/{number}/approve", headers=baraka)
    assert (approved.status_code, approved.json()["decided_person"]) == (200, "Baraka")
    assert http.get("/global_models/current", headers=amina).json()["version"] == 1

    records = {each["act"]: each for each in http.get("/audit", headers=amina).json()["items"]}
    first, second = (f"admin:{each['id']}" for each in issued)
    assert (records["proposal.make"]["actor"], records["proposal.approve"]["actor"]) == (first, second)
    assert records["proposal.approve"]["facts"]["proposed_by"] == first
    assert records["model.publish"]["actor"] == second
    assert director.json("audit", "verify")["is_whole"]
