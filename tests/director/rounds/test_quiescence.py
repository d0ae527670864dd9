"""A director that opens nothing new can be stopped at any time, and goes on after its start."""

from director.members.access import LOCAL_ADMIN
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_what_is_under_way_ends_nothing_new_begins_and_the_next_start_goes_on(
    federation: FederationSimulator, three: list[SimulatedHospital]
):
    federation.open_run(rounds=3)
    federation.play()
    rounds = federation.director.rounds
    rounds.quiesce(LOCAL_ADMIN)
    rounds.quiesce(LOCAL_ADMIN)
    found = rounds.quiescence()
    assert (found.is_quiet, found.is_safe, len(found.under_way)) == (True, True, 1)
    assert found.under_way[0].startswith("Round 1 of run 1 is collecting until 2026-01-01 08:10:00 UTC")
    federation.play()
    assert (federation.run()["published"], federation.run()["current"]["state"]) == (1, "published")
    assert rounds.quiescence().under_way == []
    assert len(federation.log_lines("quiescence.begin")) == 1
    federation.restart()
    federation.director.rounds.advance()
    assert federation.run()["current"]["number"] == 2
    assert not federation.director.rounds.quiescence().is_quiet


def test_no_run_is_opened_or_begun_meanwhile(federation: FederationSimulator, three: list[SimulatedHospital]):
    federation.open_run()
    federation.director.rounds.quiesce(LOCAL_ADMIN)
    federation.play()
    assert federation.run()["state"] == "inviting"
    federation.http.post("/runs/1/close", headers=federation.admin)
    answer = federation.http.post("/runs", json={}, headers=federation.admin)
    assert (answer.status_code, answer.json()["detail"]) == (
        409, "Nothing new is opened: the director is about to be stopped.",
    )  # fmt: skip
    federation.director.rounds.end_quiescence(LOCAL_ADMIN)
    assert federation.open_run()["id"] == 2
