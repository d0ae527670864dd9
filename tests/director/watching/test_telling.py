"""What there is to tell, and how it is said: kinds, numbers, hospitals, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import get_args

from contract.messages.overview import ConditionKind, MatterKind
from contract.names import EnvoyName
from director.records.watch_schema import AlertRow
from director.watching.telling import WORDS, message_of, to_tell, trial

NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def row(kind: str, subject: str, told: timedelta | None = None, *, is_over: bool = False) -> AlertRow:
    hospital = EnvoyName(subject) if subject != "federation" else None
    return AlertRow(
        channel="mail",
        kind=kind,
        subject=subject,
        hospital=hospital,
        since=NOW - DAY,
        told_at=None if told is None else NOW - told,
        ended_at=NOW if is_over else None,
    )


def test_every_kind_has_its_words():
    assert WORDS.keys() == {"hospital_silent", "round_closing", *get_args(MatterKind)}
    assert len(get_args(ConditionKind)) == 2


def test_what_began_what_lasts_and_what_ended_is_told_and_what_was_told_lately_is_not():
    new, lately, long_ago = (
        row("backup_old", "federation"),
        row("hospital_silent", "A", DAY / 2),
        row("hospital_silent", "B", DAY),
    )
    over = row("hospital_silent", "C", DAY / 2, is_over=True)
    found = to_tell([new, lately, long_ago, over], NOW, DAY)
    assert (found.new, found.still, found.over) == ([new], [long_ago], [over])
    assert not found.is_empty
    assert to_tell([lately], NOW, DAY).is_empty


def test_a_message_names_hospitals_and_numbers():
    rows = [row("hospital_silent", name) for name in ("MTRH", "KNH")]
    rows += [row("backup_old", "federation"), row("hospital_silent", "Embu", DAY, is_over=True)]
    found = message_of(to_tell(rows, NOW, DAY), NOW)
    assert found.subject.endswith(": 3 new, 1 over")
    assert found.text.splitlines()[:3] == [
        "NEW: the newest backup is old, or there is none, since 2026-01-01 08:00 UTC",
        "NEW: silent hospitals: 2 (KNH, MTRH), since 2026-01-01 08:00 UTC",
        "OVER: silent hospitals: 1 (Embu), since 2026-01-01 08:00 UTC",
    ]
    conditions = found.data["conditions"]
    assert isinstance(conditions, list)
    assert conditions[1] == {
        "state": "new",
        "kind": "hospital_silent",
        "count": 2,
        "hospitals": ["KNH", "MTRH"],
        "since": "2026-01-01T08:00:00+00:00",
    }


def test_of_a_thousand_hospitals_twenty_are_named():
    rows = [row("hospital_silent", f"H{number:04}") for number in range(1000)]
    found = message_of(to_tell(rows, NOW, DAY), NOW)
    assert "silent hospitals: 1000 (H0000, " in found.text
    assert "H0019 and 980 more), since" in found.text
    assert "H0020" not in found.text + str(found.data)
    assert len(found.text) < 1000


def test_a_test_says_that_it_is_one():
    found = trial(NOW)
    assert "A test" in found.text
    assert found.data["conditions"] == []
