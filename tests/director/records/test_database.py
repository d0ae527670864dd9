"""The database: its schema, its migrations, what is refused and left as it is."""

from pathlib import Path

import pytest
from federation_simulator import FederationSimulator
from sqlalchemy import create_engine, inspect, text

from director.assembly import Director
from director.errors import DatabaseError, NotInitialisedError
from director.records import audit
from director.records.database import REVISION, Database
from director.records.schema import Base
from director.settings import DirectorSettings


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
    (token,) = director.members.list_tokens(role=None, envoy_name=None, limit=10, cursor=None).items
    assert (token.id, token.envoy_name, token.last_used_at, token.successor_id) == ("t1", "KNH", token.created_at, None)
