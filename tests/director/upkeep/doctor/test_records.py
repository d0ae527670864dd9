"""Whether the records can be used, on a real database in every state that it can be in."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from contract.findings import Finding
from director.assembly import Director
from director.clock import utc_now
from director.members.access import LOCAL_ADMIN
from director.records.audit import HeadFile
from director.records.database import REVISION, Database, url_of
from director.settings import DirectorSettings
from director.upkeep.doctor.records import record_findings
from tests.federation_simulator import FederationSimulator, SimulatedHospital

BACKUP = timedelta(days=7)


def found(federation: FederationSimulator, now: datetime | None = None) -> dict[str, list[Finding]]:
    """Look as another process does, which has nothing open."""
    database, head = Database(url_of(federation.file("director.db"))), HeadFile(federation.file("audit.head"))
    by_what: dict[str, list[Finding]] = {}
    for each in record_findings(database, head, lambda: now or federation.clock.now, BACKUP):
        by_what.setdefault(each.about, []).append(each)
    database.close()
    return by_what


def states(federation: FederationSimulator, now: datetime | None = None) -> dict[str, list[str]]:
    return {about: [each.state for each in said] for about, said in found(federation, now).items()}


def change(federation: FederationSimulator, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(federation.file("director.db"))) as connection, connection:
        connection.execute(statement, values)


def test_a_federation_with_a_backup_is_well(federation: FederationSimulator, tmp_path: Path) -> None:
    assert states(federation)["backup"] == ["warn"]
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    all_is_well = {"database": ["ok", "ok"], "audit": ["ok"], "clock": ["ok"], "backup": ["ok"]}
    assert states(federation) == all_is_well
    assert found(federation)["backup"][0].sentence == "the newest backup is of 2026-01-01 08:00 UTC."


def test_a_backup_that_is_older_than_the_setting_is_said_to_be(federation: FederationSimulator, tmp_path: Path) -> None:
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    federation.clock.pass_by(days=7)
    assert states(federation)["backup"] == ["ok"]
    federation.clock.pass_by(days=1)
    (old,) = found(federation)["backup"]
    assert (old.state, "is 8 days old" in old.sentence, "fl-director backup" in old.hint) == ("warn", True, True)


def test_a_clock_behind_the_newest_record_is_bad(federation: FederationSimulator) -> None:
    (clock,) = found(federation, federation.clock.now - timedelta(days=400))["clock"]
    assert (clock.state, "400 days behind" in clock.sentence) == ("bad", True)


@pytest.mark.parametrize(("revision", "says"), [("0010", "has schema 0010"), ("9999", "has schema 9999")])
def test_another_schema_is_named_and_nothing_is_read_in_it(
    federation: FederationSimulator, revision: str, says: str
) -> None:
    change(federation, "UPDATE alembic_version SET version_num = ?", revision)
    said = found(federation)
    assert list(said) == ["database"]
    assert [(each.state, says in each.sentence, f"works with {REVISION}" in each.sentence) for each in said["database"]]
    assert said["database"][0].state == "bad"


def spoil_a_table(file: Path) -> None:
    """Spoil a page's own account of what lies on it: SQLite can't go on there."""
    with closing(sqlite3.connect(file)) as connection:
        page_size = connection.execute("PRAGMA page_size").fetchone()[0]
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'tokens'").fetchone()
    with file.open("r+b") as raw:
        raw.seek((root - 1) * page_size + 3)
        raw.write(b"\xff\xff")


def lose_a_page(file: Path) -> None:
    """Let the file have a page that nothing refers to: SQLite goes on, and complains of it."""
    with closing(sqlite3.connect(file)) as connection:
        size, count = (connection.execute(f"PRAGMA {of}").fetchone()[0] for of in ("page_size", "page_count"))
    with file.open("r+b") as raw:
        raw.seek(28)  # how many pages there are (the SQLite file format, 1.3.8)
        raw.write((count + 1).to_bytes(4))
        raw.seek(count * size)
        raw.write(bytes(size))


@pytest.mark.parametrize(
    ("damage", "says"), [(spoil_a_table, "it is left as it is"), (lose_a_page, "never used")], ids=["table", "page"]
)
def test_a_database_that_is_damaged_inside_is_found(tmp_path: Path, damage: Callable[[Path], None], says: str) -> None:
    director = Director(DirectorSettings(data_dir=tmp_path))
    director.initialise()
    director.database.close()
    damage(tmp_path / "director.db")
    said = list(record_findings(director.database, HeadFile(tmp_path / "audit.head"), utc_now, BACKUP))
    damaged = [each for each in said if "damaged" in each.sentence and says in each.sentence]
    assert {(each.about, each.state, "fl-director restore" in each.hint) for each in damaged} == {
        ("database", "bad", True)
    }, said
    director.database.close()


@pytest.mark.parametrize("content", [b"no database", b""])
def test_what_is_no_database_is_said_to_be_none_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "director.db"
    file.write_bytes(content)
    database = Database(url_of(file))
    (said,) = record_findings(database, HeadFile(tmp_path / "audit.head"), utc_now, BACKUP)
    assert (said.about, said.state, bool(said.hint)) == ("database", "bad", True)
    assert file.read_bytes() == content


def test_an_audit_that_was_cut_does_not_hold_what_the_folder_knows_of_it(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    federation.director.upkeep.note_head()
    assert states(federation)["audit"] == ["ok"]
    change(federation, "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
    (cut,) = found(federation)["audit"]
    assert (cut.state, "audit verify" in cut.hint) == ("bad", True)
    federation.file("audit.head").write_text("no checkpoint")
    (unread,) = found(federation)["audit"]
    assert (unread.state, unread.sentence) == ("bad", "audit.head is no checkpoint of an audit.")
    federation.file("audit.head").unlink()
    (none,) = found(federation)["audit"]
    assert (none.state, "no head is kept yet" in none.sentence) == ("ok", True)
