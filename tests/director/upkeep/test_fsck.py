"""A look over the whole house: each kind of damage is found and named, and nothing else is."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from contract.messages.audit import Checkpoint
from contract.names import Digest
from director.upkeep.fsck import find_defects
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def sound(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]) -> FederationSimulator:
    """A federation that has a model, a validation table and nothing wrong."""
    for each in five_hospitals:
        each.train_and_upload()
    headers = {**federation.admin, "Content-Type": "text/csv"}
    table = b"label,diagnosis_count\nlow,3\nhigh,20\n"
    assert federation.http.put("/validation/diagnosis_count", content=table, headers=headers).status_code == 200
    assert federation.aggregate().status_code == 201
    return federation


def defects(federation: FederationSimulator, *checkpoints: Checkpoint) -> list[str]:
    director = federation.director
    views = director.upkeep._views
    return find_defects(director.database, director.blobs, views, director.catalogue, federation.clock(), checkpoints)


def test_in_a_sound_house_nothing_is_wrong(sound: FederationSimulator):
    assert defects(sound) == []


def test_each_file_that_a_row_names_is_missed_when_it_is_gone(sound: FederationSimulator):
    for digest in sorted(sound.director.blobs.digests()):
        path = sound.file("blobs", digest[:2], digest)
        data = path.read_bytes()
        path.unlink()
        assert [each for each in defects(sound) if each.startswith("blob: ") and digest[:12] in each], digest
        path.write_bytes(data)
    assert defects(sound) == []


def test_a_file_that_no_row_names_is_an_orphan(sound: FederationSimulator):
    orphan, _ = sound.director.blobs.keep(b"nobody's")
    assert defects(sound) == [f"orphan: no row names the stored file {orphan}"]


def test_a_changed_record_is_found_by_its_number(sound: FederationSimulator):
    with sound.director.database.write() as session:
        session.execute(text("UPDATE audit SET actor = 'somebody else' WHERE seq = 3"))
    (defect,) = defects(sound)
    assert defect.startswith("audit: record 3 ")


def test_an_audit_that_never_reached_a_checkpoint_is_told(sound: FederationSimulator):
    head = sound.director.upkeep.checkpoint()
    beyond = Checkpoint(seq=head.seq + 1, digest=Digest("a" * 64), at=head.at)
    assert defects(sound, head) == []
    assert [each.split(":")[0] for each in defects(sound, beyond)] == ["audit"]


def test_a_file_of_the_view_that_is_not_the_current_one_is_named(sound: FederationSimulator):
    sound.file("aggregated", "model.pt").write_bytes(b"something else")
    sound.file("received_results", "KNH", "scaler.pkl").unlink()
    assert sorted(defects(sound)) == [
        "view: model.pt of aggregated is not the current one",
        "view: scaler.pkl of KNH is not the current one",
    ]


def test_an_admins_token_that_nobody_issued_is_named(sound: FederationSimulator):
    with sound.director.database.write() as session:
        session.execute(text("UPDATE tokens SET role = 'admin' WHERE role = 'hospital' AND envoy_id = 1"))
    (defect,) = defects(sound)
    assert defect.startswith("rows: token ")
    assert defect.endswith(" (role admin): it was issued with the role hospital")


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("CREATE TRIGGER back AFTER UPDATE ON readers BEGIN SELECT 1; END", "schema: trigger back is there"),
        ("ALTER TABLE tokens ADD COLUMN more TEXT", "schema: column tokens.more is there"),
        ("ALTER TABLE global_models DROP COLUMN note", "schema: column global_models.note is missing"),
    ],
)
def test_a_schema_that_drifted_is_named_even_where_rows_can_not_be_read(
    sound: FederationSimulator, statement: str, found: str
):
    with sound.director.database.write() as session:
        session.execute(text(statement))
    (defect,) = defects(sound)
    assert defect.startswith(found)


def test_a_look_changes_nothing(sound: FederationSimulator):
    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in sound.folder.rglob("*") if path.is_file() and "db" not in path.name}

    sound.file("aggregated", "model.pt").write_bytes(b"something else")
    sound.director.blobs.keep(b"nobody's")
    before = files()
    assert len(defects(sound)) == 2
    assert files() == before


def test_nobody_writes_while_it_compares(sound: FederationSimulator, monkeypatch):
    views, others = sound.director.upkeep._views, []
    original = views.differences

    def differences(*arguments: Any) -> list[str]:
        with closing(sqlite3.connect(sound.file("director.db"), timeout=0)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
                others.append("wrote")
            except sqlite3.OperationalError:
                others.append("waits")
        return original(*arguments)

    monkeypatch.setattr(views, "differences", differences)
    assert defects(sound) == []
    assert others == ["waits"]


def test_a_sound_house_has_no_defects(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    for each in five_hospitals:
        each.train_and_upload()
    federation.aggregate()
    assert federation.director.upkeep.defects() == []


def test_fsck_finds_a_flipped_bit_and_a_missing_file(federation: FederationSimulator, hospital: SimulatedHospital):
    files = hospital.train_and_upload()["files"]
    flipped, missing = files["model"]["sha256"], files["scaler"]["sha256"]
    path = federation.file("blobs", flipped[:2], flipped)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    federation.file("blobs", missing[:2], missing).unlink()
    found = " ".join(federation.director.upkeep.defects())
    assert flipped[:12] in found
    assert missing[:12] in found
