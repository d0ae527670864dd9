"""Every way we know to lie in the compression of a ``scaler.pkl``."""

import bz2
import gzip
import lzma
import zlib

from fuzz.hostile import models, scalers
from fuzz.hostile.case import Case
from fuzz.hostile.case import scaler_case as case
from fuzz.hostile.scalers import COMPRESSIONS


def compression_cases() -> list[Case]:
    """Bombs, streams cut off, streams in streams, and formats that joblib never writes."""
    cases = [
        case(f"a {kind} bomb of 16 MB", data, "inflates to more") for kind, data in scalers.squeezed_bombs().items()
    ]
    for kind in COMPRESSIONS:
        data = scalers.dumped(scalers.fitted(), compress=(kind, 3))
        cases += [
            case(f"{kind}: cut off", data[:-7], "no plain"),
            case(f"{kind}: bytes behind", data + b"x", "something follows its compressed stream"),
            case(f"{kind}: a second stream behind", data + data, "something follows its compressed stream"),
            case(f"{kind}: only its magic", data[:4], "no plain"),
            case(f"{kind}: rubbish in the middle", data[:40] + bytes(40) + data[80:], "no plain"),
        ]
    plain = scalers.dumped(scalers.fitted())
    return [
        *cases,
        case("zlib in zlib", zlib.compress(zlib.compress(plain)), "expected protocol"),
        case("xz in gzip", gzip.compress(lzma.compress(plain)), "expected protocol"),
        case("gzip in bz2", bz2.compress(gzip.compress(plain)), "compressed with gzip"),
        case("zlib with another checksum", flipped(zlib.compress(plain), -1), "compression is damaged"),
        case("gzip with another checksum", flipped(gzip.compress(plain), -8), "compression is damaged"),
        case("gzip with another length", flipped(gzip.compress(plain), -1), "compression is damaged"),
        case("bz2 with another checksum", flipped(bz2.compress(plain), 10), "compression is damaged"),
        case("xz with another checksum", flipped(lzma.compress(plain), -28), "compression is damaged"),
        case("xz followed by zeros", lzma.compress(plain) + bytes(4), "something follows its compressed stream"),
        case(
            "xz of a raw filter chain",
            lzma.compress(plain, lzma.FORMAT_XZ, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 2**27}]),
            "compression is damaged",
        ),
        case("gzip with an extra field", b"\x1f\x8b\x08\x04" + gzip.compress(plain)[4:], "compressed with gzip"),
        case("gzip with a comment", b"\x1f\x8b\x08\x10" + gzip.compress(plain)[4:], "compressed with gzip"),
        case("gzip that is a text", b"\x1f\x8b\x08\x01" + gzip.compress(plain)[4:], "compressed with gzip"),
        case("raw deflate", zlib.compress(plain, wbits=-15), "expected protocol"),
        case("zlib of a small window, cut", zlib.compress(plain, wbits=9)[:-5], "expected protocol"),
        case("zstandard", b"\x28\xb5\x2f\xfd" + bytes(40), "expected protocol"),
        case("joblib's format of 2010", b"ZF0x40 " + zlib.compress(plain), "expected protocol"),
        case("a zip with the scaler in it", zipped_scaler(plain), "a ZIP archive"),
        case("a bomb in a bomb", zlib.compress(scalers.squeezed_bombs()["zlib"]), "expected protocol"),
        case("zlib with a dictionary", with_dictionary(plain), "compression is damaged"),
        case("gzip that carries a file's name", b"\x1f\x8b\x08\x08" + gzip.compress(plain)[4:], "compressed with gzip"),
        case("lzma that asks for 2 GB", lzma_of_dictionary(2**31, plain), "compression is damaged"),
        case("bz2 of nothing", bz2.compress(b""), "ends in the middle"),
        case("lz4", b"\x04\x22\x4d\x18" + bytes(40), "compressed with lz4"),
    ]


def flipped(data: bytes, position: int) -> bytes:
    """The bytes with one bit of one byte turned."""
    at = position % len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def zipped_scaler(plain: bytes) -> bytes:
    """An archive with the scaler in it."""
    return models.zipped([models.Part("scaler/scaler.pkl", plain)])


def with_dictionary(plain: bytes) -> bytes:
    """A stream that needs a dictionary of its own to be inflated."""
    compressor = zlib.compressobj(zdict=plain[:100])
    return compressor.compress(plain) + compressor.flush()


def lzma_of_dictionary(size: int, plain: bytes) -> bytes:
    """A stream that asks for a dictionary of that size."""
    squeezed = lzma.compress(plain, lzma.FORMAT_ALONE)
    return squeezed[:1] + size.to_bytes(4, "little") + squeezed[5:]


CASES = compression_cases()
