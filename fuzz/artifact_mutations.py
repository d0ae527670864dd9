"""Damage to ``model.pt`` and ``scaler.pkl``: a header's field, a part, an instruction, a number, never only a byte.

Checksums and sizes are made right again unless they are what is damaged, so that the damage is seen by the code behind
them too.
"""

import bz2
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from random import Random

from fuzz.hostile import models
from fuzz.pickle_mutations import mutate_pickle, with_another_number

_NAMES = (
    "data.pkl",
    "version",
    "byteorder",
    "data/0",
    "data/3",
    "data/6",
    "data/00",
    ".data/serialization_id",
    "x",
    "",
)
_SMALL = (b"3\n", b"4\n", b"little", b"big", b"1", b"64", b"", b"0" * 40)
_NUMBERS = (0, 1, 2, 4, 8, 31, 32, 33, 63, 64, 65535, 65536, 2**31, 2**32 - 1)
_COMPRESSIONS: tuple[Callable[[bytes], bytes], ...] = (
    zlib.compress,
    gzip.compress,
    bz2.compress,
    lambda data: lzma.compress(data, preset=0),  # the others take 100 MB, and their time
    lambda data: lzma.compress(data, lzma.FORMAT_ALONE, preset=0),
)
_MAX_INFLATED = 2**15
_UNREADABLE = (  # what Python's zipfile raises on a damaged archive
    zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OverflowError, OSError, EOFError, struct.error
)  # fmt: skip


def mutate_model(data: bytes, random: Random) -> bytes:
    """Damage an archive that is still one; anything else is given back as it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if any(info.compress_type != zipfile.ZIP_STORED for info in archive.infolist()):
                return data
        parts = models.parts_of(data)
    except _UNREADABLE:
        return data
    if not parts or sum(len(part.matter) for part in parts) > _MAX_INFLATED:
        return data
    options: dict[str, object] = {}
    for _ in range(random.randint(1, 2)):
        at = random.randrange(len(parts))
        match random.randrange(8):
            case 0:
                parts[at] = _with_a_lie(parts[at], random)
            case 1:
                options = _archive_lie(random)
            case 2:
                _rearrange(parts, at, random)
            case 3:
                parts[at] = replace(parts[at], matter=_damaged(parts[at].matter, random))
            case _:
                at = next((i for i, part in enumerate(parts) if part.name.endswith("data.pkl")), at)
                parts[at] = replace(parts[at], matter=mutate_pickle(parts[at].matter, random))
    try:
        return models.zipped(parts, **options)  # type: ignore[arg-type]  # each knob's own type
    except UnicodeEncodeError:  # a name that only this Python can read
        return data


def _with_a_lie(part: models.Part, random: Random) -> models.Part:
    """Turn one knob of a part's headers."""
    number = random.choice(_NUMBERS)
    small, junk = number % 2**16, random.randbytes(random.randint(1, 24))
    knobs: dict[str, object] = {
        "flags": random.choice([0, 0x0008, 0x0800, 0x0808, 0x0809, 0x2808, small]),
        "local_flags": small,
        "local_time": small,
        "method": random.choice([0, 8, 12, 14, 99]),
        "crc": number,
        "size": number,
        "stored_size": number,
        "local_sizes": (zlib.crc32(part.matter), len(part.matter), number),
        "extra": random.choice([b"", b"FB\x00\x00", b"FB\x04\x00ZZZZ", b"\x01\x00\x10\x00" + bytes(16), junk]),
        "entry_extra": junk,
        "entry_comment": junk,
        "attributes": number,
        "disk": small,
        "descriptor": random.choice([b"", junk, b"PK\x07\x08" + bytes(12), b"PK\x07\x08" + bytes(20)]),
        "header_offset": number,
        "gap": junk,
        "local_name": random.choice(_NAMES),
        "name": f"archive/{random.choice(_NAMES)}",
    }
    name = random.choice(list(knobs))
    return replace(part, **{name: knobs[name]})  # type: ignore[arg-type]  # likewise


def _archive_lie(random: Random) -> dict[str, object]:
    junk = random.randbytes(random.randint(1, 24))
    lies: tuple[dict[str, object], ...] = (
        {"before": junk},
        {"between": junk},
        {"behind": junk},
        {"comment": junk},
        {"count": random.choice([0, 1, 5, 12, 65535])},
        {"directory_shift": random.choice([-64, -4, 4, 46, 2**16])},
        {"with_zip64": False},
        {"zip64_count": random.choice([0, 1, 65535])},
        {"zip64_version": 0},
        {"locator_shift": random.choice([-1, 4, 56])},
        {"disks": 1},
    )
    return random.choice(lies)


def _rearrange(parts: list[models.Part], at: int, random: Random) -> None:
    match random.randrange(4):
        case 0:
            parts.append(parts[at])
        case 1 if len(parts) > 1:
            del parts[at]
        case 2:
            random.shuffle(parts)
        case _:
            top = parts[at].name.partition("/")[0]
            parts.insert(at, models.Part(f"{top}/{random.choice(_NAMES)}", random.choice(_SMALL)))


def _damaged(matter: bytes, random: Random) -> bytes:
    match random.randrange(4):
        case 0:
            return random.choice(_SMALL)
        case 1:
            return matter + bytes(random.choice([1, 4, 64]))
        case 2:
            return matter[: random.randrange(len(matter) + 1)]
        case _:
            return with_another_number(matter, random)


def mutate_scaler(data: bytes, random: Random) -> bytes:
    """Damage a scaler's pickle, below its compression, and now and then the compression itself; else as it is."""
    plain = _inflated(data)
    if plain[:1] != b"\x80":
        return data
    plain = mutate_pickle(plain, random)
    match random.randrange(8):
        case 0:
            return random.choice(_COMPRESSIONS)(plain)
        case 1:
            squeezed = random.choice(_COMPRESSIONS)(plain)
            at = random.randrange(len(squeezed))
            return squeezed[:at] + random.randbytes(1) + squeezed[at + random.randrange(2) :]
        case 2:
            return random.choice(_COMPRESSIONS)(plain) + random.choice([b"\0", plain[:20], random.randbytes(4)])
        case _:
            return plain


def _inflated(data: bytes) -> bytes:
    """Undo one compression where there is one; a bomb is left as it is."""
    with io.BytesIO(data) as stream:
        try:
            match data[:2]:
                case b"x\x9c" | b"x\xda" | b"x^" | b"x\x01":
                    return zlib.decompressobj().decompress(data, _MAX_INFLATED)
                case b"\x1f\x8b":
                    return gzip.GzipFile(fileobj=stream).read(_MAX_INFLATED)
                case b"BZ":
                    return bz2.BZ2File(stream).read(_MAX_INFLATED)
                case b"\xfd7" | b"\x5d\x00":
                    return lzma.LZMAFile(stream).read(_MAX_INFLATED)
        except (zlib.error, lzma.LZMAError, OSError, EOFError):
            return b""
    return data
