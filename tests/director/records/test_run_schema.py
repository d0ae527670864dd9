"""The tables of runs: what is put into a row comes back, with what belongs to it, by hospital."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from contract.names import Digest, EnvoyName, TaskName
from director.records.database import Database
from director.records.run_schema import ContributionRow, InvitationRow, RoundClosingRow, RoundRow, RunRow
from director.records.schema import EnvoyRow, StartRow, SubmissionRow

A = Digest("a" * 64)
NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
TASK = TaskName("diagnosis_count")


@pytest.fixture
def kept(database: Database) -> Database:
    """A run of two hospitals, the second of which has returned in its one round."""
    with database.write() as session:
        for number, name in enumerate((EnvoyName("KNH"), EnvoyName("MTRH")), 1):
            session.add(EnvoyRow(id=number, name=name, folded_name=name.folded, created_at=NOW))
        session.add(StartRow(id=1, task=TASK, base=A, model_sha256=A, created_at=NOW))
        session.flush()
        submission = {"task": TASK, "task_digest": A, "verdict": "admitted", "base": A, "num_examples": 9}
        session.add(SubmissionRow(id="s", envoy_id=2, metadata_json={}, checks=[], created_at=NOW, **submission))
        session.add(
            RunRow(
                id=1,
                task=TASK,
                task_digest=A,
                state="running",
                rounds=3,
                quorum=1,
                deadline_seconds=60,
                seed=2**62,
                strategy="fedavg",
                parameters={"f": 1.0},
                late="refuse",
                opened_at=NOW,
                invitations=[InvitationRow(envoy_id=number, choice="take_part") for number in (2, 1)],
            )
        )
        session.flush()
        session.add(
            RoundRow(id=1, run_id=1, number=1, attempt=1, state="collecting", start_id=1, opened_at=NOW, closes_at=NOW)
        )
        session.flush()
        session.add(ContributionRow(round_id=1, envoy_id=2, submission_id="s", returned_at=NOW))
    return database


def test_a_round_comes_back_with_its_run_its_start_and_what_returned(kept: Database):
    with kept.read() as session:
        row = session.get_one(RoundRow, 1)
        assert (row.run.seed, row.run.parameters, row.start.base, row.closing) == (2**62, {"f": 1.0}, A, None)
        assert [each.envoy.name for each in row.run.invitations] == ["KNH", "MTRH"]
        assert [(each.envoy.name, each.submission_id) for each in row.contributions] == [("MTRH", "s")]
        assert row.closes_at.tzinfo is UTC


def test_a_hospital_has_one_update_in_a_round_and_a_round_one_closing(kept: Database):
    twice = (
        lambda: ContributionRow(round_id=1, envoy_id=2, submission_id="s", returned_at=NOW),
        lambda: RoundClosingRow(round_id=1, closed_at=NOW),
    )
    with kept.write() as session:
        session.add(RoundClosingRow(round_id=1, closed_at=NOW))
    for make in twice:
        with kept.write() as session:
            session.add(make())
            with pytest.raises(IntegrityError):
                session.flush()
            session.rollback()
