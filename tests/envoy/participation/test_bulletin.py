"""What a participating envoy tells."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from envoy.participation import bulletin
from envoy.participation.bulletin import Bulletin, Told
from envoy.participation.status import Status, read_status

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Ticking:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def found(home: Path) -> Status:
    status = read_status(home)
    assert status is not None
    return status


def test_a_step_is_told_with_its_time_and_facts(tmp_path: Path) -> None:
    told: list[Told] = []
    Bulletin(tmp_path, told.append, lambda: NOW).say("invited", "Invited.", run=3)
    assert told == [Told(NOW, "invited", "Invited.", {"run": 3})]


def test_a_state_keeps_its_beginning_and_what_is_not_named_stays(tmp_path: Path) -> None:
    bulletin = Bulletin(tmp_path, lambda told: None, Ticking())
    bulletin.enter("waiting", run=1)
    since = found(tmp_path).since
    bulletin.enter("waiting", waits_for="KNH")
    assert (found(tmp_path).since, found(tmp_path).run, found(tmp_path).waits_for) == (since, 1, "KNH")
    bulletin.enter("training")
    assert found(tmp_path).since > since


def test_what_a_full_disk_did_not_take_is_written_at_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Bulletin(tmp_path, lambda step: None, lambda: NOW)
    told.enter("waiting")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(bulletin, "write_status", full)
        told.catch_up(is_paused=True)
    assert found(tmp_path).state == "waiting"
    told.catch_up(is_paused=True)
    assert found(tmp_path).state == "paused"


def test_an_answer_ends_the_last_error_and_is_written_with_the_next_state(tmp_path: Path) -> None:
    bulletin = Bulletin(tmp_path, lambda told: None, Ticking())
    bulletin.enter("retrying", last_error="No answer.")
    bulletin.heard()
    assert found(tmp_path).last_error == "No answer."
    bulletin.enter("waiting")
    assert (found(tmp_path).last_error, found(tmp_path).last_contact is not None) == (None, True)


def test_a_pause_shows_while_it_waits_and_not_over_what_is_being_done(tmp_path: Path) -> None:
    bulletin = Bulletin(tmp_path, lambda told: None, Ticking())
    bulletin.enter("waiting")
    bulletin.catch_up(is_paused=True)
    assert found(tmp_path).state == "paused"
    bulletin.enter("training")
    assert found(tmp_path).state == "training"
    bulletin.enter("waiting")
    bulletin.catch_up(is_paused=False)
    assert (found(tmp_path).state, bulletin.status.state) == ("waiting", "waiting")


def test_what_follows_at_once_is_written_a_little_later_and_what_stays_at_once(tmp_path: Path) -> None:
    bulletin = Bulletin(tmp_path, lambda told: None, lambda: NOW)
    bulletin.enter("waiting")
    bulletin.enter("training", round=1)
    assert (found(tmp_path).state, bulletin.status.state) == ("waiting", "training")
    bulletin.catch_up(is_paused=False)
    assert (found(tmp_path).state, found(tmp_path).round) == ("training", 1)
    bulletin.enter("training", run=1)
    assert found(tmp_path).run == 1, "after a cut it is asked for"
    bulletin.enter("retrying", last_error="No answer.")
    assert found(tmp_path).state == "retrying"
