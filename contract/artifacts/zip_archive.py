"""The ZIP archive that ``torch.save`` writes, and nothing else that calls itself a ZIP.

One top folder of stored members, side by side from the first byte to the directory, which ends the file: every byte is
accounted for, so that no two readers can see two different files. What the members mean is not known here.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from contract.artifacts.file_kind import kind_of
from contract.artifacts.foreign_archive import no_archive
from contract.artifacts.model_refusal import DAMAGED_HINT, unreadable
from contract.errors import ModelFileError
from contract.visible_text import UNSEEN_IN_A_NAME

RECORD_ALIGNMENT = 64
MAX_ARCHIVE_BYTES = 2**32 - 2**16  # beyond, ZIP writes its numbers in another form; no model of ours is near it

_HAS_DESCRIPTOR, _UTF8 = 0x0008, 0x0800
_TOP_FOLDER = re.compile(rf"[^{UNSEEN_IN_A_NAME}/\\]{{1,255}}")


class _LocalHeader(NamedTuple):
    signature: bytes
    version: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    compressed_size: int
    size: int
    name_length: int
    extra_length: int


class _DirectoryEntry(NamedTuple):
    signature: bytes
    made_by: int
    version: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    compressed_size: int
    size: int
    name_length: int
    extra_length: int
    comment_length: int
    disk: int
    internal_attributes: int
    external_attributes: int
    header_offset: int


class _End(NamedTuple):
    signature: bytes
    disk: int
    directory_disk: int
    members_here: int
    members: int
    directory_size: int
    directory_offset: int
    comment_length: int


class _End64(NamedTuple):
    signature: bytes
    record_size: int
    made_by: int
    version: int
    disk: int
    directory_disk: int
    members_here: int
    members: int
    directory_size: int
    directory_offset: int


class _Locator(NamedTuple):
    signature: bytes
    disk: int
    end64_offset: int
    disks: int


_LOCAL = struct.Struct("<4s5H3I2H")
_ENTRY = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_DESCRIPTOR = struct.Struct("<4s3I")
_DESCRIPTOR64 = struct.Struct("<4sIQQ")
_LOCAL_SIGNATURE, _ENTRY_SIGNATURE, _END_SIGNATURE = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END64_SIGNATURE, _LOCATOR_SIGNATURE, _DESCRIPTOR_SIGNATURE = b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08"


@dataclass(frozen=True)
class Member:
    """A member's name below the top folder, the place of its bytes in the file, and their checksum."""

    name: str
    offset: int
    size: int
    crc: int

    def bytes_in(self, archive: memoryview) -> memoryview:
        """Give the bytes, unread."""
        return archive[self.offset : self.offset + self.size]

    def require_intact(self, archive: memoryview) -> None:
        """Compare the bytes with their checksum."""
        if zlib.crc32(self.bytes_in(archive)) != self.crc:
            raise unreadable(f"the checksum of its part {self.name!r} does not match", hint=DAMAGED_HINT)


def read_directory(archive: memoryview, max_members: int) -> dict[str, Member]:
    """Read where each member lies; touches headers only.

    Raises:
        ModelFileError: Not exactly such an archive, or more than ``max_members`` members.
    """
    if bytes(archive[:4]) != _LOCAL_SIGNATURE:
        raise no_archive(kind_of(archive))
    if len(archive) > MAX_ARCHIVE_BYTES:
        raise unreadable("it is larger than 4 GiB")
    members, start, end = _find_directory(archive)
    if members > max_members:
        raise unreadable(f"it has {members} parts where at most {max_members} are expected")
    entries = _read_entries(archive, members, start, end)
    found: dict[str, Member] = {}
    tops: set[str] = set()
    bounds = [*(entry.header_offset for entry, _ in entries), start]
    if bounds[0] != 0:
        raise unreadable("it has bytes before its first part")
    for (entry, raw_name), (position, following) in zip(entries, pairwise(bounds), strict=True):
        top, member = _read_member(archive, entry, raw_name, position, following)
        if member.name in found:
            raise unreadable(f"its part {member.name[:80]!a} comes twice")
        found[member.name] = member
        tops.add(top)
    if len(tops) != 1:
        raise unreadable("it has more than one top folder")
    return found


