"""Transitions under the tables' own constraints: whoever is second changes nothing."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from director.records.run_schema import RoundClosingRow, RoundRow, RunRow
from director.records.schema import GlobalModelRow
from director.rounds import transitions
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def collecting(federation: FederationSimulator, three: list[SimulatedHospital]) -> FederationSimulator:
    federation.open_run(rounds=2, deadline_seconds=60)
    federation.play()
    return federation


def test_a_round_has_one_closing_whoever_closes_it(collecting: FederationSimulator):
    with collecting.director.database.write() as session:
        session.add(RoundClosingRow(round_id=1, closed_at=collecting.clock.now))
    again = insert(RoundClosingRow).values(round_id=1, closed_at=collecting.clock.now)
    with collecting.director.database.write() as session, pytest.raises(IntegrityError):
        session.execute(again)


def test_a_round_has_one_version_whoever_makes_it(collecting: FederationSimulator):
    collecting.play()
    with collecting.director.database.write() as session:
        found = session.get_one(GlobalModelRow, 1)
        columns = {column.name: getattr(found, column.name) for column in GlobalModelRow.__table__.columns}
        with pytest.raises(IntegrityError):
            session.execute(insert(GlobalModelRow).values({**columns, "id": 99, "version": 99}))


def test_a_run_has_one_round_of_a_number_and_attempt(collecting: FederationSimulator):
    with collecting.director.database.write() as session:
        found = session.get_one(RoundRow, 1)
        columns = {column.name: getattr(found, column.name) for column in RoundRow.__table__.columns}
        with pytest.raises(IntegrityError):
            session.execute(insert(RoundRow).values({**columns, "id": 99}))


def test_a_round_that_fails_pauses_a_running_run_and_leaves_an_ended_one(collecting: FederationSimulator):
    with collecting.director.ledger.act("director") as act:
        row = act.session.get_one(RoundRow, 1)
        row.run.state = "closed"
        transitions.fail_round(act, row, "It was closed.")
        assert (row.state, row.run.state, row.closing is not None) == ("failed", "closed", True)


def test_the_newest_round_is_found_and_none_where_there_is_none(federation: FederationSimulator, three: object):
    federation.open_run()
    with federation.director.ledger.read() as session:
        run = session.get_one(RunRow, 1)
        assert transitions.newest_round(session, run) is None
