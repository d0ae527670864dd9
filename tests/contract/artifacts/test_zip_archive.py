"""Every way we know to lie in the archive around a ``model.pt``: refused by name, before a tensor is looked at."""

import struct
from pathlib import Path

import pytest

from contract.artifacts.model_file import locate_tensors, read_model
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
