"""The table of tasks: what is put into a row comes back."""

from datetime import UTC, datetime

from contract.names import Digest, TaskName
from director.records.database import Database
from director.records.task_schema import TaskRow

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def test_a_definition_comes_back_to_the_letter(database: Database) -> None:
    text = 'name = "falls"\r\n# Štürze ✓\n' + "x" * 200_000
    with database.write() as session:
        row = TaskRow(
            name=TaskName("falls"), digest=Digest("a" * 64), definition=text, added_by="admin:cli", added_at=NOW
        )
        session.add(row)
    with database.read() as session:
        row = session.get_one(TaskRow, 1)
    assert (row.name, row.digest, row.definition, row.added_at) == ("falls", "a" * 64, text, NOW)
    assert (row.retired_by, row.retired_at) == (None, None)
