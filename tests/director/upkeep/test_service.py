"""What keeps the house in order, as the server and the commands call it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from contract.messages.audit import Checkpoint
from contract.names import Digest
from director.assembly import Director
from director.errors import NotInitialisedError, StorageError, UsageError
from director.members.access import LOCAL_ADMIN
from director.settings import DirectorSettings
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_folder_without_a_federation_is_not_recovered(tmp_path: Path):
    with pytest.raises(NotInitialisedError):
        Director(DirectorSettings(data_dir=tmp_path / "nowhere")).upkeep.recover()
    assert not (tmp_path / "nowhere").exists()


def test_the_states_are_ok_or_the_reason_why_not(federation: FederationSimulator, monkeypatch):
    upkeep = federation.director.upkeep
    assert upkeep.states() == {"database": "ok", "storage": "ok"}

    def refuses() -> None:
        raise StorageError("The disk is away.")

    monkeypatch.setattr(federation.director.blobs, "check_writable", refuses)
    assert upkeep.states() == {"database": "ok", "storage": "The disk is away."}


def test_who_made_a_backup_is_on_record_and_in_the_log(federation: FederationSimulator, tmp_path: Path):
    manifest = federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    (line,) = federation.log_lines("backup.make")
    assert (line["actor"], line["seq"]) == ("admin:cli", manifest.checkpoint.seq)


@pytest.mark.parametrize("left", ["director.db", "blobs/ab/x", "audit.head", "aggregated/model.pt"])
def test_a_folder_that_holds_something_is_not_restored_into(federation: FederationSimulator, tmp_path: Path, left: str):
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    folder = tmp_path / "elsewhere"
    (folder / left).parent.mkdir(parents=True)
    (folder / left).write_bytes(b"what somebody still needs")
    with pytest.raises(UsageError, match="not empty"):
        Director(DirectorSettings(data_dir=folder)).restore(tmp_path / "copy")
    assert [path for path in folder.rglob("*") if path.is_file()] == [folder / left]


def test_the_export_is_the_audit_line_by_line(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    upkeep = federation.director.upkeep
    records = [json.loads(line)["record"] for line in upkeep.export_audit()]
    assert [record[0] for record in records] == list(range(1, upkeep.checkpoint().seq + 1))
    listed = upkeep.list_audit(act=None, actor=None, subject=None, limit=200, cursor=None).items
    assert [record[3] for record in records] == [record.act for record in reversed(listed)]


def test_the_audit_is_held_against_the_head_that_the_folder_keeps_and_against_checkpoints(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    upkeep = federation.director.upkeep
    earlier = upkeep.checkpoint()
    hospital.train_and_upload()
    upkeep.note_head()
    assert upkeep.verify_audit([earlier]).is_whole
    assert not upkeep.verify_audit([Checkpoint(seq=1, digest=Digest("a" * 64), at=earlier.at)]).is_whole
    with federation.director.database.write() as session:
        session.execute(text("DELETE FROM audit WHERE seq > :seq"), {"seq": earlier.seq})
    found = upkeep.verify_audit()
    assert (found.is_whole, found.head) == (False, None)
    assert [each for each in upkeep.defects() if each.startswith("audit: ")]


def test_the_head_that_is_noted_is_the_newest_record(federation: FederationSimulator, hospital: SimulatedHospital):
    upkeep = federation.director.upkeep
    upkeep.note_head()
    kept = Checkpoint.model_validate_json(federation.file("audit.head").read_bytes())
    assert (kept.seq, kept.digest) == (upkeep.checkpoint().seq, upkeep.checkpoint().digest)
