"""A folder that somebody names for a parcel."""

from pathlib import Path

import pytest

from contract.names import Digest
from envoy.bundle import lost_in
from envoy.errors import SettingsError
from envoy.ledger import Ledger
from envoy.parcel import write_parcel
from tests.envoy.test_outbox import PARCEL, own


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "home")


def sent(ledger: Ledger, outcome: str) -> None:
    parts: dict[str, Digest] = dict(PARCEL.digests.items())
    line = ledger.leaving(to="https://a", kind="upload", sha256=PARCEL.key, size=1, parts=parts)
    ledger.became(line, outcome)


def test_in_a_new_or_an_empty_folder_nothing_is_lost(tmp_path: Path, ledger: Ledger) -> None:
    (tmp_path / "empty").mkdir()
    assert (lost_in(tmp_path / "new", ledger), lost_in(tmp_path / "empty", ledger)) == (None, None)


@pytest.mark.parametrize(("outcome", "is_lost"), [("refused: unauthenticated (401)", True), ("quarantined", False)])
def test_a_parcel_is_lost_unless_a_director_took_it(
    tmp_path: Path, ledger: Ledger, outcome: str, is_lost: bool
) -> None:
    write_parcel(PARCEL, tmp_path / "parcel")
    said = lost_in(tmp_path / "parcel", ledger)
    assert said is not None
    assert f"fl-envoy send {tmp_path / 'parcel'}" in said
    sent(ledger, outcome)
    assert (lost_in(tmp_path / "parcel", ledger) is not None) == is_lost


def test_it_is_said_of_when_an_unsent_parcel_is(tmp_path: Path, ledger: Ledger) -> None:
    write_parcel(own(3), tmp_path / "parcel")
    assert "a parcel of task diagnosis_count of 2026-01-03 00:00 UTC" in (lost_in(tmp_path / "parcel", ledger) or "")


def test_half_a_parcel_is_no_reason_to_write_over_it_unasked(tmp_path: Path, ledger: Ledger) -> None:
    write_parcel(PARCEL, tmp_path / "parcel")
    (tmp_path / "parcel" / "metadata.json").unlink()
    assert "is not whole" in (lost_in(tmp_path / "parcel", ledger) or "")


def test_what_is_anothers_is_never_written_over(tmp_path: Path, ledger: Ledger) -> None:
    write_parcel(PARCEL, tmp_path / "parcel")
    sent(ledger, "admitted")
    (tmp_path / "parcel" / "letter.txt").touch()
    with pytest.raises(SettingsError, match=r"holds what is no parcel's: letter\.txt"):
        lost_in(tmp_path / "parcel", ledger)
