"""A hospital as the federation sees it: what of it, and to whom."""

import pytest

from contract.names import EnvoyName
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def seen(federation: FederationSimulator, headers: dict[str, str], name: str = "KUTRRH") -> dict:
    answer = federation.http.get(f"/envoys/{name}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_its_state_follows_enrolling_joining_and_disabling(federation: FederationSimulator):
    federation.http.post("/envoys", json={"envoy_name": "KUTRRH"}, headers=federation.admin)
    states = [seen(federation, federation.admin)["state"]]
    federation.enrol("KUTRRH")
    states.append(seen(federation, federation.admin)["state"])
    federation.http.post("/envoys/KUTRRH/disable", headers=federation.admin)
    states.append(seen(federation, federation.admin)["state"])
    assert states == ["enrolled", "active", "disabled"]


def test_its_current_version_is_the_newest_that_counts(federation: FederationSimulator, hospital: SimulatedHospital):
    assert seen(federation, federation.admin)["current"] == []
    first, second = hospital.train_and_upload(1), hospital.train_and_upload(2)
    (current,) = seen(federation, federation.admin)["current"]
    assert (current["version"], current["model_sha256"]) == (2, second["files"]["model"]["sha256"])
    assert (current["task"], current["num_examples"]) == ("diagnosis_count", 50)
    federation.decide("reject", second["id"])
    (current,) = seen(federation, federation.admin)["current"]
    assert (current["version"], current["model_sha256"]) == (1, first["files"]["model"]["sha256"])


def test_an_analyst_learns_neither_its_state_nor_when_it_was_there(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    federation.director.members.note_use()
    whole, part = seen(federation, federation.admin), seen(federation, federation.analyst)
    assert whole["last_seen_at"] is not None
    assert (part["state"], part["last_seen_at"]) == (None, None)
    assert part["current"] == whole["current"]


def test_that_its_staff_looks_does_not_show_that_its_machine_runs(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    staff = federation.token("staff", envoy=EnvoyName("KUTRRH"), person="Jane Wanjiru")
    assert seen(federation, {"Authorization": f"Bearer {staff}"})["last_seen_at"] is None
    federation.director.members.note_use()
    assert seen(federation, federation.admin)["last_seen_at"] is None
    hospital.send_statistics()
    federation.director.members.note_use()
    assert seen(federation, federation.admin)["last_seen_at"] is not None


@pytest.mark.parametrize("limit", [1, 2, 9])
def test_hospitals_come_by_name_and_no_page_repeats_one(federation: FederationSimulator, limit: int):
    for name in ("mtrh", "KNH", "Embu", "KUTRRH"):
        federation.enrol(name)
    names, cursor = [], None
    while True:
        query = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        page = federation.http.get("/envoys", params=query, headers=federation.admin).json()
        names += [each["envoy_name"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert names == ["Embu", "KNH", "KUTRRH", "mtrh"]


def test_a_hospital_sees_itself_alone(federation: FederationSimulator, hospital: SimulatedHospital):
    federation.enrol("MTRH")
    listed = federation.http.get("/envoys", headers=hospital.headers).json()
    assert [each["envoy_name"] for each in listed["items"]] == ["KUTRRH"]
    assert federation.http.get("/envoys/MTRH", headers=hospital.headers).status_code == 403
    assert federation.http.get("/envoys/Nowhere", headers=federation.admin).status_code == 404
