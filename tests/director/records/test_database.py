"""The database: its schema, its migrations, what is refused and left as it is."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import CursorResult, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from contract.names import EnvoyName
from director.assembly import Director
from director.errors import DatabaseError, NotInitialisedError, StorageError, StorageFullError
from director.members.access import LOCAL_ADMIN
from director.records import audit
from director.records import database as database_module
from director.records.database import REVISION, Database
from director.records.schema import Base, EnvoyRow, GlobalModelRow, PublicationRow, VersionAnswerRow
from director.settings import DirectorSettings
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_the_migrations_make_the_schema_that_the_program_works_with(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'director.db'}")
    database.migrate()
    database.check_ready()
    made = inspect(create_engine(database.url))
    assert set(made.get_table_names()) - {"alembic_version"} == set(Base.metadata.tables)
    for name, table in Base.metadata.tables.items():
        assert {column["name"] for column in made.get_columns(name)} == set(table.columns.keys())
    revisions = sorted(Path(audit.__file__).parent.glob("migrations/versions/[0-9]*.py"))
    assert revisions[-1].name.startswith(REVISION)


NAMES = (
    "a%20b",
    "what?now=1",
    "a#b",
    "a b",
    "Übung",
    "100%",
    "%(here)s",
    "back\\slash",
    "~",
    '"q"',
    ":memory:",
    "a\nb",
)
"""What folders may be called, and what a URL, an SQLite option or a configuration would make something else of."""


def any_name(names: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return names.filter(lambda name: name not in (".", "..") and len(name.encode()) < 200)


@settings(max_examples=40, deadline=None)
@given(any_name(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=60)))
def test_a_database_lies_in_its_folder_whatever_that_is_called(name: str):
    with TemporaryDirectory() as above:
        folder = Path(above) / name
        folder.mkdir()
        configured = DirectorSettings(data_dir=folder)
        database = Database(configured.url)
        assert database.file == folder / "director.db"
        statement(database, "CREATE TABLE here (number INTEGER)")
        database.change_counter().close()
        assert database.check_whole() == []
        database.close()
        assert [path.name for path in Path(above).iterdir()] == [name]
        assert (folder / "director.db").stat().st_size > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_federation_is_made_copied_and_restored_in_its_folder_whatever_that_is_called(name: str, tmp_path: Path):
    made, copy, other = (tmp_path / part / name for part in ("made", "copy", "other"))
    director = Director(DirectorSettings(data_dir=made))
    assert director.initialise().is_changed
    director.upkeep.recover()
    director.upkeep.back_up(LOCAL_ADMIN, copy)
    director.close()
    restored = Director(DirectorSettings(data_dir=other))
    restored.restore(copy)
    assert restored.upkeep.defects() == []
    restored.close()
    for part in ("made", "copy", "other"):
        assert [path.name for path in (tmp_path / part).iterdir()] == [name]
        assert (tmp_path / part / name / "director.db").is_file()


def test_two_folders_whose_names_a_url_takes_for_one_are_two(tmp_path: Path):
    names = ("a b", "a%20b", "a+b", "what", "what?x")
    for name in names:
        director = Director(DirectorSettings(data_dir=tmp_path / name))
        director.initialise()
        director.members.add(LOCAL_ADMIN, EnvoyName("KNH"))
        director.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_where_an_earlier_version_put_a_database_is_found(tmp_path: Path):
    (tmp_path / "what").write_bytes(b"")
    assert Database(DirectorSettings(data_dir=tmp_path / "what?x").url).misplaced == tmp_path / "what"
    assert Database(DirectorSettings(data_dir=tmp_path / "plain").url).misplaced is None


def test_migrating_twice_changes_nothing(tmp_path: Path):
    director = Director(DirectorSettings(data_dir=tmp_path))
    director.initialise()
    before = (tmp_path / "director.db").read_bytes()
    director.initialise()
    assert len((tmp_path / "director.db").read_bytes()) == len(before)
    director.database.check_ready()


def test_a_folder_without_a_database_is_not_served(tmp_path: Path):
    with pytest.raises(NotInitialisedError):
        Director(DirectorSettings(data_dir=tmp_path)).open()


def test_a_damaged_database_is_refused_and_left_as_it_is(tmp_path: Path):
    (tmp_path / "director.db").write_bytes(b"this is no database at all" * 100)
    director = Director(DirectorSettings(data_dir=tmp_path))
    for act in (director.initialise, director.open):
        with pytest.raises(DatabaseError):
            act()
    assert (tmp_path / "director.db").read_bytes() == b"this is no database at all" * 100


def test_a_database_that_is_damaged_while_it_is_served_is_no_fault_of_the_request(federation: FederationSimulator):
    headers = federation.admin
    with federation.director.database.read() as session:
        session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    federation.director.database.close()
    whole = federation.file("director.db").read_bytes()
    federation.file("director.db").write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    refused = federation.http.get("/envoys", headers=headers)
    federation.file("director.db").write_bytes(whole)
    assert (refused.status_code, refused.json()["code"]) == (503, "database_unusable")


def test_a_database_of_the_first_schema_migrates_with_its_rows(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'director.db'}")
    database.migrate("0001")
    with pytest.raises(DatabaseError, match="schema 0001"):
        database.check_ready()
    values = {"now": "2026-01-01 08:00:00", "sha256": "a" * 64}
    with database.write() as session:
        session.execute(text("INSERT INTO envoys VALUES (1, 'KNH', 'knh', :now, :now, NULL)"), values)
        session.execute(
            text("INSERT INTO tokens VALUES ('t1', :sha256, 'hospital', 1, :now, :now, NULL, :now)"), values
        )
    database.migrate()
    database.check_ready()
    director = Director(DirectorSettings(data_dir=tmp_path))
    (token,) = director.members.list_tokens(LOCAL_ADMIN, role=None, envoy_name=None, limit=10, cursor=None).items
    assert (token.id, token.envoy_name, token.last_used_at, token.successor_id) == ("t1", "KNH", token.created_at, None)


# --- from the schema before this one ----------------------------------------------------------------------------------

BEFORE = "0003"
FILES = {"model": "a" * 64, "scaler": "b" * 64, "card": "c" * 64}


def take_back_to(revision: str, database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", "director.records:migrations")
    with database._writing.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()


def statement(database: Database, sql: str, **values: object) -> list[tuple[object, ...]]:
    with database.write() as session:
        result = session.execute(text(sql), values)
        assert isinstance(result, CursorResult)
        return [tuple(row) for row in result] if result.returns_rows else []


@pytest.fixture
def of_before(tmp_path: Path) -> Database:
    """A database that the version before made: two global versions, one of them published, three acts on record."""
    database = Database(f"sqlite:///{tmp_path / 'director.db'}")
    database.migrate(BEFORE)
    at = "2026-01-01 08:00:00.000000"
    for version, files in ((1, FILES), (2, dict.fromkeys(FILES, "d" * 64))):
        statement(
            database,
            "INSERT INTO global_models (id, task, task_digest, version, strategy, parameters, scaler, model_sha256,"
            " scaler_sha256, card_sha256, num_examples, inputs, metrics, created_at)"
            " VALUES (:id, 'diagnosis_count', :digest, :version, 'fedavg', '{}', 'agreed', :model, :scaler, :card, 90,"
            " '[]', '{}', :at)",
            id=version + 10,
            digest="e" * 64,
            version=version,
            at=at,
            **files,
        )
    statement(database, "INSERT INTO publications VALUES (1, 'diagnosis_count', 11, 'admin:cli', :at)", at=at)
    for seq in (1, 2, 3):
        statement(
            database,
            "INSERT INTO audit VALUES (:seq, :at, 'admin:cli', 'envoy.add', 'KNH', '{}', :digest, :digest)",
            seq=seq,
            at=at,
            digest="0" * 64,
        )
    return database


def test_a_version_of_before_is_a_set_of_files_after_the_migration(of_before: Database):
    assert of_before.is_older()
    of_before.migrate()
    of_before.check_ready()
    assert not of_before.is_older()
    with of_before.read() as session:
        publication = session.query(PublicationRow).one()
        assert publication.global_model is not None
        assert publication.global_model.version == 1
        assert publication.global_model.digests == FILES
        assert session.get_one(GlobalModelRow, 12).digests == dict.fromkeys(FILES, "d" * 64)


def test_the_readers_have_read_what_was_told_before_the_migration(of_before: Database):
    of_before.migrate()
    assert statement(of_before, "SELECT name, seq FROM readers ORDER BY name") == [
        ("log", 3),
        ("training_logs", 3),
        ("view", 3),
    ]


def test_the_readers_of_a_new_database_have_everything_before_them(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'director.db'}")
    database.migrate()
    assert {seq for (seq,) in statement(database, "SELECT seq FROM readers")} == {0}


def test_the_way_back_puts_the_digests_where_they_were(of_before: Database):
    of_before.migrate()
    take_back_to(BEFORE, of_before)
    found = statement(of_before, "SELECT version, model_sha256, scaler_sha256, card_sha256 FROM global_models")
    assert found == [(1, *FILES.values()), (2, *["d" * 64] * 3)]
    tables = inspect(create_engine(of_before.url)).get_table_names()
    assert not {"readers", "global_model_files"} & set(tables)
    of_before.migrate()
    with of_before.read() as session:
        assert session.get_one(GlobalModelRow, 11).digests == FILES


# --- what each version moved on from ----------------------------------------------------------------------------------

OF_NOW, OF_EARLIER = "e" * 64, "f" * 64
"""Digests of two definitions of one task."""


def parents(database: Database, task: str = "diagnosis_count") -> dict[object, object]:
    found = statement(database, "SELECT version, parent FROM global_models WHERE task = :task", task=task)
    return dict(found)  # type: ignore[arg-type]  # two columns a row


@pytest.fixture
def of_0004(tmp_path: Path) -> Database:
    """A database before versions knew their parents, with nothing in it."""
    database = Database(f"sqlite:///{tmp_path / 'director.db'}")
    database.migrate("0004")
    return database


def make(database: Database, *versions: int, task: str = "diagnosis_count", digest: str = OF_NOW) -> None:
    """Make versions, each published in the act that makes it, as every earlier version of this program did."""
    for version in versions:
        statement(
            database,
            "INSERT INTO global_models (task, task_digest, version, strategy, parameters, scaler, num_examples, inputs,"
            " quarantined, metrics, created_at)"
            " VALUES (:task, :digest, :version, 'fedavg', '{}', 'merged', 90, '[]', '[]', '{}', :at)",
            task=task,
            digest=digest,
            version=version,
            at="2026-01-01 08:00:00.000000",
        )
        publish(database, version, task=task)


def publish(database: Database, version: int, task: str = "diagnosis_count") -> None:
    statement(
        database,
        "INSERT INTO publications (task, global_model_id, actor, created_at)"
        " SELECT task, id, 'admin:cli', created_at FROM global_models WHERE task = :task AND version = :version",
        task=task,
        version=version,
    )


def test_a_version_of_before_moved_on_from_the_one_that_was_published_when_it_was_made(of_0004: Database):
    make(of_0004, 1, 2)
    make(of_0004, 1, 2, 3, task="another")
    make(of_0004, 3)
    of_0004.migrate()
    assert parents(of_0004) == {1: None, 2: 1, 3: 2}
    assert parents(of_0004, "another") == {1: None, 2: 1, 3: 2}


def test_after_a_rollback_it_moved_on_from_the_one_rolled_back_to(of_0004: Database):
    make(of_0004, 1, 2)
    publish(of_0004, 1)
    make(of_0004, 3, 4)
    publish(of_0004, 2)  # what was rolled back is published again, and does not become its own parent's child
    publish(of_0004, 3)
    make(of_0004, 5)
    of_0004.migrate()
    assert parents(of_0004) == {1: None, 2: 1, 3: 1, 4: 3, 5: 3}


def test_the_first_version_of_a_task_that_was_defined_anew_moved_on_from_the_shared_start(of_0004: Database):
    make(of_0004, 1, 2, digest=OF_EARLIER)
    make(of_0004, 3, 4)
    publish(of_0004, 2)
    make(of_0004, 5)
    of_0004.migrate()
    assert parents(of_0004) == {1: None, 2: 1, 3: None, 4: 3, 5: None}


def test_of_what_was_not_known_before_nothing_is_said(of_0004: Database):
    make(of_0004, 1)
    at = "2026-01-01 08:00:00.000000"
    statement(of_0004, "INSERT INTO envoys VALUES (1, 'KNH', 'knh', :at, :at, NULL)", at=at)
    of_0004.migrate()
    of_0004.check_ready()
    with of_0004.read() as session:
        row = session.query(GlobalModelRow).one()
        assert (row.standing, row.notes) == ([], [])
        assert session.query(EnvoyRow).one().expected_examples is None
        assert session.query(VersionAnswerRow).all() == []


def test_the_way_back_and_forth_finds_the_same_parents(federation: FederationSimulator, hospital: SimulatedHospital):
    for nudge, back_to in enumerate((None, 1, None, 2, None)):
        hospital.train_and_upload(nudge)
        assert federation.aggregate().status_code == 201
        if back_to is not None:
            federation.http.post(f"/global_models/{back_to}/publish", headers=federation.admin)
    database = federation.director.database
    before = parents(database)
    assert before == {1: None, 2: 1, 3: 1, 4: 3, 5: 2}
    federation.stop()
    take_back_to("0004", database)
    with pytest.raises(DatabaseError, match="schema 0004"):
        database.check_ready()
    database.migrate()
    assert parents(database) == before
    federation._start()
    hospital.train_and_upload(9)
    assert federation.aggregate().json()["parent"] == 5


# --- names and notes --------------------------------------------------------------------------------------------------


def test_a_federation_of_the_schema_before_gets_names_and_notes_and_goes_on(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    assert federation.aggregate().status_code == 201
    before = federation.http.get("/global_models/1", headers=federation.admin).json()
    federation.stop()
    database = federation.director.database
    take_back_to("0006", database)
    assert "model_aliases" not in inspect(create_engine(database.url)).get_table_names()
    with pytest.raises(DatabaseError, match="schema 0006"):
        database.check_ready()
    database.migrate()
    federation._start()
    assert federation.http.get("/global_models/1", headers=federation.admin).json() == before
    named = federation.http.put("/global_models/1/aliases/production", headers=federation.admin)
    noted = federation.http.put("/global_models/1/note", json={"note": "Looked at"}, headers=federation.admin)
    assert (named.json()["aliases"], noted.json()["note"]) == (["champion", "production"], "Looked at")
    assert federation.director.upkeep.defects() == []


def test_a_name_stands_once_in_a_task(database: Database):
    make(database, 1, 2)
    for task in ("diagnosis_count", "another"):
        statement(database, "INSERT INTO model_aliases VALUES (:task, 'production', 1)", task=task)
    with pytest.raises(IntegrityError):
        statement(database, "INSERT INTO model_aliases VALUES ('diagnosis_count', 'production', 2)")


# --- transactions -----------------------------------------------------------------------------------------------------


@pytest.fixture
def noted(database: Database) -> Database:
    """A database with a table of numbers."""
    statement(database, "CREATE TABLE numbers (number INTEGER PRIMARY KEY, text TEXT)")
    return database


def numbers(database: Database) -> list[object]:
    with database.read() as session:
        return list(session.scalars(text("SELECT number FROM numbers ORDER BY number")))


def test_a_write_holds_the_lock_before_its_first_statement(noted: Database):
    with noted.write(), closing(sqlite3.connect(str(noted.file), timeout=0)) as other:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM numbers").fetchone() == (0,)  # readers need not wait


def test_a_write_is_whole_or_not_at_all(noted: Database):
    def fail() -> None:
        with noted.write() as session:
            session.execute(text("INSERT INTO numbers VALUES (1, '')"))
            raise RuntimeError("after all")

    with pytest.raises(RuntimeError):
        fail()
    assert numbers(noted) == []


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(noted: Database):
    with noted.read() as session:
        count = text("SELECT count(*) FROM numbers")
        before = session.scalar(count)
        statement(noted, "INSERT INTO numbers VALUES (1, '')")
        assert (before, session.scalar(count)) == (0, 0)
    assert numbers(noted) == [1]


def test_the_counter_moves_when_somebody_has_committed_and_only_then(noted: Database):
    counter = noted.change_counter()
    before = counter.value()
    assert numbers(noted) == []
    assert counter.value() == before
    statement(noted, "INSERT INTO numbers VALUES (1, '')")
    assert counter.value() != before
    counter.close()


@pytest.mark.parametrize(
    ("pragma", "kind"),
    [("PRAGMA max_page_count=1", StorageFullError), ("PRAGMA query_only=ON", StorageError)],
    ids=["the disk is full", "it may only be read"],
)
def test_what_the_disk_refuses_is_said_in_words(noted: Database, pragma: str, kind: type[StorageError]):
    def write() -> None:
        with noted.write() as session:
            session.execute(text(pragma))
            session.execute(text("INSERT INTO numbers VALUES (1, :much)"), {"much": "m" * 10_000})

    with pytest.raises(StorageError, match="nothing was changed") as refused:
        write()
    assert type(refused.value) is kind
    assert numbers(noted) == []


def test_a_fault_of_our_own_is_not_taken_for_the_disks(noted: Database):
    statement(noted, "INSERT INTO numbers VALUES (1, '')")
    with pytest.raises(IntegrityError):
        statement(noted, "INSERT INTO numbers VALUES (1, '')")


def test_an_empty_file_is_no_database_and_a_whole_one_has_no_complaints(tmp_path: Path, database: Database):
    (tmp_path / "empty.db").touch()
    assert not Database(f"sqlite:///{tmp_path / 'empty.db'}").is_there
    assert database.is_there
    assert database.check_whole() == []


def test_a_database_of_a_later_version_is_left_as_it_is(database: Database):
    statement(database, "UPDATE alembic_version SET version_num = '9999'")
    for attempt in (database.migrate, database.check_ready):
        with pytest.raises(DatabaseError, match="schema 9999") as refused:
            attempt()
        assert "A later version made it" in refused.value.hint
    assert not database.is_older()
    assert statement(database, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_threads_queue_for_the_write_lock_and_one_that_waits_too_long_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database_module, "_BUSY_SECONDS", 0.05)  # SQLite itself would wait for 30 s
    refusals: list[str] = []

    def write() -> None:
        try:
            with database.write():
                pytest.fail("two write at once")
        except DatabaseError as error:
            refusals.append(error.sentence)

    other = threading.Thread(target=write)
    with database.write():
        other.start()
        other.join(10)
    assert refusals == ["The database is too busy; nothing was changed."]
    with database.write():
        pass  # whoever was told holds nothing
