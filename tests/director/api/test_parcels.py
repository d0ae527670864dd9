"""The form of an upload, as it comes in: in pieces of any size, damaged, or onto a disk that is full."""

import io
import os
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from director.api.parcels import SpooledForm
from director.errors import MalformedRequestError, StorageFullError
from director.records.blobs import SPOOLED_IN_MEMORY_BYTES, BlobStore

PARTS = {"metadata": b"{}", "model": b"\r\n--b", "scaler": b"\r\n--boun-\r\n-", "log": b""}


def form(parts: dict[str, bytes]) -> bytes:
    pieces = [
        b'--bound\r\nContent-Disposition: form-data; name="%s"; filename="x"\r\nContent-Type: a/b\r\n\r\n%s\r\n'
        % (name.encode(), data)
        for name, data in parts.items()
    ]
    return b"".join([*pieces, b"--bound--\r\n"])


@given(cuts=st.lists(st.integers(0, len(form(PARTS))), max_size=20), order=st.permutations(list(PARTS)))
def test_the_parts_are_what_was_sent_however_the_body_is_cut(cuts: list[int], order: list[str]):
    body = form({name: PARTS[name] for name in order})
    places = [0, *sorted(cuts), len(body)]
    spooled = SpooledForm(b"bound", io.BytesIO())
    for start, end in pairwise(places):
        spooled.write(body[start:end])
    parcel = spooled.parcel()
    assert parcel.parts == PARTS


@given(end=st.integers(0, len(form(PARTS)) - 5))
def test_a_form_that_ends_too_early_is_malformed_wherever_it_ends(end: int):
    spooled = SpooledForm(b"bound", io.BytesIO())
    spooled.write(form(PARTS)[:end])
    with pytest.raises(MalformedRequestError, match="ends before its last boundary"):
        spooled.parcel()


@given(body=st.binary(max_size=300), prefix=st.integers(0, len(form(PARTS))))
def test_nothing_but_our_own_errors_comes_out_of_a_damaged_form(body: bytes, prefix: int):
    spooled = SpooledForm(b"bound", io.BytesIO())
    with suppress(MalformedRequestError):
        spooled.write(form(PARTS)[:prefix] + body)
        assert spooled.parcel()["metadata"] is not None


def test_a_large_upload_lies_on_the_artifacts_disk_without_a_name_and_leaves_nothing(tmp_path: Path):
    blobs = BlobStore(tmp_path / "blobs")
    blobs.prepare()
    with blobs.spool() as file:
        file.write(bytes(SPOOLED_IN_MEMORY_BYTES + 1))
        assert os.fstat(file.fileno()).st_dev == (tmp_path / "blobs").stat().st_dev
        assert not list((tmp_path / "blobs" / "incoming").iterdir())
    assert file.closed


def test_a_disk_that_is_full_is_said_at_once():
    with Path("/dev/full").open("r+b", buffering=0) as full:
        spooled = SpooledForm(b"bound", full)
        with pytest.raises(StorageFullError, match="disk is full"):
            spooled.write(form({"model": bytes(100_000)}))
