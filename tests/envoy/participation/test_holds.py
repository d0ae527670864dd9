"""When nothing is done."""

import time
from datetime import UTC, datetime
from pathlib import Path

from envoy.hours import read_hours
from envoy.participation.bulletin import Bulletin
from envoy.participation.holds import Holds
from envoy.participation.status import read_status
from envoy.participation.switches import Switches
from tests.federation_simulator import eventually

NOON = datetime(2026, 1, 1, 12)


def test_a_pause_goes_before_the_hours(tmp_path: Path) -> None:
    switches = Switches(tmp_path)
    holds = Holds(switches, read_hours("20:00-06:00"), lambda: NOON)
    assert holds.reason == "outside_hours"
    switches.pause(datetime.now(UTC))
    assert (holds.reason, holds.is_paused) == ("paused", True)


def test_within_its_hours_or_without_any_nothing_holds_it(tmp_path: Path) -> None:
    switches = Switches(tmp_path)
    assert Holds(switches, read_hours("08:00-18:00"), lambda: NOON).reason is None
    assert Holds(switches).reason is None


def test_the_status_file_shows_a_pause_within_seconds_while_an_answer_is_waited_for(tmp_path: Path) -> None:
    switches, bulletin = Switches(tmp_path), Bulletin(tmp_path, lambda told: None)
    bulletin.enter("waiting")

    def shown() -> str:
        status = read_status(tmp_path)
        return status.state if status else ""

    began = time.monotonic()
    with Holds(switches).shown_in(bulletin):
        switches.pause(datetime.now(UTC))
        eventually(lambda: shown() == "paused")
        switches.resume()
        eventually(lambda: shown() == "waiting")
    assert time.monotonic() - began < 5
