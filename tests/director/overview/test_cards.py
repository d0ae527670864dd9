"""Open runs in one look."""

from tests.director.overview.conftest import Asking
from tests.federation_simulator import FederationSimulator, SimulatedHospital

Three = list[SimulatedHospital]


def test_an_open_round_says_who_has_returned_and_who_is_waited_for_until_when(
    federation: FederationSimulator, ask: Asking, opened: Three
):
    federation.clock.pass_by(seconds=20)
    (card,) = ask("/overview")["rounds"]
    assert (card["returned"], card["awaited"], card["invited"]) == (["KNH"], ["KUTRRH"], 3)
    assert (card["number"], card["state"], card["closes_in_seconds"]) == (1, "collecting", 40)
    assert ask("/overview", opened[2].headers)["rounds"] == [card]
    assert ask("/overview", federation.analyst)["rounds"] == []


def test_who_has_not_answered_is_told_the_admin_and_the_hospital_itself(
    federation: FederationSimulator, ask: Asking, three: Three
):
    federation.open_run(deadline_seconds=60)
    three[0].answer_run(1)
    (card,) = ask("/overview")["rounds"]
    assert (card["number"], card["awaited"], card["closes_in_seconds"]) == (None, ["KUTRRH", "MTRH"], 60)
    assert ask("/overview", three[1].headers)["rounds"][0]["awaited"] == ["KUTRRH"]


def test_the_silent_among_those_who_are_waited_for_are_named(
    federation: FederationSimulator, ask: Asking, three: Three
):
    federation.open_run(deadline_seconds=3600)
    federation.director.members.note_use()
    federation.clock.pass_by(minutes=16)
    three[0].work()
    assert ask("/overview")["rounds"][0]["silent"] == ["KUTRRH", "MTRH"]
    assert ask("/overview", three[1].headers)["rounds"][0]["silent"] == ["KUTRRH"]  # of others it learns nothing
