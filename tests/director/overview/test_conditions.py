"""What somebody who does not look is told of: what waits for a person, silent hospitals, rounds near their deadline."""

from datetime import timedelta

from director.overview.conditions import Condition, Watched, conditions_of
from director.overview.matters import Matters
from tests.federation_simulator import FederationSimulator, SimulatedHospital

WATCHED = Watched(silent_after=timedelta(hours=2), closing=timedelta(hours=1))


def so(federation: FederationSimulator, kind: str) -> list[Condition]:
    director = federation.director
    director.members.note_use()
    matters: Matters = director.overview._matters
    with director.database.read() as session:
        found = conditions_of(session, matters, WATCHED, federation.clock.now)
    return [each for each in found if each.kind == kind]


def test_a_hospital_is_silent_after_its_time_and_not_by_the_overviews(federation: FederationSimulator):
    knh = federation.enrol("KNH")
    knh.work()
    seen_at = federation.clock.now
    federation.clock.pass_by(hours=2)
    assert so(federation, "hospital_silent") == []
    federation.clock.pass_by(seconds=1)
    assert so(federation, "hospital_silent") == [Condition("hospital_silent", "KNH", knh.name, seen_at)]  # type: ignore[arg-type]  # a test's name is text


def test_one_that_never_joined_or_is_shut_out_is_not_silent(federation: FederationSimulator):
    federation.http.post("/envoys", json={"envoy_name": "MTRH"}, headers=federation.admin)
    federation.enrol("KNH")
    federation.clock.pass_by(hours=3)
    federation.http.post("/envoys/KNH/disable", headers=federation.admin)
    assert so(federation, "hospital_silent") == []


def test_a_round_is_near_its_deadline_in_its_last_quarter_and_while_it_waits_for_somebody(
    federation: FederationSimulator, opened: list[SimulatedHospital]
):
    federation.clock.pass_by(seconds=44)  # of sixty
    assert so(federation, "round_closing") == []
    federation.clock.pass_by(seconds=1)
    assert [each.subject for each in so(federation, "round_closing")] == ["1"]
    federation.director.rounds.advance()
    opened[1].upload(opened[1].update(opened[1].work()["assignment"]))
    federation.director.rounds.advance()
    assert "1" not in [each.subject for each in so(federation, "round_closing")]


def test_what_waits_for_a_person_is_there_with_what_tells_it_from_others(federation: FederationSimulator):
    federation.enrol("KNH")
    federation.clock.pass_by(days=8)
    assert [each.subject for each in so(federation, "backup_old")] == ["federation"]
