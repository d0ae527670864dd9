"""Every way we know to lie in the archive around a ``model.pt``: refused by name, before a tensor is looked at."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from contract.artifacts.model_file import locate_tensors, read_model
from contract.artifacts.zip_archive import RECORD_ALIGNMENT, archive_parts, read_directory
from contract.errors import ModelFileError
from fuzz.hostile import archive_cases, models
from fuzz.hostile.case import Case
from fuzz.hostile.models import LAYOUT


@pytest.mark.parametrize("hostile_file", archive_cases.CASES, ids=lambda each: each.name)
def test_a_hostile_archive_is_refused(hostile_file: Case, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError) as refusal:
        read_model(hostile_file.build(tmp_path / "canary"), LAYOUT)

    assert (type(refusal.value), hostile_file.says in refusal.value.sentence) == (ModelFileError, True), refusal.value
    assert refusal.value.hint
    assert len(refusal.value.sentence) < 300


def test_the_builder_writes_byte_for_byte_what_torch_writes() -> None:
    real = models.saved(models.network_state())

    assert models.zipped(models.parts_of(real)) == real


@pytest.mark.parametrize("cut", range(0, 100, 4))
def test_a_truncated_model_file_is_refused(cut: int) -> None:
    whole = models.saved(models.network_state())

    with pytest.raises(ModelFileError):
        locate_tensors(whole[: len(whole) * cut // 100], LAYOUT)


def test_a_forged_long_descriptor_is_held_to_the_directory_too() -> None:
    forged = struct.pack("<4sIQQ", b"PK\x07\x08", 0, 32, 32)

    with pytest.raises(ModelFileError, match="something lies between"):
        locate_tensors(models.with_part("data/1", descriptor=forged), LAYOUT)


def test_what_is_written_is_found_in_its_place_and_aligned() -> None:
    matter = {"data.pkl": b"pickle", "data/0": bytes(range(40)), "version": b"3\n"}
    archive = memoryview(b"".join(archive_parts("model", matter.items())))

    members = read_directory(archive, max_members=3)

    assert {name: bytes(member.bytes_in(archive)) for name, member in members.items()} == matter
    assert [member.offset % RECORD_ALIGNMENT for member in members.values()] == [0, 0, 0]
    for member in members.values():
        member.require_intact(archive)


def test_pythons_own_zipfile_reads_what_is_written() -> None:
    data = b"".join(archive_parts("Köln", [("data/0", b"numbers")]))

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.read("Köln/data/0") == b"numbers"


def test_damage_in_a_member_is_seen_where_its_bytes_are_asked_for_only() -> None:
    data = bytearray(b"".join(archive_parts("model", [("data/0", b"numbers")])))
    data[read_directory(memoryview(data), 1)["data/0"].offset] ^= 1

    member = read_directory(memoryview(data), 1)["data/0"]

    with pytest.raises(ModelFileError, match="checksum of its part 'data/0'"):
        member.require_intact(memoryview(data))


def test_more_members_than_expected_are_refused() -> None:
    archive = memoryview(b"".join(archive_parts("model", [("a", b""), ("b", b"")])))

    assert list(read_directory(archive, max_members=2)) == ["a", "b"]
    with pytest.raises(ModelFileError, match="2 parts where at most 1"):
        read_directory(archive, max_members=1)
