"""Who is there."""

from tests.federation_simulator import FederationSimulator, SimulatedHospital


def state(federation: FederationSimulator) -> str:
    federation.director.members.note_use()
    (tile,) = federation.http.get("/overview", headers=federation.admin).json()["hospitals"]
    return str(tile["state"])


def test_a_hospital_is_silent_once_it_was_not_seen_for_longer_than_is_set(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    assert state(federation) == "in_touch"  # it has just joined
    federation.clock.pass_by(minutes=10)
    hospital.work()
    federation.clock.pass_by(minutes=15)
    assert state(federation) == "in_touch"
    federation.clock.pass_by(seconds=1)
    assert state(federation) == "silent"
    federation.http.post("/envoys/KUTRRH/disable", headers=federation.admin)
    assert state(federation) == "disabled"


def test_one_that_never_joined_is_not_silent(federation: FederationSimulator):
    federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers=federation.admin)
    federation.clock.pass_by(days=3)
    assert state(federation) == "enrolled"
