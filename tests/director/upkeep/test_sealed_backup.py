"""An encrypted backup: nothing plain on its disk, and a whole federation where its key is."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from director.assembly import Director
from director.errors import DamagedArtifactError, UsageError
from director.members.access import LOCAL_ADMIN
from director.settings import DirectorSettings
from director.upkeep.sealed_backup import SealedBackup
from director.upkeep.sealing import Seal
from tests.federation_simulator import FederationSimulator, SimulatedHospital
from tests.keys import AgeKey, age_key, needs_age

pytestmark = needs_age


@pytest.fixture
def key(tmp_path: Path) -> AgeKey:
    return age_key(tmp_path / "key.txt")


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    return tmp_path / "usb"


@pytest.fixture
def made(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital], usb: Path, key: AgeKey
) -> SealedBackup:
    for each in five_hospitals:
        each.train_and_upload()
    federation.aggregate()
    return federation.director.upkeep.back_up_sealed(LOCAL_ADMIN, usb / "monday.age", Seal.to([key.recipient]))


def elsewhere(folder: Path) -> Director:
    return Director(DirectorSettings(data_dir=folder / "elsewhere"))


def test_a_federation_is_restored_whole_with_the_key(
    federation: FederationSimulator, made: SealedBackup, usb: Path, key: AgeKey, tmp_path: Path
) -> None:
    director = elsewhere(tmp_path)
    restored = director.restore(usb / "monday.age", identity=key.file)
    assert director.upkeep.defects() == []
    assert restored.checkpoint == made.manifest.checkpoint
    view = federation.file("aggregated", "model.pt").read_bytes()
    assert (tmp_path / "elsewhere" / "aggregated" / "model.pt").read_bytes() == view
    assert list((tmp_path / "elsewhere").glob(".unsealed-*")) == []
    director.close()


def test_on_the_target_there_is_one_file_that_others_can_not_read(made: SealedBackup, usb: Path) -> None:
    (file,) = usb.iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("monday.age", 0o600)
    assert b"KUTRRH" not in file.read_bytes()


def test_no_plain_rows_are_left_in_the_data_folder(federation: FederationSimulator, made: SealedBackup) -> None:
    assert list(federation.file("blobs", "incoming").iterdir()) == []
    assert federation.director.upkeep.defects() == []


def test_whoever_has_the_key_finds_the_digest_that_was_told(made: SealedBackup, usb: Path, key: AgeKey) -> None:
    command = ["age", "--decrypt", "--identity", str(key.file), str(usb / "monday.age")]
    plain = subprocess.run(command, check=True, capture_output=True).stdout
    assert hashlib.sha256(plain).hexdigest() == made.plain_sha256


def test_what_can_not_be_opened_leaves_no_data_folder(
    made: SealedBackup, usb: Path, key: AgeKey, tmp_path: Path
) -> None:
    file, other = usb / "monday.age", age_key(tmp_path / "other.txt")
    with pytest.raises(UsageError, match="did not open"):
        elsewhere(tmp_path).restore(file, identity=other.file)
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DamagedArtifactError, match="did not open"):
        elsewhere(tmp_path).restore(file, identity=key.file)
    assert not (tmp_path / "elsewhere").exists()


def test_something_else_that_was_encrypted_is_no_backup(usb: Path, key: AgeKey, tmp_path: Path) -> None:
    usb.mkdir()
    with (usb / "x.age").open("wb") as file, Seal.to([key.recipient]).encrypting(file) as plain:
        plain.write(b"something else")
    with pytest.raises(DamagedArtifactError, match="no copy of a federation"):
        elsewhere(tmp_path).restore(usb / "x.age", identity=key.file)
    assert not (tmp_path / "elsewhere").exists()


def test_a_damaged_federation_is_not_copied_and_nothing_is_left(
    federation: FederationSimulator, hospital: SimulatedHospital, usb: Path, key: AgeKey
) -> None:
    digest = hospital.train_and_upload()["files"]["model"]["sha256"]
    federation.file("blobs", digest[:2], digest).write_bytes(b"damaged")
    with pytest.raises(DamagedArtifactError, match=digest[:12]):
        federation.director.upkeep.back_up_sealed(LOCAL_ADMIN, usb / "a.age", Seal.to([key.recipient]))
    assert list(usb.iterdir()) == []


def test_a_file_that_is_there_and_a_recipient_that_is_none_are_refused_before_anything_is_on_record(
    federation: FederationSimulator, made: SealedBackup, usb: Path, key: AgeKey
) -> None:
    head, before = federation.director.upkeep.checkpoint().seq, (usb / "monday.age").read_bytes()
    with pytest.raises(UsageError, match="is there already"):
        federation.director.upkeep.back_up_sealed(LOCAL_ADMIN, usb / "monday.age", Seal.to([key.recipient]))
    with pytest.raises(UsageError, match="did not encrypt"):
        federation.director.upkeep.back_up_sealed(LOCAL_ADMIN, usb / "b.age", Seal.to(["age1" + "q" * 58]))
    assert (federation.director.upkeep.checkpoint().seq, (usb / "monday.age").read_bytes()) == (head, before)


def test_a_key_for_a_backup_that_is_not_encrypted_is_refused(
    federation: FederationSimulator, key: AgeKey, tmp_path: Path
) -> None:
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    with pytest.raises(UsageError, match="is not encrypted"):
        elsewhere(tmp_path).restore(tmp_path / "copy", identity=key.file)
