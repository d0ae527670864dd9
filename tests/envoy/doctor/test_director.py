"""What a director says of itself, and of this hospital."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from contract.messages.health import Health
from contract.messages.tasks import TaskDescription
from contract.names import TaskName
from contract.tasks import DIAGNOSIS_COUNT
from envoy.doctor.director import Heard, hear, heard_findings, state_finding, task_findings
from envoy.errors import MiddleboxError, NetworkError, PolicyError, RefusedError
from tests.envoy.answering import KNH, answering, client
from tests.envoy.raw_server import raw_server, saying

NOW = datetime(2026, 11, 27, 11, 5, tzinfo=UTC)
HEALTH = {"status": "ok", "version": "0.1.0", "of_a_later_version": 1}
URL = "https://director.example.org"


def ticking(*moments: datetime) -> Callable[[], datetime]:
    left = iter(moments)
    return lambda: next(left)


def test_an_answer_is_heard_with_its_date_and_the_middle_of_the_waiting() -> None:
    with answering((200, HEALTH), knows_health=True) as director:
        heard = hear(client(director), ticking(NOW, NOW + timedelta(seconds=4)))
    assert (heard.health.version, heard.at) == ("0.1.0", NOW + timedelta(seconds=2))
    assert heard.date is not None
    assert abs(datetime.now(UTC) - heard.date) < timedelta(seconds=30)
    (asked,) = director.asked
    assert (asked.method, asked.path) == ("GET", "/health/live")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((200, {"else": 1}), NetworkError),
        ((200, b"<html>sign in</html>"), NetworkError),
        ((407, b"<html>"), MiddleboxError),
        ((503, b""), MiddleboxError),
    ],
)
def test_what_is_no_directors_answer_is_an_error_of_the_way(answer: tuple[int, Any], error: type[Exception]) -> None:
    with answering(answer, knows_health=True) as director, pytest.raises(error):
        hear(client(director), lambda: NOW)


@pytest.mark.parametrize("date", [b"", b"Date: yesterday\r\n"])
def test_an_answer_without_a_date_is_heard(date: bytes) -> None:
    body = b'{"status": "ok", "version": "0.1.0"}'
    said = b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (date, len(body), body)
    with raw_server(saying(said)) as server:
        heard = hear(client(server), lambda: NOW)  # type: ignore[arg-type]  # it has an address
    assert heard.date is None
    assert [each.state for each in heard_findings(heard, URL, None, "0.1.0")] == ["ok", "warn", "ok"]


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, "ok"), (60, "ok"), (-61, "warn"), (300, "warn"), (301, "bad"), (-301, "bad")]
)
def test_more_than_five_minutes_between_the_clocks_are_bad(seconds: int, state: str) -> None:
    heard = Heard(Health(status="ok", version="0.1.0"), NOW, NOW + timedelta(seconds=seconds))
    _, clock, _ = heard_findings(heard, URL, None, "0.1.0")
    assert (clock.about, clock.state) == ("clock", state)


def test_a_moment_is_read_as_it_is_written_in_http() -> None:
    body = b'{"status": "ok", "version": "0.1.0"}'
    date = format_datetime(NOW, usegmt=True).encode()
    said = b"HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: %d\r\n\r\n%s" % (date, len(body), body)
    with raw_server(saying(said)) as server:
        assert hear(client(server), lambda: NOW).date == NOW  # type: ignore[arg-type]  # it has an address


def test_who_vouches_for_the_director_is_named() -> None:
    heard = Heard(Health(status="ok", version="0.1.0"), NOW, NOW)
    for trusted, said in (("the public authorities", "trusted by the public authorities"), (None, "without TLS")):
        director = next(heard_findings(heard, URL, trusted, "0.1.0"))
        assert (director.state, said in director.sentence) == ("ok", True)


class OfALaterVersion(Health):
    oldest_envoy: str | None = None


@pytest.mark.parametrize(
    ("ours", "theirs", "oldest", "state", "says"),
    [
        ("0.2.0", "0.2.0", None, "ok", "0.2.0 at both ends"),
        ("0.2.0", "0.3.0", "0.2.0", "ok", "the director 0.3.0"),
        ("0.2.0", "0.4.0", "0.3.0", "bad", "the director takes 0.3.0 or later"),
    ],
)
def test_an_envoy_that_is_too_old_for_the_director_is_bad(ours, theirs, oldest, state, says) -> None:
    heard = Heard(OfALaterVersion(status="ok", version=theirs, oldest_envoy=oldest), NOW, NOW)
    version = list(heard_findings(heard, URL, None, ours))[-1]
    assert (version.about, version.state, says in version.sentence) == ("version", state, True), version


def described(state: str) -> dict[str, Any]:
    return {"envoy_name": "KNH", "state": state, "last_seen_at": None, "current": []}


def test_the_director_says_whether_the_token_holds_and_the_hospital_is_enabled() -> None:
    for state, found in (("active", "ok"), ("disabled", "bad")):
        with answering((200, described(state))) as director:
            assert state_finding(client(director), KNH).state == found
    with (
        answering((401, {"code": "unauthenticated", "detail": "No.", "hint": "x"}), knows_health=True) as director,
        pytest.raises(RefusedError),
    ):
        state_finding(client(director), KNH)


def test_the_tasks_of_the_settings_are_known_at_both_ends_or_it_is_said_why_not() -> None:
    given = [TaskDescription.of(DIAGNOSIS_COUNT)]

    def refuses(said: TaskDescription) -> None:
        raise PolicyError("Other cut points.", hint="fl-envoy task accept")

    (known,) = task_findings(given, [DIAGNOSIS_COUNT.name], lambda said: None)
    (unknown,) = task_findings(given, [TaskName("another")], lambda said: None)
    (other,) = task_findings(given, [DIAGNOSIS_COUNT.name], refuses)
    assert [each.state for each in (known, unknown, other)] == ["ok", "bad", "bad"]
    assert ("fl-envoy task list" in unknown.hint, other.hint) == (True, "fl-envoy task accept")
