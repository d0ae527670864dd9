"""What lies on the disk: blobs, the ledger, the view, and what a start puts right."""

import errno
import json
from pathlib import Path

import pytest
from federation_simulator import FederationSimulator, SimulatedHospital
from sqlalchemy import create_engine, inspect, select, text

from contract.names import Digest
from director.assembly import Director
from director.errors import DamagedArtifactError, DatabaseError, NotInitialisedError, StorageFullError
from director.records import audit
from director.records.blobs import BlobStore
from director.records.database import REVISION, Database
from director.records.schema import AuditRow, Base
from director.settings import DirectorSettings
from director.upkeep.views import Views


def defects(federation: FederationSimulator) -> list[str]:
    director = federation.director
    return director.upkeep.defects()


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


def test_artifacts_without_a_database_are_not_made_anew_in_silence(federation: FederationSimulator):
    federation.stop()
    for path in federation.folder.glob("director.db*"):
        path.unlink()
    with pytest.raises(NotInitialisedError, match="artifacts but no database"):
        Director(federation.settings).initialise()
    federation.director = Director(federation.settings)


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


def test_a_sound_house_has_no_defects(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    for each in five_hospitals:
        each.train_and_upload()
    federation.aggregate()
    assert defects(federation) == []


def test_a_start_mends_the_view_and_leaves_foreign_files_alone(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    older = federation.file("received_results", "KUTRRH", "model.pt").read_bytes()
    hospital.train_and_upload(2)
    shown, foreign = (federation.file("received_results", "KUTRRH", name) for name in ("model.pt", "scaler.pkl"))
    newer = shown.read_bytes()
    shown.write_bytes(older)
    foreign.write_bytes(b"somebody else's")
    federation.file("received_results", "KUTRRH", "metadata.json").unlink()
    assert len(defects(federation)) == 3
    federation.restart()
    assert shown.read_bytes() == newer
    assert federation.file("received_results", "KUTRRH", "metadata.json").exists()
    assert foreign.read_bytes() == b"somebody else's"
    assert "view.foreign_file" in federation.file("logs", "director.log").read_text()
    assert len(defects(federation)) == 1


def test_a_start_removes_what_no_row_names(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    orphan, _ = federation.director.blobs.keep(b"an upload whose row was never written")
    federation.file("blobs", "incoming", "half").write_bytes(b"half an upload")
    assert [each for each in defects(federation) if "orphan" in each]
    federation.restart()
    assert not federation.director.blobs.has(orphan)
    assert list(federation.file("blobs", "incoming").iterdir()) == []
    assert defects(federation) == []


def test_a_start_removes_what_was_left_half_written_in_the_view(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    left = federation.file("received_results", "KUTRRH", ".model.pt.0a1b2c3d.arriving")
    left.write_bytes(b"half a mod")
    assert [each for each in defects(federation) if "half written" in each]
    federation.restart()
    assert not left.exists()
    assert defects(federation) == []


def test_the_same_bytes_again_mend_a_damaged_file(federation: FederationSimulator):
    blobs = federation.director.blobs
    digest, _ = blobs.keep(b"what a hospital sends twice")
    federation.file("blobs", digest[:2], digest).write_bytes(b"what a hospital sends twicf")
    assert blobs.keep(b"what a hospital sends twice")[0] == digest
    assert blobs.read(digest) == b"what a hospital sends twice"


def test_a_look_at_a_full_disk_leaves_nothing(federation: FederationSimulator, monkeypatch):
    def full(path: Path, _: bytes) -> None:
        path.touch()  # a full disk still takes names
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    ready = federation.http.get("/health/ready")
    assert (ready.status_code, ready.json()["checks"]["database"]) == (503, "ok")
    assert list(federation.file("blobs", "incoming").iterdir()) == []


def test_inferences_are_answered_while_their_log_takes_no_line(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch
):
    hospital.train_and_upload()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("director.inference.log.os.write", full)
        assert [hospital.infer({"diagnosis_count": 3}).status_code for _ in range(2)] == [200, 200]
    assert hospital.infer({"diagnosis_count": 3}).status_code == 200
    lines = [json.loads(line) for line in federation.file("logs", "inference.log").read_text().split("\n") if line]
    assert lines[-2]["lost_lines"] == 2
    assert lines[-1]["rows"] == 1


def test_a_receipt_is_given_though_the_view_can_not_be_written(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch
):
    def locked(*_: object) -> None:
        raise DatabaseError("The database does not answer; nothing was changed.")

    with monkeypatch.context() as patched:
        patched.setattr(Views, "read", locked)
        assert hospital.upload(hospital.parcel()).status_code == 201
    federation.restart()
    assert defects(federation) == []


def test_fsck_finds_a_flipped_bit_and_a_missing_file(federation: FederationSimulator, hospital: SimulatedHospital):
    files = hospital.train_and_upload()["files"]
    flipped, missing = files["model"]["sha256"], files["scaler"]["sha256"]
    path = federation.file("blobs", flipped[:2], flipped)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    federation.file("blobs", missing[:2], missing).unlink()
    found = " ".join(defects(federation))
    assert flipped[:12] in found
    assert missing[:12] in found


def test_a_full_disk_is_a_clean_refusal(federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch):
    hospital.train_and_upload(1)
    parcel = hospital.parcel(2)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("director.records.blobs.os.fsync", full)
        response = hospital.upload(parcel)
        assert (response.status_code, response.json()["code"]) == (507, "storage_full")
        assert int(response.headers["retry-after"]) > 0
    assert defects(federation) == []
    assert hospital.infer({"diagnosis_count": 3}).json()["model"]["version"] == 1
    assert hospital.upload(parcel).json()["version"] == 2


def test_a_blob_is_kept_once_and_read_whole(tmp_path: Path):
    blobs = BlobStore(tmp_path)
    blobs.prepare()
    digest, size = blobs.keep(iter([b"one ", memoryview(b"two")]))
    assert (digest, size) == (Digest.of(b"one two"), 7)
    assert blobs.keep(b"one two") == (digest, 7)
    assert blobs.read(digest) == b"one two"
    part = bytearray(3)
    blobs.read_at(digest, 4, memoryview(part))
    assert part == b"two"
    with pytest.raises(DamagedArtifactError):
        blobs.read_at(digest, 5, memoryview(part))
    with pytest.raises(DamagedArtifactError):
        blobs.read(Digest.of(b"never kept"))


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch):
    blobs = BlobStore(tmp_path)
    blobs.prepare()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("director.records.blobs.os.fsync", full)
    with pytest.raises(StorageFullError):
        blobs.keep(b"data")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_every_act_is_on_record_and_chained(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    for each in five_hospitals:
        each.train_and_upload()
    federation.aggregate()
    spoilt = five_hospitals[0].parcel(9)
    spoilt.model = b"x"
    five_hospitals[0].upload(spoilt)
    with federation.director.database.read() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    previous = audit.GENESIS
    for place, row in enumerate(rows, start=1):
        assert (row.seq, row.previous, row.digest) == (place, previous, audit.chained_digest(row))
        previous = row.digest
    acts = [row.act for row in rows]
    assert {"token.issue", "envoy.add", "envoy.code", "statistics.keep", "upload.admit", "model.aggregate"} < set(acts)
    assert acts[-1] == "upload.reject"


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
