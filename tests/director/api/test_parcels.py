"""The form of an upload, as it comes in: in pieces of any size, damaged, or onto a disk that is full."""

import importlib
import io
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import cast

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.parts import PART_OF, FileRole, Part
from contract.parts import PARTS as CONTRACTS_PARTS
from director.api import parcels
from director.api.parcels import Desk, SpooledForm
from director.errors import BusyError, MalformedRequestError, StorageFullError
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


@contextmanager
def a_further_part(monkeypatch: pytest.MonkeyPatch, *, is_required: bool) -> Iterator[None]:
    """Add a line to the contract's parts, as a later version might."""
    further = Part(cast(FileRole, "consent"), "consent.txt", "text/plain", is_required)
    with monkeypatch.context() as later:
        later.setattr("contract.parts.PARTS", (*CONTRACTS_PARTS, further))
        later.setattr("contract.parts.PART_OF", {**PART_OF, "consent": further})
        importlib.reload(parcels)
        yield
    importlib.reload(parcels)


def test_the_form_takes_the_contracts_parts_and_no_other() -> None:
    for part in CONTRACTS_PARTS:
        spooled = parcels.SpooledForm(b"bound", io.BytesIO())
        spooled.write(form({part.role: b"some"}))
        assert spooled.size == 4
    with pytest.raises(MalformedRequestError, match="unexpected part 'consent'"):
        parcels.SpooledForm(b"bound", io.BytesIO()).write(form({"consent": b"some"}))
    described = parcels.form_schema()["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert list(described["properties"]) == [part.role for part in CONTRACTS_PARTS]


@pytest.mark.parametrize("is_required", [True, False])
def test_a_further_line_among_the_parts_is_a_further_part_of_the_form(
    monkeypatch: pytest.MonkeyPatch, is_required: bool
) -> None:
    with a_further_part(monkeypatch, is_required=is_required):
        spooled = parcels.SpooledForm(b"bound", io.BytesIO())
        spooled.write(form({**PARTS, "consent": b"yes"}))
        assert spooled.parcel().parts == {**PARTS, "consent": b"yes"}
        described = parcels.form_schema()["requestBody"]["content"]["multipart/form-data"]["schema"]
        assert described["properties"]["consent"] == {"type": "string", "format": "binary"}
        assert ("consent" in described["description"]) == is_required


def test_a_form_that_says_nothing_of_itself_is_refused_and_all_else_may_have_come_before() -> None:
    spooled = SpooledForm(b"bound", io.BytesIO())
    spooled.write(form({name: data for name, data in PARTS.items() if name != "metadata"}))
    with pytest.raises(MalformedRequestError, match="lacks the part metadata"):
        spooled.parcel()
    alone = SpooledForm(b"bound", io.BytesIO())
    alone.write(form({"metadata": PARTS["metadata"]}))
    assert alone.parcel().parts == {"metadata": PARTS["metadata"]}


def test_a_part_comes_once() -> None:
    twice = form({"log": b"1"}).replace(b"--bound--\r\n", form({"log": b"2"}))
    with pytest.raises(MalformedRequestError, match="unexpected part 'log'"):
        SpooledForm(b"bound", io.BytesIO()).write(twice)


def test_one_upload_more_than_there_are_places_is_asked_to_come_again() -> None:
    desk = Desk("uploads", places=2, at_once=1)
    with desk.place():
        with desk.place(), pytest.raises(BusyError, match="2 uploads"), desk.place():
            pass
        with desk.place():
            pass


def test_no_more_uploads_are_judged_at_once_than_was_said() -> None:
    at_work, most, desk, lock = 0, 0, Desk("uploads", places=9, at_once=2), threading.Lock()

    def judge() -> None:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.02)
        with lock:
            at_work -= 1

    async def crowd() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(8):
                tasks.start_soon(desk.in_turn, judge)

    anyio.run(crowd)
    assert (at_work, most) == (0, 2)
