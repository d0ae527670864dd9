"""The ledger of what left this hospital."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.names import Digest
from contract.parts import Parcel
from envoy.ledger import UNKNOWN, Ledger

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
URL = "https://director.example"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "home", lambda: NOW)


def leaving(ledger: Ledger, kind: str = "statistics") -> str:
    return ledger.leaving(to=URL, kind=kind, sha256=Digest.of(b"body"), size=4)


def test_what_is_about_to_leave_stands_there_though_no_answer_ever_came(ledger: Ledger) -> None:
    assert ledger.entries() == []
    leaving(ledger)
    (entry,) = ledger.entries()
    assert (entry.at, entry.to, entry.kind, entry.sha256, entry.bytes) == (
        NOW,
        URL,
        "statistics",
        Digest.of(b"body"),
        4,
    )
    assert (entry.outcome, entry.answered_at) == (UNKNOWN, None)


def test_each_outcome_is_told_of_its_own_sending(ledger: Ledger) -> None:
    first, second = leaving(ledger), leaving(ledger, "upload")
    ledger.became(second, "admitted")
    assert [(each.kind, each.outcome) for each in ledger.entries()] == [("statistics", UNKNOWN), ("upload", "admitted")]
    ledger.became(first, "quarantined")
    assert [each.outcome for each in ledger.entries()] == ["quarantined", "admitted"]


def test_lines_are_only_ever_added_and_only_the_owner_reads_them(ledger: Ledger) -> None:
    leaving(ledger)
    before = ledger.path.read_bytes()
    ledger.became(leaving(ledger), "admitted")
    assert ledger.path.read_bytes().startswith(before)
    assert stat.S_IMODE(ledger.path.stat().st_mode) == 0o600


def test_a_line_that_a_power_cut_tore_takes_no_other_with_it(ledger: Ledger) -> None:
    leaving(ledger)
    with ledger.path.open("ab") as file:
        file.write(b'{"id": "torn", "outco')
    leaving(ledger, "upload")
    with ledger.path.open("ab") as file:
        file.write(b"[1]\n5\n\xff\n")
    assert [each.kind for each in ledger.entries()] == ["statistics", "upload"]


def test_a_ledger_that_can_not_be_written_says_so_before_anything_leaves(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where a folder should be")
    with pytest.raises(OSError, match="home"):
        leaving(Ledger(tmp_path / "home"))


def test_what_a_director_took_is_known_by_its_model_and_scaler(ledger: Ledger) -> None:
    parts = Parcel({"model": b"model", "scaler": b"scaler", "metadata": b"then"}).digests
    written: dict[str, Digest] = dict(parts.items())
    line = ledger.leaving(to=URL, kind="upload", sha256=Digest.of(b"key"), size=4, parts=written)
    assert not ledger.has_taken(parts), "no answer came"
    ledger.became(line, "refused: unauthenticated (401)")
    assert not ledger.has_taken(parts)
    ledger.became(line, "admitted")
    assert ledger.has_taken({**parts, "metadata": Digest.of(b"now")})
    assert not ledger.has_taken({**parts, "scaler": Digest.of(b"other")})
    assert (ledger.has_taken(parts, URL), ledger.has_taken(parts, "https://other")) == (True, False)
