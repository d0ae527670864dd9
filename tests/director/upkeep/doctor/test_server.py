"""Whether a director serves, asked at its own address."""

from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.ports import free_port
from contract.messages.health import Health
from director.upkeep.doctor.server import Answer, ask, server_findings, url_of
from director.upkeep.serving import Holder
from tests.envoy.answering import answering
from tests.envoy.raw_server import raw_server, saying
from tests.faulty_ways import certified
from tests.real_processes import RealDirector

NOW = datetime(2026, 11, 27, 11, 5, tzinfo=UTC)
HOLDER = Holder(7, "http://127.0.0.1:8080", "process 7, since 2026-11-26 18:35 UTC")
READY = Health(status="ok", version="1.0", checks={"database": "ok"})
FULL = Health(status="failing", version="1.0", checks={"database": "ok", "storage": "It is full."})
WELL = Answer(200, READY, NOW, None)
URL = HOLDER.url


def test_a_director_that_serves_is_ready_and_dead_it_is_not(director: RealDirector) -> None:
    for url in (director.url, director.url.replace("127.0.0.1", "0.0.0.0")):
        found = ask(url)
        assert (found.status, found.health and found.health.status, found.certificate) == (200, "ok", None)
        assert found.date is not None
        assert abs(datetime.now(UTC) - found.date) < timedelta(seconds=30)
    director.kill()
    with pytest.raises(OSError, match="refused"):
        ask(director.url)


def test_over_tls_the_certificate_is_given_whoever_signed_it() -> None:
    with certified("elsewhere.example.org", is_known=False) as way:
        found = ask(way.url)
    assert found.certificate is not None
    assert (found.status, found.health) == (204, None)


def test_what_is_no_web_server_is_an_error_of_the_link() -> None:
    with raw_server(saying(b"SSH-2.0-OpenSSH\r\n")) as server, pytest.raises(OSError, match="is no web server"):
        ask(server.url)


@pytest.mark.parametrize(("host", "url"), [("127.0.0.1", "http://127.0.0.1:80"), ("::1", "http://[::1]:80")])
def test_an_address_is_written_with_its_brackets(host: str, url: str) -> None:
    assert url_of(host, 80, is_encrypted=False) == url
    assert url_of(host, 80, is_encrypted=True) == url.replace("http", "https")


@pytest.mark.parametrize(
    ("holder", "answer", "state", "says"),
    [
        (HOLDER, WELL, "ok", "process 7, since 2026-11-26 18:35 UTC serves at http://127.0.0.1:8080, and is ready."),
        (None, ConnectionRefusedError(111, "Connection refused"), "warn", "no director serves this folder now"),
        (HOLDER, ConnectionRefusedError(111, "Connection refused"), "bad", "not answer at http://127.0.0.1:8080: Conn"),
        (Holder(None, "", "another process"), OSError(111, "Connection refused"), "warn", "seen from here"),
        (HOLDER, OSError("what answers there is no web server"), "bad", "is no web server"),
        (None, WELL, "bad", "something answers at http://127.0.0.1:8080, and no director serves this folder"),
        (HOLDER, Answer(200, None, None, None), "bad", "is no director (status 200)"),
        (
            HOLDER,
            Answer(503, FULL, None, None),
            "bad",
            "is not ready. storage: It is full.",
        ),
        (HOLDER, Answer(503, READY, None, None), "bad", "is not ready"),
    ],
)  # fmt: skip
def test_what_came_is_held_against_who_has_the_folder(holder, answer, state, says) -> None:
    found = list(server_findings(holder, URL, answer, "1.0", NOW))
    assert (found[0].state, says in found[0].sentence, bool(found[0].hint)) == (state, True, state != "ok"), found


def test_an_older_version_that_still_runs_must_be_restarted() -> None:
    _, older, _ = server_findings(HOLDER, URL, WELL, "1.1", NOW)
    assert (older.state, older.sentence) == ("warn", "version 1.0 runs, and 1.1 is installed.")


@pytest.mark.parametrize(("seconds", "state"), [(3, "ok"), (30, "warn"), (61, "bad")])
def test_the_clock_of_what_answers_is_this_machines(seconds: int, state: str) -> None:
    answer = Answer(200, READY, NOW - timedelta(seconds=seconds), None)
    assert list(server_findings(HOLDER, URL, answer, "1.0", NOW))[-1].state == state


def test_a_date_that_is_none_and_a_body_that_is_no_health_are_left_out() -> None:
    with answering((200, b"<html>")) as server:
        assert ask(server.url).health is None
    with raw_server(saying(b"HTTP/1.1 200 OK\r\nDate: yesterday\r\nContent-Length: 0\r\n\r\n")) as server:
        assert ask(server.url).date is None


def test_nobody_there_is_refused_soon() -> None:
    with pytest.raises(ConnectionRefusedError):
        ask(url_of("127.0.0.1", free_port(), is_encrypted=False))
