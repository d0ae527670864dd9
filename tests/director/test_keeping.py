"""What lies on the disk: blobs, the ledger, the view, and what a start puts right."""

import errno
import json

import pytest
from federation_simulator import FederationSimulator, SimulatedHospital

from director.assembly import Director
from director.errors import NotInitialisedError


def defects(federation: FederationSimulator) -> list[str]:
    director = federation.director
    return director.upkeep.defects()


def test_artifacts_without_a_database_are_not_made_anew_in_silence(federation: FederationSimulator):
    federation.stop()
    for path in federation.folder.glob("director.db*"):
        path.unlink()
    with pytest.raises(NotInitialisedError, match="artifacts but no database"):
        Director(federation.settings).initialise()
    federation.director = Director(federation.settings)


def test_a_sound_house_has_no_defects(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    for each in five_hospitals:
        each.train_and_upload()
    federation.aggregate()
    assert defects(federation) == []


def test_a_start_removes_what_no_row_names(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    orphan, _ = federation.director.blobs.keep(b"an upload whose row was never written")
    federation.file("blobs", "incoming", "half").write_bytes(b"half an upload")
    assert [each for each in defects(federation) if "orphan" in each]
    federation.restart()
    assert not federation.director.blobs.has(orphan)
    assert list(federation.file("blobs", "incoming").iterdir()) == []
    assert defects(federation) == []


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
