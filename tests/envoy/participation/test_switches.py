"""What people say to a running envoy."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from envoy.errors import PolicyError
from envoy.participation.switches import Switches

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_pause_holds_until_it_is_taken_back(tmp_path: Path) -> None:
    switches = Switches(tmp_path / "home")
    assert not switches.is_paused
    assert not switches.resume()
    switches.pause(NOW)
    switches.pause(NOW)
    assert Switches(tmp_path / "home").is_paused
    assert switches.resume()
    assert not switches.is_paused


def test_a_pause_holds_whatever_stands_in_its_file(tmp_path: Path) -> None:
    (tmp_path / "paused.json").touch()
    assert Switches(tmp_path).is_paused


def test_runs_are_refused_one_by_one(tmp_path: Path) -> None:
    switches = Switches(tmp_path)
    switches.refuse(1, "No staff.")
    switches.refuse(2, "No power.")
    assert [Switches(tmp_path).refusal(run) for run in (1, 2, 3)] == ["No staff.", "No power.", None]
    assert switches.take_back(1)
    assert not switches.take_back(1)
    assert [switches.refusal(run) for run in (1, 2)] == [None, "No power."]


def test_refusals_that_can_not_be_read_are_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "refused_runs.json").write_text("{")
    with pytest.raises(PolicyError, match="is not known"):
        Switches(tmp_path).refusal(1)


def test_a_refusal_is_of_one_directors_run_and_a_pause_of_all(tmp_path: Path) -> None:
    one, other = (Switches(tmp_path, f"https://{name}.example") for name in ("one", "other"))
    one.refuse(1, "No staff.")
    other.refuse(2, "No power.")
    assert (one.refusal(1), one.refusal(2), other.refusal(1), other.refusal(2)) == (
        "No staff.",
        None,
        None,
        "No power.",
    )
    one.pause(NOW)
    assert other.is_paused
