"""Who was turned away is counted within bounds, and one record a minute says it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from director.errors import StorageError
from director.members.denials import MAX_ADDRESSES, MAX_LINES, WORST, Denial, DenialKind, Denials
from director.records.database import Database, url_of
from director.records.ledger import Ledger
from director.records.line_log import LineLog
from director.records.schema import AuditRow
from tests.federation_simulator import SetClock


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: SetClock) -> Iterator[Ledger]:
    database = Database(url_of(tmp_path / "director.db"))
    database.migrate()
    yield Ledger(database, clock)
    database.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "denied.log"


@pytest.fixture
def denials(ledger: Ledger, log: Path, clock: SetClock) -> Iterator[Denials]:
    found = Denials(ledger, LineLog(log), clock)
    yield found
    found.close()


def denial(address: str = "198.51.100.7", kind: DenialKind = "token", path: str = "/tasks") -> Denial:
    return Denial(kind, address, "GET", path, "r1")


def told(ledger: Ledger) -> list[dict]:
    with ledger.read() as session:
        return list(session.scalars(select(AuditRow.facts).where(AuditRow.act == "access.denied")))


def lines(log: Path) -> list[dict]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_what_comes_within_a_minute_is_one_record(denials: Denials, ledger: Ledger, clock: SetClock):
    for _ in range(1400):
        denials.note(denial())
    denials.note(denial("2001:db8::1", "code"))
    denials.note(denial("2001:db8::2", "code"))
    clock.pass_by(seconds=59)
    denials.write()
    assert told(ledger) == []
    clock.pass_by(seconds=1)
    for _ in range(3):
        denials.write()
    assert told(ledger) == [
        {
            "since": "2026-01-01T08:00:00+00:00",
            "until": "2026-01-01T08:00:00+00:00",
            "denied": {"code": 2, "token": 1400},
            "addresses": 2,
            "worst": {"198.51.100.7": 1400, "2001:db8::/64": 2},
            "others": 0,
        }
    ]
    assert denials.totals["token"] == 1400  # since this process began


def test_nobody_turned_away_leaves_no_record(denials: Denials, ledger: Ledger, clock: SetClock, log: Path):
    for _ in range(3):
        clock.pass_by(minutes=1)
        denials.write(is_last=True)
    assert told(ledger) == []
    assert not log.exists()


def test_a_flood_of_an_hour_is_a_record_a_minute(denials: Denials, ledger: Ledger, clock: SetClock):
    for _ in range(720):  # the note thread comes every five seconds
        denials.note(denial())
        clock.pass_by(seconds=5)
        denials.write()
    found = told(ledger)
    assert len(found) == 60
    assert sum(each["denied"]["token"] for each in found) == 720


def test_the_ten_worst_are_named_and_addresses_beyond_the_bound_are_others(denials: Denials, ledger: Ledger, log: Path):
    for number in range(MAX_ADDRESSES + 500):
        for _ in range(WORST + 5 - number if number < WORST + 5 else 1):
            denials.note(denial(f"10.0.{number // 250}.{number % 250}"))
    assert (len(denials._minute.addresses), len(denials._lines)) == (MAX_ADDRESSES, MAX_LINES)
    denials.write(is_last=True)
    (found,) = told(ledger)
    assert (found["addresses"], found["others"]) == (MAX_ADDRESSES, 500)
    assert list(found["worst"].items()) == [(f"10.0.0.{number}", 15 - number) for number in range(WORST)]


def test_each_has_its_line_and_beyond_the_bound_their_number(denials: Denials, log: Path, clock: SetClock):
    for number in range(MAX_LINES + 75):
        denials.note(denial(path=f"/envoys/{number}"))
        if number == 300:
            denials.write()
    denials.write()
    assert len(lines(log)) == MAX_LINES
    clock.pass_by(minutes=1)
    denials.write()
    denials.note(denial())
    denials.write()
    first, *_, more, next_minute = lines(log)
    assert first == {
        "at": "2026-01-01T08:00:00.000+00:00",
        "kind": "token",
        "address": "198.51.100.7",
        "method": "GET",
        "path": "/envoys/0",
        "request_id": "r1",
    }
    assert more == {"at": "2026-01-01T08:01:00.000+00:00", "more": 75}
    assert next_minute["path"] == "/tasks"


def test_what_a_request_brings_makes_no_line_long_and_forges_none(denials: Denials, log: Path):
    denials.note(denial(path='/x"\n{"at":1}' + "y" * 5000))
    denials.write()
    (found,) = lines(log)
    assert found["path"].startswith('/x"\n{"at":1}y')
    assert len(log.read_text()) < 500


def test_a_record_that_the_disk_refuses_is_said_later_with_what_came_meanwhile(
    denials: Denials, ledger: Ledger, log: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(MAX_LINES + 5):
        denials.note(denial())
    clock.pass_by(minutes=1)

    def full(*_: object, **__: object) -> None:
        raise StorageError("The disk is full.", hint="Make room.")

    with monkeypatch.context() as patched:
        patched.setattr("director.records.audit.record", full)
        with pytest.raises(StorageError):
            denials.write()
        assert told(ledger) == []
    denials.note(denial("203.0.113.9", "code"))
    denials.write()
    (found,) = told(ledger)
    assert found["denied"] == {"code": 1, "token": MAX_LINES + 5}
    assert found["worst"] == {"198.51.100.7": MAX_LINES + 5, "203.0.113.9": 1}
    assert [line["more"] for line in lines(log) if "more" in line] == [5, 1]


def test_a_clock_that_was_set_back_keeps_no_record_waiting(denials: Denials, ledger: Ledger, clock: SetClock):
    denials.note(denial())
    clock.pass_by(hours=-1)
    denials.write()
    assert len(told(ledger)) == 1


def test_to_count_one_costs_microseconds_also_in_a_flood(denials: Denials):
    flood = [denial(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}") for number in range(20_000)]
    began = time.process_time()
    for each in flood:
        denials.note(each)
    assert (time.process_time() - began) / len(flood) < 200e-6
