"""A database is made as the migrations make one, or what is other is named."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from director.records.database import REVISION, Database
from director.records.known_schema import known_revisions, schema_defects
from tests.migrated import put_empty_database

OTHERWISE = {
    "DROP INDEX ix_audit_act": "index ix_audit_act is missing",
    "ALTER TABLE tokens DROP COLUMN person": "column tokens.person is missing",
    "ALTER TABLE tokens ADD COLUMN backdoor TEXT": "column tokens.backdoor is there, and no migration made it",
    "ALTER TABLE tokens ADD COLUMN twice GENERATED ALWAYS AS (role)": "column tokens.twice is there",
    "DROP TABLE sign_in_links": "table sign_in_links is missing",
    "CREATE TABLE secrets (secret TEXT)": "table secrets is there, and no migration made it",
    "CREATE INDEX mine ON tokens (role)": "index mine is there, and no migration made it",
    "CREATE VIEW mine AS SELECT * FROM tokens": "view mine is there, and no migration made it",
    "CREATE TRIGGER back AFTER UPDATE ON tokens BEGIN UPDATE tokens SET revoked_at = NULL; END":
        "trigger back is there, and no migration made it",
    "DROP INDEX ix_sessions_token_id; CREATE INDEX ix_sessions_token_id ON sessions (id)":
        "index ix_sessions_token_id is on sessions (id), and not on sessions (token_id)",
    "DROP INDEX uq_global_models_round_id; CREATE INDEX uq_global_models_round_id ON global_models (round_id)":
        "index uq_global_models_round_id is on global_models (round_id), and not on global_models (round_id) unique",
    "DROP INDEX ix_audit_act; CREATE INDEX ix_audit_act ON audit (act) WHERE seq > 5": "on audit (act) partial",
    "DROP INDEX ix_audit_act; CREATE INDEX ix_audit_act ON audit (act COLLATE NOCASE)": "on audit (act NOCASE)",
}  # fmt: skip
"""What somebody may do to a database → what is said of it."""

MADE_ANEW = {
    ("role VARCHAR(16) NOT NULL", "role VARCHAR(16)"):
        "column tokens.role is VARCHAR(16), and not VARCHAR(16) NOT NULL",
    ("role VARCHAR(16) NOT NULL", "role INTEGER NOT NULL"):
        "column tokens.role is INTEGER NOT NULL, and not VARCHAR(16) NOT NULL",
    ("id VARCHAR(16) NOT NULL", "id VARCHAR(16) NOT NULL CHECK (id <> 'x')"): "table tokens is CHECK, and not plain",
    (", CONSTRAINT uq_tokens_sha256 UNIQUE (sha256)", ""): "constraint on tokens (sha256) unique is missing",
    ("REFERENCES envoys (id)", "REFERENCES envoys (id) ON DELETE CASCADE"):
        "reference tokens.envoy_id to envoys.id is NO ACTION, CASCADE, and not NO ACTION, NO ACTION",
}  # fmt: skip
"""What a table's text says and what is put in its place → what is said of it."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    put_empty_database(tmp_path / "director.db")
    return tmp_path / "director.db"


def found_in(file: Path) -> list[str]:
    database = Database(f"sqlite:///{file}")
    with database.read() as session:
        defects = [each.sentence for each in schema_defects(session)]
    database.close()
    return defects


@pytest.mark.parametrize("revision", known_revisions())
def test_what_the_migrations_make_has_no_defect_at_any_revision(tmp_path: Path, revision: str) -> None:
    database = Database(f"sqlite:///{tmp_path / 'director.db'}")
    database.migrate(revision)
    database.close()
    assert found_in(tmp_path / "director.db") == []


@pytest.mark.parametrize("statements", OTHERWISE)
def test_what_is_otherwise_is_named(file: Path, statements: str) -> None:
    with closing(sqlite3.connect(file)) as rows:
        rows.executescript(statements)
    (said,) = found_in(file)
    assert OTHERWISE[statements] in said


@pytest.mark.parametrize("exchange", MADE_ANEW)
def test_a_table_that_was_made_anew_otherwise_is_named(file: Path, exchange: tuple[str, str]) -> None:
    before, after = exchange
    with closing(sqlite3.connect(file)) as rows:
        ((made,),) = rows.execute("SELECT sql FROM sqlite_master WHERE name = 'tokens'")
        in_a_line = " ".join(made.split())
        assert before in in_a_line
        rows.executescript(f"DROP TABLE tokens; {in_a_line.replace(before, after)}")
    (said,) = found_in(file)
    assert MADE_ANEW[exchange] in said


def test_what_sqlite_keeps_for_itself_is_no_defect(file: Path) -> None:
    with closing(sqlite3.connect(file)) as rows:
        rows.executescript("INSERT OR IGNORE INTO readers VALUES ('log', 1); ANALYZE")
        assert rows.execute("SELECT count(*) FROM sqlite_stat1").fetchone() != (0,)
    assert found_in(file) == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        pytest.param("9999", "schema '9999' is none that this program knows", id="a later one"),
        pytest.param("0003x", "schema '0003x' is none that this program knows", id="one that nobody made"),
    ],
)
def test_a_revision_that_no_migration_leads_to_is_named(file: Path, said: str, sentence: str) -> None:
    with closing(sqlite3.connect(file)) as rows, rows:
        rows.execute("UPDATE alembic_version SET version_num = ?", (said,))
    assert found_in(file) == [sentence]


def test_a_database_of_something_else_has_no_schema(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as rows:
        rows.execute("CREATE TABLE here (number INTEGER)")
    assert found_in(tmp_path / "other.db") == ["it has no schema"]


def test_the_newest_revision_is_the_programs(tmp_path: Path) -> None:
    assert known_revisions()[-1] == REVISION


def test_a_look_changes_nothing(file: Path, tmp_path: Path) -> None:
    before = shutil.copyfile(file, tmp_path / "before.db").read_bytes()
    found_in(file)
    assert file.read_bytes() == before
