"""The envoy's home: rights, room, token, and what waits there."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from envoy.doctor.home import rights_findings, room_findings, token_finding, waiting_findings
from envoy.home_lock import only_one
from envoy.membership import Membership
from envoy.operating_system import Rights
from envoy.outbox import Outbox

NOW = datetime(2026, 11, 27, 11, 5, tzinfo=UTC)
DIRECTOR = "https://director.example.org"
MIB = 1 << 20


def test_rights_of_others_on_the_home_and_on_the_token_are_bad() -> None:
    home, token = Path("/home/fl"), Path("/home/fl/token.json")
    private = Rights(stat.S_IFDIR | 0o700, "fl"), Rights(stat.S_IFREG | 0o600, "fl")
    open_ones = Rights(stat.S_IFDIR | 0o755, "fl"), Rights(stat.S_IFREG | 0o644, "fl")
    assert [each.state for each in rights_findings(home, private[0], token, private[1])] == ["ok", "ok"]
    found = list(rights_findings(home, open_ones[0], token, open_ones[1]))
    assert [(each.state, each.hint) for each in found] == [("bad", f"chmod 700 {home}"), ("bad", f"chmod 600 {token}")]
    assert list(rights_findings(home, None, token, None)) == []


@pytest.mark.parametrize(
    ("at_home", "elsewhere", "states"),
    [(2048, 2048, ["ok", "ok"]), (1000, 2048, ["warn", "ok"]), (63, 2048, ["bad", "ok"]), (2048, 63, ["ok", "bad"])],
)
def test_room_is_looked_for_in_the_home_and_where_temporary_files_go(at_home, elsewhere, states) -> None:
    found = room_findings(Path("/home/fl"), at_home * MIB, Path("/var/scratch"), elsewhere * MIB)
    assert [each.state for each in found] == states


@pytest.mark.parametrize(
    ("left", "state", "says"),
    [
        (timedelta(0), "bad", "KNH's token ended 2026-11-27 11:05 UTC."),
        (timedelta(days=13, hours=5), "warn", "KNH's token ends in 13 days, 2026-12-10"),
        (timedelta(days=14), "ok", "KNH's token holds until 2026-12-11 11:05 UTC."),
    ],
)
def test_a_token_is_renewed_before_it_ends(left: timedelta, state: str, says: str) -> None:
    found = token_finding(
        Membership(director=DIRECTOR, envoy_name="KNH", token="fld_secret", expires_at=NOW + left), NOW
    )
    assert (found.state, found.sentence.startswith(says), bool(found.hint)) == (state, True, state != "ok"), found


def test_what_waits_is_said_and_by_whom_it_is_sent(tmp_path: Path) -> None:
    (empty,) = waiting_findings(tmp_path, DIRECTOR)
    assert empty.state == "ok"
    Outbox(tmp_path, DIRECTOR).place(3).mkdir(parents=True)
    (waiting,) = waiting_findings(tmp_path, DIRECTOR)
    assert (waiting.state, waiting.sentence, waiting.hint) == ("warn", "1 wait to be sent.", "fl-envoy send")
    with only_one(tmp_path):
        (participating,) = waiting_findings(tmp_path, DIRECTOR)
    assert participating.state == "ok"
    ours, others = waiting_findings(tmp_path, "https://another.example.org")
    assert (ours.state, others.state, "for another director" in others.sentence) == ("ok", "warn", True)