def names_in(archive: memoryview, max_members: int) -> list[str]:
    """Give members' full names as far as the directory can be followed, for the sentence about a refused archive."""
    names: list[str] = []
    try:
        members, position, _ = _find_directory(archive)
        for _ in range(min(members, max_members)):
            entry = _DirectoryEntry._make(_unpack(_ENTRY, archive, position))
            name_offset = position + _ENTRY.size
            names.append(_decode(bytes(archive[name_offset : name_offset + entry.name_length])))
            position = name_offset + entry.name_length + entry.extra_length + entry.comment_length
    except ModelFileError:
        pass
    return names


def _find_directory(archive: memoryview) -> tuple[int, int, int]:
    """Give the number of members, and where their directory begins and ends."""
    end_offset = len(archive) - _END.size
    end = _End._make(_unpack(_END, archive, end_offset))
    if end.signature != _END_SIGNATURE or end.comment_length:
        raise unreadable("its end is missing, or something follows it", hint=DAMAGED_HINT)
    if end.disk or end.directory_disk or end.members_here != end.members or not end.members:
        raise unreadable("its end record contradicts itself", hint=DAMAGED_HINT)
    directory_end = end_offset
    locator_offset = end_offset - _LOCATOR.size
    end64_offset = locator_offset - _END64.size
    if end64_offset > 0 and bytes(archive[locator_offset : locator_offset + 4]) == _LOCATOR_SIGNATURE:
        locator = _Locator._make(_unpack(_LOCATOR, archive, locator_offset))
        end64 = _End64._make(_unpack(_END64, archive, end64_offset))
        same = _End64(
            _END64_SIGNATURE, _END64.size - 12, end64.made_by, end64.version, 0, 0, end.members, end.members,
            end.directory_size, end.directory_offset,
        )  # fmt: skip
        if end64 != same or locator != _Locator(_LOCATOR_SIGNATURE, 0, end64_offset, 1):
            raise unreadable("its two end records contradict each other", hint=DAMAGED_HINT)
        directory_end = end64_offset
    if end.directory_offset + end.directory_size != directory_end:
        raise unreadable("its directory does not end where it should", hint=DAMAGED_HINT)
    return end.members, end.directory_offset, directory_end


def _read_entries(archive: memoryview, members: int, start: int, end: int) -> list[tuple[_DirectoryEntry, bytes]]:
    """Read the directory's entries and the members' full names, in the order of their places in the file."""
    entries: list[tuple[_DirectoryEntry, bytes]] = []
    position = start
    for _ in range(members):
        entry = _DirectoryEntry._make(_unpack(_ENTRY, archive, position))
        if entry.signature != _ENTRY_SIGNATURE:
            raise unreadable("its directory is damaged", hint=DAMAGED_HINT)
        name_offset = position + _ENTRY.size
        position = name_offset + entry.name_length
        entries.append((entry, bytes(archive[name_offset:position])))
        if entry.flags & ~(_HAS_DESCRIPTOR | _UTF8):
            raise unreadable("a part is encrypted or otherwise unusual")
        if entry.method or entry.compressed_size != entry.size:
            raise unreadable("a part is compressed, which torch.save never does")
        if entry.extra_length or entry.comment_length or entry.disk or entry[-3] or entry[-2]:
            raise unreadable("its directory has entries that torch.save never writes")
    if position != end:
        raise unreadable("its directory has another length than it says", hint=DAMAGED_HINT)
    return sorted(entries, key=lambda pair: pair[0].header_offset)


