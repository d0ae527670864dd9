"""The acts on record are counted once, and from then on what came since."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, event

from director.members.events import TokenRevoked
from director.records import audit
from director.records.database import Database, url_of
from director.records.events import Event
from director.records.schema import AuditRow
from director.upkeep.events import BackupMade
from director.watching.acts import OTHER, ActTally

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(url_of(tmp_path / "director.db"))
    database.migrate()
    yield database
    database.close()


def tell(database: Database, *events: Event) -> None:
    with database.write() as session:
        for each in events:
            audit.record(session, each, at=NOW, actor="director")


def counted(tally: ActTally, database: Database) -> dict[str, int]:
    with database.read() as session:
        return {act: number for act, number in tally.counted(session).items() if number}


def test_acts_are_counted_as_they_come(database: Database):
    tally = ActTally()
    assert counted(tally, database) == {}
    tell(database, BackupMade(), BackupMade(), TokenRevoked(token_id="t1"))
    assert counted(tally, database) == {"backup.make": 2, "token.revoke": 1}
    tell(database, BackupMade())
    assert counted(tally, database) == counted(ActTally(), database) == {"backup.make": 3, "token.revoke": 1}
    with database.read() as session:
        assert tally.counted(session)["upload.admit"] == 0  # a rate needs the zero before the first


def test_what_a_later_program_did_is_counted_as_other(database: Database):
    tell(database, BackupMade())
    with database.write() as session:
        for row in session.query(AuditRow):
            row.act = "mind.read"
    assert counted(ActTally(), database) == {OTHER: 1}


def test_an_audit_that_was_cut_is_counted_anew(database: Database):
    tally = ActTally()
    tell(database, BackupMade(), BackupMade(), TokenRevoked(token_id="t1"))
    assert counted(tally, database)["backup.make"] == 2
    with database.write() as session:
        session.execute(delete(AuditRow).where(AuditRow.seq > 1))
    assert counted(tally, database) == {"backup.make": 1}


def test_only_what_is_new_is_read(database: Database):
    tally = ActTally()
    tell(database, BackupMade())
    counted(tally, database)
    tell(database, BackupMade())
    asked: list[str] = []
    event.listen(database._engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counted(tally, database)
    (grouped,) = [each for each in asked if "GROUP BY" in each]
    with database.read() as session:
        connection = session.connection()
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {grouped}", ("", 1, 2, "")).all()
    assert "SEARCH audit USING INTEGER PRIMARY KEY" in plan[0][-1]
