"""What is due of a gathering: pure decisions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from director.records.run_schema import RunRow
from director.rounds.deadlines import Gathering, answers_of, returns_of
from director.rounds.transitions import newest_round
from tests.federation_simulator import FederationSimulator, SimulatedHospital

END = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
BEFORE, AFTER = END - timedelta(seconds=1), END + timedelta(days=1)


@pytest.mark.parametrize(
    ("expected", "come", "now", "due"),
    [
        pytest.param({1, 2, 3}, {1, 2}, BEFORE, None, id="the quorum is there, but others may still come"),
        pytest.param({1, 2, 3}, {1, 2, 3}, BEFORE, "go_on", id="everybody is there"),
        pytest.param({1, 2, 3}, {1, 2}, END, "go_on", id="the deadline, and the quorum is there"),
        pytest.param({1, 2, 3}, {1}, END, "give_up", id="the deadline, and it is not"),
        pytest.param({1}, {1}, BEFORE, "give_up", id="nobody more can come, and it is not"),
        pytest.param({1}, set(), BEFORE, "give_up", id="the quorum can not be reached any more"),
        pytest.param({1, 2}, {1, 2, 3}, BEFORE, "go_on", id="one has come that is expected no more"),
        pytest.param(set(), set(), BEFORE, "give_up", id="nobody is expected"),
    ],
)
def test_it_is_due_with_everybody_or_at_the_deadline(
    expected: set[int], come: set[int], now: datetime, due: str | None
):
    assert Gathering(expected, come, quorum=2, ends_at=END).due(now) == due


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)), st.integers(1, 10))
def test_at_the_deadline_it_never_waits_and_goes_on_only_with_the_quorum(
    expected: set[int], come: set[int], quorum: int
):
    gathering = Gathering(expected, come, quorum, END)
    assert gathering.due(AFTER) == ("go_on" if len(come) >= quorum else "give_up")
    assert (gathering.due(BEFORE) is None) == (bool(expected - come) and len(expected | come) >= quorum)


def test_who_hears_everybody_waits_though_the_quorum_can_not_be_reached():
    gathering = Gathering({1}, set(), 2, END, hears_everybody=True)
    assert (gathering.due(BEFORE), gathering.due(END)) == (None, "give_up")


def test_who_refuses_or_is_disabled_is_waited_for_no_more(
    federation: FederationSimulator, three: list[SimulatedHospital]
):
    federation.open_run(quorum=1)
    three[0].answer_run(1)
    three[1].answer_run(1, "refuse", reason="No time")
    with federation.director.ledger.read() as session:
        answers = answers_of(session.get_one(RunRow, 1))
        assert (len(answers.awaited), len(answers.come)) == (1, 1)
    federation.http.post("/envoys/MTRH/disable", headers=federation.admin)
    federation.director.rounds.advance()
    with federation.director.ledger.read() as session:
        row = newest_round(session, session.get_one(RunRow, 1))
        assert row is not None
        assert len(returns_of(row).awaited) == 1
    assert three[0].take_part() is not None
    federation.director.rounds.advance()
    assert federation.run()["state"] == "finished"
