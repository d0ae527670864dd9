"""A copy of the whole federation, and the federation from the copy."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from typer.testing import CliRunner

from contract.names import AliasName, Digest, TaskName
from director.app import create_app
from director.assembly import Director
from director.cli import app
from director.clock import utc_now
from director.errors import DamagedArtifactError, DatabaseError, OperatorError, StorageError, UsageError
from director.members.access import LOCAL_ADMIN
from director.records import audit
from director.records.database import Database
from director.records.ledger import Ledger
from director.settings import DirectorSettings
from director.upkeep.backup import make_backup, read_backup
from tests.federation_simulator import NO_DASHBOARD, FederationSimulator, SimulatedHospital


def back_up(federation: FederationSimulator, target: Path) -> None:
    director = federation.director
    director.upkeep.back_up(LOCAL_ADMIN, target)


@pytest.fixture
def copy(federation: FederationSimulator, five_hospitals: list[SimulatedHospital], tmp_path: Path) -> Path:
    """A backup of a federation that has aggregated."""
    for each in five_hospitals:
        each.train_and_upload()
    federation.aggregate()
    back_up(federation, tmp_path / "copies" / "monday")
    return tmp_path / "copies" / "monday"


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_federation_is_restored_whole_in_another_folder(federation: FederationSimulator, copy: Path, tmp_path: Path):
    elsewhere = Director(DirectorSettings(data_dir=tmp_path / "elsewhere"))
    before = files_below(copy)
    elsewhere.restore(copy)
    elsewhere.open()
    assert elsewhere.upkeep.defects() == []
    for view in ("received_results", "aggregated"):
        assert files_below(tmp_path / "elsewhere" / view) == files_below(federation.file(view))
    assert files_below(copy) == before
    elsewhere.close()


def test_the_names_of_versions_and_notes_on_them_come_along(
    federation: FederationSimulator, copy: Path, tmp_path: Path
):
    naming, task = federation.director.naming, TaskName("diagnosis_count")
    naming.alias(LOCAL_ADMIN, task, 1, AliasName("production"))
    naming.note(LOCAL_ADMIN, task, 1, "Looked at")
    back_up(federation, tmp_path / "tuesday")
    elsewhere = Director(DirectorSettings(data_dir=tmp_path / "elsewhere"))
    elsewhere.restore(tmp_path / "tuesday")
    restored = elsewhere.models.get(LOCAL_ADMIN, task, elsewhere.naming.number(task, "production"))
    assert (restored.version, restored.aliases, restored.note) == (1, ["champion", "production"], "Looked at")
    elsewhere.database.close()


def test_a_backup_is_on_record_and_so_is_its_restoring(copy: Path, tmp_path: Path):
    made = json.loads((copy / "manifest.json").read_text())
    elsewhere = Director(DirectorSettings(data_dir=tmp_path / "elsewhere"))
    elsewhere.restore(copy)
    with elsewhere.database.read() as session:
        restored, backed_up = audit.page(
            session, act=None, actor=None, subject="federation", limit=9, cursor=None
        ).items
    assert (restored.act, backed_up.act) == ("backup.restore", "backup.make")
    assert restored.facts["digest"] == made["checkpoint"]["digest"] == backed_up.digest


def test_nobody_is_signed_in_and_no_link_holds_in_a_federation_made_from_a_copy(
    federation: FederationSimulator, tmp_path: Path
):
    cookie = federation.sign_in(federation.token("admin"))
    link = federation.director.people.make_link(LOCAL_ADMIN).code
    back_up(federation, tmp_path / "copy")
    federation.http.delete("/session", headers=cookie)
    federation.http.post("/session", json={"link": link})
    elsewhere = Director(DirectorSettings(data_dir=tmp_path / "elsewhere"), federation.clock)
    elsewhere.restore(tmp_path / "copy")
    with TestClient(create_app(elsewhere, NO_DASHBOARD)) as http:
        assert http.get("/session", headers=cookie).status_code == 401
        assert http.post("/session", json={"link": link}).status_code == 401
        (ended,) = elsewhere.upkeep.list_audit(act="session.end", actor=None, subject=None, limit=9, cursor=None).items
    assert ended.facts["why"] == "restored"


def test_whatever_byte_of_a_backup_is_flipped_it_is_refused_by_the_files_name(copy: Path, tmp_path: Path):
    for path in sorted(each for each in copy.rglob("*") if each.is_file()):
        data = path.read_bytes()
        for damaged in (bytes([data[0] ^ 1]) + data[1:], data[:-1] + bytes([data[-1] ^ 4]), data[: len(data) // 2]):
            path.write_bytes(damaged)
            with pytest.raises((DamagedArtifactError, UsageError), match=r"manifest\.json|director\.db|" + path.name):
                Director(DirectorSettings(data_dir=tmp_path / "elsewhere")).restore(copy)
        path.unlink()
        with pytest.raises((DamagedArtifactError, UsageError)):
            read_backup(copy, utc_now())
        path.write_bytes(data)
    read_backup(copy, utc_now())
    assert not (tmp_path / "elsewhere").exists()


def rewrite(copy: Path, *statements: str) -> None:
    """Write the rows of a copy, and a manifest that vouches for them, as whoever has the copy can."""
    with closing(sqlite3.connect(copy / "director.db")) as rows, rows:
        for statement in statements:
            rows.execute(statement)
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["database"] = Digest.of((copy / "director.db").read_bytes())
    (copy / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "CREATE TRIGGER back AFTER UPDATE ON tokens BEGIN UPDATE tokens SET revoked_at = NULL; END",
            "trigger back is there, and no migration made it",
        ),
        ("CREATE VIEW mine AS SELECT * FROM tokens", "view mine is there, and no migration made it"),
        ("CREATE TABLE mine (secret TEXT)", "table mine is there, and no migration made it"),
        ("ALTER TABLE tokens ADD COLUMN more TEXT", "column tokens.more is there, and no migration made it"),
        ("CREATE INDEX mine ON tokens (role)", "index mine is there, and no migration made it"),
        ("DROP TABLE sessions", "table sessions is missing"),
        ("UPDATE alembic_version SET version_num = '0003x'", "schema '0003x' is none that this program knows"),
        ("UPDATE tokens SET role = 'admin'", "it was issued with the role hospital"),
        ("DELETE FROM audit WHERE seq = 2", "record 2 is missing"),
    ],
)
def test_a_backup_that_was_written_past_the_program_is_refused(
    copy: Path, tmp_path: Path, statement: str, sentence: str
):
    rewrite(copy, statement)
    with pytest.raises(OperatorError) as refused:
        Director(DirectorSettings(data_dir=tmp_path / "elsewhere")).restore(copy)
    assert sentence in refused.value.sentence
    assert refused.value.hint == "Use another backup; nothing was changed."
    assert not (tmp_path / "elsewhere").exists()


def test_a_federation_that_could_not_be_restored_is_not_copied(federation: FederationSimulator, tmp_path: Path):
    federation.token("analyst")
    with federation.director.database.write() as session:
        session.execute(text("UPDATE tokens SET role = 'admin'"))
    with pytest.raises(DamagedArtifactError, match="rows and its audit disagree") as refused:
        back_up(federation, tmp_path / "copy")
    assert "fl-director fsck" in refused.value.hint
    assert list(tmp_path.glob("*copy*")) == []


def test_a_later_versions_backup_is_refused_and_leaves_nothing(copy: Path, tmp_path: Path):
    rewrite(copy, "UPDATE alembic_version SET version_num = '9999'")
    elsewhere = Director(DirectorSettings(data_dir=tmp_path / "elsewhere"))
    with pytest.raises(DatabaseError, match="schema 9999") as refused:
        elsewhere.restore(copy)
    assert "A later version made it" in refused.value.hint
    assert files_below(tmp_path / "elsewhere") == {}


def test_a_folder_that_is_in_use_is_not_restored_into(federation: FederationSimulator, copy: Path, tmp_path: Path):
    with pytest.raises(UsageError, match=r"director\.db is there"):
        Director(federation.settings).restore(copy)
    for left in ("blobs/ab", "aggregated/model.pt", "received_results/KNH"):
        folder = tmp_path / left.replace("/", "-")
        (folder / left).mkdir(parents=True)
        with pytest.raises(UsageError, match="not empty"):
            Director(DirectorSettings(data_dir=folder)).restore(copy)


def test_a_backup_never_overwrites(federation: FederationSimulator, copy: Path):
    before = files_below(copy)
    with pytest.raises(UsageError, match="is there already"):
        back_up(federation, copy)
    assert files_below(copy) == before


def test_a_backup_of_a_damaged_federation_is_not_made(
    federation: FederationSimulator, hospital: SimulatedHospital, tmp_path: Path
):
    digest = hospital.train_and_upload()["files"]["model"]["sha256"]
    federation.file("blobs", digest[:2], digest).write_bytes(b"damaged")
    with pytest.raises(DamagedArtifactError, match=digest[:12]):
        back_up(federation, tmp_path / "copies" / "monday")
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_backup_that_can_not_be_written_leaves_nothing(
    federation: FederationSimulator, hospital: SimulatedHospital, tmp_path: Path, monkeypatch
):
    hospital.train_and_upload()

    def refuses(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("director.records.blobs.os.fsync", refuses)
    with pytest.raises(StorageError):
        back_up(federation, tmp_path / "copies" / "monday")
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_database_that_a_server_keeps_is_not_covered_and_says_so(federation: FederationSimulator, tmp_path: Path):
    class Served(Database):
        @property
        def file(self) -> None:
            return None

    ledger = Ledger(Served("sqlite://"), federation.clock)
    with pytest.raises(UsageError, match="covers SQLite"):
        make_backup(ledger, federation.director.blobs, tmp_path / "copy", actor="director")


def test_the_commands_end_with_their_exit_codes(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    run = CliRunner()
    monkeypatch.setenv("DIRECTOR_DATA_DIR", str(tmp_path / "new"))
    assert run.invoke(app, ["restore", str(tmp_path)]).exit_code == 2
    assert run.invoke(app, ["restore", str(copy)]).exit_code == 0
    assert run.invoke(app, ["restore", str(copy)]).exit_code == 2
    assert run.invoke(app, ["fsck"]).exit_code == 0
    assert run.invoke(app, ["backup", str(tmp_path / "tuesday")]).exit_code == 0
    assert run.invoke(app, ["backup", str(tmp_path / "tuesday")]).exit_code == 2
    (copy / "director.db").write_bytes(b"")
    monkeypatch.setenv("DIRECTOR_DATA_DIR", str(tmp_path / "other"))
    assert run.invoke(app, ["restore", str(copy)]).exit_code == 5
