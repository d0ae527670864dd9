"""The parts of an upload are spelled once, and everything that needs them follows."""

from typing import get_args

from contract.messages.uploads import UploadMetadata
from contract.names import Digest
from contract.parts import GLOBAL_FILES, PART_OF, PARTS, FileRole, GlobalFileRole, Parcel


def test_every_role_has_its_part_and_every_part_a_file_of_its_own():
    assert sorted(part.role for part in PARTS) == sorted(get_args(FileRole)) == sorted(PART_OF)
    assert len({part.file_name for part in PARTS}) == len(PARTS)
    assert set(GLOBAL_FILES) == {"model", "scaler", "card"} < set(get_args(GlobalFileRole))


def test_metadata_can_digest_every_part_but_itself():
    claims = {f"{part.role}_sha256" for part in PARTS if part.role != "metadata"}
    assert claims <= set(UploadMetadata.model_fields)


def test_a_parcels_key_is_that_of_its_parts_whatever_order_they_came_in():
    parts: dict[FileRole, bytes] = {"metadata": b"{}", "model": b"m", "scaler": b"s", "log": b"l"}
    backwards: dict[FileRole, bytes] = dict(reversed(parts.items()))
    assert Parcel(parts).key == Parcel(backwards).key
    assert list(Parcel(backwards).digests) == [part.role for part in PARTS]
    assert Parcel(parts).key == Digest.of("".join(Digest.of(data) for data in parts.values()).encode())
    without_log: dict[FileRole, bytes] = {role: data for role, data in parts.items() if role != "log"}
    assert Parcel(without_log).key != Parcel(parts).key
    assert Parcel(without_log).get("log") is None


def test_people_can_read_the_metadata_and_the_log():
    assert [part.role for part in PARTS if part.is_text] == ["metadata", "log"]
