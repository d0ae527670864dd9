"""What is said of a disk's room, of rights, of clocks."""

import stat
from datetime import UTC, datetime, timedelta

import pytest

from contract.machine_findings import (
    backwards_findings,
    private_finding,
    room_finding,
    shown_bytes,
    shown_span,
    skew_finding,
)

NOW = datetime(2026, 11, 27, 11, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mode", "state", "who", "hint"),
    [
        (stat.S_IFDIR | 0o700, "ok", "fl and is for that account alone", ""),
        (stat.S_IFDIR | 0o750, "bad", "open to its group (mode 0750)", "chmod 700 /srv/x"),
        (stat.S_IFDIR | 0o701, "bad", "open to everybody on this machine", "chmod 700 /srv/x"),
        (stat.S_IFREG | 0o600, "ok", "fl and is for that account alone", ""),
        (stat.S_IFREG | 0o400, "ok", "fl and is for that account alone", ""),
        (stat.S_IFREG | 0o640, "bad", "open to its group", "chmod 600 /srv/x"),
        (stat.S_IFREG | 0o604, "bad", "open to everybody", "chmod 600 /srv/x"),
    ],
)
def test_nobody_but_its_owner_looks_into_it(mode: int, state: str, who: str, hint: str) -> None:
    said = private_finding("folder", "/srv/x", mode, "fl")
    assert (said.state, who in said.sentence, said.hint) == (state, True, hint), said


@pytest.mark.parametrize(("free", "state"), [(99, "bad"), (100, "warn"), (999, "warn"), (1000, "ok")])
def test_room_is_enough_or_soon_not_or_not(free: int, state: str) -> None:
    said = room_finding("room", "/srv", free, bad_below=100, warn_below=1000, use="for uploads")
    assert (said.state, f"{free} bytes" in said.sentence, bool(said.hint)) == (state, True, state != "ok")


@pytest.mark.parametrize(
    ("seconds", "state", "side"),
    [(60, "ok", "within 60 s"), (-60, "ok", ""), (61, "warn", "61 s behind"), (-300, "warn", "5 minutes ahead of"),
     (301, "bad", "5 minutes behind"), (-9000, "bad", "2 hours ahead of")],
)  # fmt: skip
def test_clocks_that_differ_are_said_to_with_the_side(seconds: int, state: str, side: str) -> None:
    said = skew_finding(
        "clock", NOW, NOW + timedelta(seconds=seconds), "the director's",
        warn_beyond=timedelta(minutes=1), bad_beyond=timedelta(minutes=5),
    )  # fmt: skip
    assert (said.state, side in said.sentence, "timedatectl" in said.hint) == (state, True, state != "ok"), said


def test_a_clock_behind_the_newest_record_is_wrong() -> None:
    (behind,) = backwards_findings("clock", NOW, NOW + timedelta(days=3))
    assert (behind.state, "3 days behind the newest record" in behind.sentence) == ("bad", True)
    for newest in (NOW, None):
        (well,) = backwards_findings("clock", NOW, newest)
        assert well.state == "ok"


def test_sizes_and_spans_are_in_the_unit_that_a_person_thinks_in() -> None:
    assert [shown_bytes(each) for each in (5, 2048, 3 << 19, 5 << 30)] == ["5 bytes", "2.0 KiB", "1.5 MiB", "5.0 GiB"]
    spans = [timedelta(seconds=119), timedelta(minutes=2), timedelta(hours=47), timedelta(days=-3)]
    assert [shown_span(each) for each in spans] == ["119 s", "2 minutes", "47 hours", "3 days"]
