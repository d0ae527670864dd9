"""The table of proposals: what is put into a row comes back."""

from datetime import UTC, datetime

from director.records.database import Database
from director.records.proposal_schema import ProposalRow

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def test_a_proposal_comes_back_as_it_was_kept(database: Database) -> None:
    with database.write() as session:
        session.add(
            ProposalRow(
                act="publish",
                subject="diagnosis_count 3",
                request={"task": "diagnosis_count", "version": 3},
                reason="seen",
                state="open",
                token_id="t1",
                proposed_by="admin:t1",
                person="Amina",
                proposed_at=NOW,
                expires_at=NOW,
            )
        )
    with database.read() as session:
        row = session.get_one(ProposalRow, 1)
    assert (row.request, row.reason, row.state) == ({"task": "diagnosis_count", "version": 3}, "seen", "open")
    assert (row.proposed_at, row.expires_at) == (NOW, NOW)
    assert (row.decided_by, row.decided_person, row.decided_at, row.decision_reason) == (None, None, None, None)