def _read_member(
    archive: memoryview, entry: _DirectoryEntry, raw_name: bytes, position: int, following: int
) -> tuple[str, Member]:
    """Hold a member's own header against the directory; it must fill the place from ``position`` to ``following``."""
    local = _LocalHeader._make(_unpack(_LOCAL, archive, position))
    name_offset = position + _LOCAL.size
    extra_offset = name_offset + local.name_length
    offset = extra_offset + local.extra_length
    end = offset + entry.size
    has_descriptor = bool(entry.flags & _HAS_DESCRIPTOR)
    told = (local.crc, local.compressed_size, local.size)
    true = (entry.crc, entry.size, entry.size)
    agrees = (
        local.signature == _LOCAL_SIGNATURE
        and local[1:6] == entry[2:7]
        and (told == true or (has_descriptor and told == (0, 0, 0)))
        and bytes(archive[name_offset:extra_offset]) == raw_name
    )
    if not agrees:
        raise unreadable("a part's own header contradicts the directory", hint=DAMAGED_HINT)
    if not _is_padding(bytes(archive[extra_offset:offset])):
        raise unreadable("a part's header has a field that torch.save never writes")
    if end > following or not _is_descriptor(archive[end:following], has_descriptor, true):
        raise unreadable("its parts overlap, or something lies between them", hint=DAMAGED_HINT)
    top, slash, name = _decode(raw_name).partition("/")
    if not slash or top in (".", "..") or not _TOP_FOLDER.fullmatch(top):
        raise unreadable(f"its part {_decode(raw_name)[:80]!a} does not lie in a top folder")
    return top, Member(name, offset, entry.size, entry.crc)


def _padding(filler: int) -> bytes:
    """Give the extra field with which torch aligns a record by ``filler`` + 4 bytes."""
    return b"FB" + struct.pack("<H", filler) + b"Z" * filler


def _is_padding(extra: bytes) -> bool:
    return not extra or (len(extra) >= 4 and extra == _padding(len(extra) - 4))


def _is_descriptor(found: memoryview, is_due: bool, true: tuple[int, int, int]) -> bool:
    """Whether what follows a member's bytes is its data descriptor, short or long; nothing where none is due."""
    if not is_due:
        return not found
    return found in (_DESCRIPTOR.pack(_DESCRIPTOR_SIGNATURE, *true), _DESCRIPTOR64.pack(_DESCRIPTOR_SIGNATURE, *true))


def _decode(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise unreadable("a part's name is not UTF-8") from None


def _unpack(form: struct.Struct, archive: memoryview, offset: int) -> tuple[object, ...]:
    if not 0 <= offset <= len(archive) - form.size:
        raise unreadable("it is cut off", hint=DAMAGED_HINT)
    return form.unpack_from(archive, offset)


def archive_parts(top: str, members: Iterable[tuple[str, bytes | memoryview]]) -> Iterator[bytes | memoryview]:
    """Write an archive of the same form as torch does, piece by piece; each member's bytes are aligned.

    The members' bytes are handed on as they come, without a copy.
    """
    directory: list[bytes] = []
    position = 0
    for name, matter in members:
        size = len(matter)
        raw_name = f"{top}/{name}".encode()
        filler = -(position + _LOCAL.size + len(raw_name) + 4) % RECORD_ALIGNMENT
        extra = _padding(filler)
        flags = _HAS_DESCRIPTOR | _UTF8
        header = _LocalHeader(_LOCAL_SIGNATURE, 0, flags, 0, 0, 0, 0, 0, 0, len(raw_name), len(extra))
        true = (zlib.crc32(matter), size, size)
        entry = _DirectoryEntry(_ENTRY_SIGNATURE, 0, 0, flags, 0, 0, 0, *true, len(raw_name), 0, 0, 0, 0, 0, position)
        directory.append(_ENTRY.pack(*entry) + raw_name)
        yield _LOCAL.pack(*header) + raw_name + extra
        yield matter
        yield _DESCRIPTOR.pack(_DESCRIPTOR_SIGNATURE, *true)
        position += _LOCAL.size + len(raw_name) + len(extra) + size + _DESCRIPTOR.size
    entries = b"".join(directory)
    yield entries
    yield _END.pack(*_End(_END_SIGNATURE, 0, 0, len(directory), len(directory), len(entries), position, 0))
