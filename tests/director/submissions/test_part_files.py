"""Parts as files: they grow where they are, stay within their room, and go when nobody comes back for them."""

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.names import Digest, EnvoyName
from director.errors import ConflictError, StorageFullError
from director.submissions.part_files import KEPT_FOR, MAX_PARTS, PartFiles

KNH, MTRH = EnvoyName("KNH"), EnvoyName("MTRH")
NOW = datetime(2026, 1, 1, 8, tzinfo=UTC)
DATA = bytes(range(200))
DIGEST = Digest.of(DATA)


@pytest.fixture
def files(tmp_path: Path) -> PartFiles:
    return PartFiles(tmp_path / "parts", max_bytes=1000)


def put(files: PartFiles, data: bytes, now: datetime = NOW, size: int | None = None) -> Digest:
    files.make_room(KNH, Digest.of(data), size or len(data), now)
    files.write(KNH, Digest.of(data), 0, data, now)
    return Digest.of(data)


def test_a_part_grows_and_is_read_when_it_is_whole(files: PartFiles) -> None:
    files.make_room(KNH, DIGEST, len(DATA), NOW)
    assert files.received(KNH, DIGEST) == 0
    for place in (0, 70, 140):
        files.write(KNH, DIGEST, place, DATA[place : place + 70], NOW)
        assert files.keep(KNH, DIGEST) == files.received(KNH, DIGEST) == min(place + 70, 200)
        assert files.is_whole(KNH, DIGEST) == (place == 140)
        assert files.read(KNH, DIGEST) == (DATA if place == 140 else None)
    assert files.received(EnvoyName("knh"), DIGEST) == 200  # one hospital, however it is spelt


def test_two_that_send_the_same_at_once_do_no_harm(files: PartFiles) -> None:
    files.make_room(KNH, DIGEST, len(DATA), NOW)
    files.write(KNH, DIGEST, 0, DATA[:100], NOW)
    files.write(KNH, DIGEST, 50, DATA[50:150], NOW)
    files.write(KNH, DIGEST, 60, DATA[60:80], NOW)
    files.write(KNH, DIGEST, 150, DATA[150:], NOW)
    assert files.read(KNH, DIGEST) == DATA


def test_nothing_is_written_behind_a_gap(files: PartFiles) -> None:
    files.make_room(KNH, DIGEST, len(DATA), NOW)
    files.write(KNH, DIGEST, 0, DATA[:10], NOW)
    with pytest.raises(ConflictError, match="10 bytes are here") as refused:
        files.write(KNH, DIGEST, 11, DATA[11:], NOW)
    assert refused.value.facts == {"received": 10}
    with pytest.raises(ConflictError, match="0 bytes are here"):  # it was forgotten meanwhile
        files.write(MTRH, DIGEST, 10, DATA[10:], NOW)


def test_what_one_hospital_sent_is_not_there_for_another(files: PartFiles) -> None:
    put(files, DATA)
    assert (files.received(MTRH, DIGEST), files.read(MTRH, DIGEST), files.keep(MTRH, DIGEST)) == (0, None, 0)
    assert not files.is_whole(MTRH, DIGEST)
    files.discard(MTRH, DIGEST)
    assert files.read(KNH, DIGEST) == DATA


def test_a_further_part_takes_the_place_of_those_that_waited_longest(files: PartFiles) -> None:
    first, second, third = (put(files, bytes([n]) * 300, NOW + timedelta(minutes=n)) for n in range(3))
    put(files, b"x" * 10, NOW + timedelta(minutes=4), size=500)
    assert [files.received(KNH, each) for each in (first, second, third)] == [0, 0, 300]


def test_a_part_that_says_later_that_it_is_larger_has_no_more_room(files: PartFiles) -> None:
    parts = [put(files, bytes([n]) * 10, NOW + timedelta(minutes=n)) for n in range(4)]
    files.make_room(KNH, parts[0], 1000, NOW)
    assert [files.received(KNH, each) for each in parts] == [10, 0, 0, 0]


def test_a_hospital_has_few_parts(files: PartFiles) -> None:
    parts = [put(files, bytes([n]), NOW + timedelta(minutes=n)) for n in range(MAX_PARTS + 3)]
    assert [files.received(KNH, each) for each in parts] == [0] * 3 + [1] * MAX_PARTS


def test_what_nobody_came_back_for_goes_after_a_day(files: PartFiles) -> None:
    old = put(files, DATA)
    fresh = put(files, b"fresh", NOW + timedelta(hours=1))
    assert files.forget_old(NOW + KEPT_FOR) == 0
    assert files.forget_old(NOW + KEPT_FOR + timedelta(minutes=1)) == 1
    assert (files.received(KNH, old), files.received(KNH, fresh)) == (0, 5)
    files.make_room(MTRH, DIGEST, 1, NOW + timedelta(days=3))  # any hospital's next part
    assert files.received(KNH, fresh) == 0


def test_a_full_disk_is_said(files: PartFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    put(files, DATA)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFullError):
        files.keep(KNH, DIGEST)


def test_parts_that_come_at_the_same_time_stay_within_their_hospitals_room(tmp_path: Path):
    files, most = PartFiles(tmp_path, 1000), 1000
    digests = [Digest.of(bytes([number])) for number in range(8)]
    for each in digests:  # eight requests have begun
        files.make_room(KNH, each, most, NOW)
    files.write(KNH, digests[0], 0, b"x" * most, NOW)
    for each in digests[1:]:
        with pytest.raises(ConflictError, match="more than it may"):
            files.write(KNH, each, 0, b"x", NOW)
