"""One complete stream of each kind is inflated; nothing else, and never beyond the cap. More in ``fuzz.hostile``."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable

import pytest

from contract.artifacts.compressed_stream import StreamRefused, inflate

MATTER = b"mean and variance " * 50
SQUEEZERS: dict[str, Callable[[bytes], bytes]] = {
    "zlib": zlib.compress,
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
}
every_kind = pytest.mark.parametrize("squeeze", SQUEEZERS.values(), ids=SQUEEZERS)


@every_kind
def test_one_complete_stream_is_inflated_up_to_the_cap(squeeze: Callable[[bytes], bytes]) -> None:
    assert inflate(memoryview(squeeze(MATTER)), len(MATTER)) == MATTER


@every_kind
def test_what_inflates_to_one_byte_more_than_the_cap_is_refused(squeeze: Callable[[bytes], bytes]) -> None:
    with pytest.raises(StreamRefused, match="inflates to more"):
        inflate(memoryview(squeeze(MATTER)), len(MATTER) - 1)


@every_kind
def test_a_stream_that_is_cut_off_or_followed_is_refused(squeeze: Callable[[bytes], bytes]) -> None:
    with pytest.raises(StreamRefused, match=r"cut off|damaged"):
        inflate(memoryview(squeeze(MATTER)[:-3]), 10_000)
    with pytest.raises(StreamRefused, match="something follows"):
        inflate(memoryview(squeeze(MATTER) + b"x"), 10_000)


@pytest.mark.parametrize("data", [b"", b"\x80\x04N.", b"\x28\xb5\x2f\xfdzstd"])
def test_anything_else_is_given_back_as_it_is(data: bytes) -> None:
    assert inflate(memoryview(data), 100) == data


def test_what_is_larger_than_the_cap_is_not_even_looked_at() -> None:
    with pytest.raises(StreamRefused, match="larger than 100 bytes"):
        inflate(memoryview(bytes(101)), 100)
