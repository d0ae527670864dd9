"""The way to a director: what is tried again, what each failure says, and what is not taken."""

import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from benchmarks.ports import free_port
from contract.link_words import Wait
from envoy.director_client import DirectorClient
from envoy.errors import NetworkError, PolicyError, RefusedError, SettingsError
from tests.envoy.answering import KNH, PROBLEM, answering, client
from tests.envoy.raw_server import raw_server


@pytest.mark.parametrize("status", [408, 429, 503, 507])
def test_what_time_may_mend_is_tried_again_and_then_is_the_links_fault(status: int) -> None:
    envoy: dict[str, Any] = {"envoy_name": "KNH", "state": "active", "last_seen_at": None, "current": []}
    with answering((status, PROBLEM), (200, envoy)) as director:
        assert client(director, attempts=1).envoy(KNH).envoy_name == "KNH"
    with answering((status, PROBLEM)) as director, pytest.raises(NetworkError, match="can't serve this now: The model"):
        client(director, attempts=1).envoy(KNH)
    assert len(director.asked) == 2


def test_a_director_that_does_not_answer_is_named_with_what_to_do() -> None:
    nobody = DirectorClient(f"http://127.0.0.1:{free_port()}", None, timeout_seconds=1, attempts=0)
    with pytest.raises(NetworkError, match="does not answer") as failed:
        nobody.envoy(KNH)
    assert "--offline" in failed.value.hint


@pytest.mark.parametrize("url", ["director.example", "ftp://director.example", "", "http://director.example:99999"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="is no address"):
        DirectorClient(url, None, timeout_seconds=1, attempts=0)


def test_an_address_where_others_read_along_is_refused_unless_somebody_said_so() -> None:
    with pytest.raises(PolicyError, match="not encrypted"):
        DirectorClient("http://director.example", "fld_secret", timeout_seconds=1, attempts=0)
    DirectorClient("http://director.example", "fld_secret", timeout_seconds=1, attempts=0, insecure_http=True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_named_and_not_followed(status: int) -> None:
    bomb = {"Content-Encoding": "gzip"}
    with (
        answering((200, {})) as other,
        answering((status, b"x"), headers={**bomb, "Location": f"{other.url}/\x1b[2J"}) as director,
        pytest.raises(RefusedError, match=r"sends us on to http://127.0.0.1:[0-9]+/\\x1b\[2J") as refused,
    ):
        client(director).envoy(KNH)
    assert (other.asked, len(director.asked), refused.value.director_code) == ([], 1, "redirected")


NETRCS = {
    "for everybody": "default login someone password secret\n",
    "for these machines": "machine 127.0.0.1 login a password secret\nmachine director.example login a password b\n",
    "of another program": "machine proxy.example login someone password secret\nmacdef init\ncd /\n\n",
}


@pytest.mark.parametrize("netrc", NETRCS.values(), ids=list(NETRCS))
@pytest.mark.parametrize("is_in_home", [True, False])
def test_whatever_netrc_says_the_token_goes_out_and_no_password_of_it(
    netrc: str, is_in_home: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = tmp_path / (".netrc" if is_in_home else "elsewhere")
    place.write_text(netrc)
    place.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    if not is_in_home:
        monkeypatch.setenv("NETRC", str(place))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    described: dict[str, Any] = {"envoy_name": "KNH", "state": "active", "last_seen_at": None, "current": []}
    with answering((200, described)) as proxy, answering((200, described)) as director:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        client(director).envoy(KNH)
        assert proxy.asked == []  # what stays on this machine
        elsewhere = DirectorClient(
            "http://director.example", "fld_secret", timeout_seconds=5, attempts=0, insecure_http=True
        )
        elsewhere.envoy(KNH)
        assert [each.path for each in proxy.asked] == ["http://director.example/envoys/KNH"]
        for each in (*director.asked, *proxy.asked):
            assert each.headers["Authorization"] == "Bearer fld_secret"
            assert "Proxy-Authorization" not in each.headers


@pytest.mark.parametrize("no_proxy", ["director.example", ".example", "*"])
def test_what_needs_no_proxy_is_asked_straight(no_proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering((200, {})) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", no_proxy)
        straight = DirectorClient(
            "http://director.example", "fld_secret", timeout_seconds=1, attempts=0, insecure_http=True
        )
        with pytest.raises(NetworkError):
            straight.envoy(KNH)
        assert proxy.asked == []


def test_each_pause_is_told_before_it_begins() -> None:
    told: list[Wait] = []
    nobody = f"http://127.0.0.1:{free_port()}"
    link = DirectorClient(nobody, None, timeout_seconds=1, attempts=2, on_wait=told.append)
    with pytest.raises(NetworkError, match="nothing listens there"):
        link.envoy(KNH)
    assert [(each.why, each.attempt, each.attempts) for each in told] == [("refused", 1, 2), ("refused", 2, 2)]


def test_an_answer_too_large_or_compressed_is_not_taken() -> None:
    with (
        answering((200, b'{"x": "' + b" " * 2_000_000 + b'"}')) as director,
        pytest.raises(NetworkError, match="is not taken: it has more than 1,048,576 bytes"),
    ):
        client(director).envoy(KNH)
    with (
        answering((200, b"x"), headers={"Content-Encoding": "gzip"}) as director,
        pytest.raises(NetworkError, match="is not taken: it is compressed"),
    ):
        client(director).envoy(KNH)
    with answering((404, b" " * 2_000_000)) as director, pytest.raises(NetworkError, match="answered 404"):
        client(director).envoy(KNH)


def test_a_refusal_acts_on_no_terminal() -> None:
    with (
        answering((403, {"detail": "\x1b[2JNo.\r\n", "code": "\x1b"})) as director,
        pytest.raises(RefusedError) as refused,
    ):
        client(director).envoy(KNH)
    assert (refused.value.sentence, refused.value.director_code) == (r"\x1b[2JNo.", "unknown")


def test_an_answer_that_was_asked_to_be_held_back_is_waited_for_that_long() -> None:
    def late(connection: socket.socket, ended: threading.Event) -> None:
        ended.wait(0.5)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with raw_server(late) as server:
        impatient = DirectorClient(server.url, None, timeout_seconds=0.2, attempts=0)
        assert impatient.call("GET", "/", 1000, wait_seconds=0.1) == b"{}"
        with pytest.raises(NetworkError, match="does not answer"):
            impatient.call("GET", "/", 1000)
