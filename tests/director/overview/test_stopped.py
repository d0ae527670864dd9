"""Runs that go on only when a person says so."""

from tests.director.overview.conftest import Asking
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_round_that_failed_and_so_paused_its_run_is_one_matter(
    federation: FederationSimulator, ask: Asking, three: list[SimulatedHospital]
):
    federation.open_run(deadline_seconds=60)
    for each in three:
        each.answer_run(1)
    federation.director.rounds.advance()
    federation.clock.pass_by(seconds=61)
    federation.director.rounds.advance()
    (matter,) = ask("/overview")["matters"]
    assert (matter["kind"], matter["run"]) == ("round_failed", 1)
    assert "0 of a quorum of 3 returned" in matter["reason"]
    assert matter["since"] == "2026-01-01T08:01:01Z"


def test_a_run_that_a_person_paused_is_another(federation: FederationSimulator, ask: Asking, opened: object):
    federation.http.post("/runs/1/pause", json={"reason": "the link is down"}, headers=federation.admin)
    (matter,) = ask("/overview")["matters"]
    assert (matter["kind"], matter["reason"]) == ("run_paused", "the link is down")
    federation.http.post("/runs/1/resume", headers=federation.admin)
    assert ask.kinds() == []
