"""The way to a director: what is asked again, what each failure says, what is not taken, where the token goes."""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from analyst.director_link import DirectorLink
from analyst.errors import AnsweredBefore, NotTaken, Refused, SettingsError, Unreachable, Unready
from contract.messages.envoys import EnvoyDescription
from tests.certificates import write_certificates
from tests.envoy.answering import PROBLEM, answering
from tests.envoy.raw_server import raw_server, saying
from tests.faulty_ways import FAULTY_WAYS
from tests.real_processes import RealDirector

ENVOY: dict[str, Any] = {"envoy_name": "KNH", "state": None, "last_seen_at": None, "current": []}


def link(url: str, attempts: int = 0, **more: Any) -> DirectorLink:
    given = {"timeout_seconds": 5, "ca_file": None, "insecure_http": False, **more}
    return DirectorLink(url, "fld_secret", attempts=attempts, **given)


def ask(of: DirectorLink, max_bytes: int = 100_000) -> EnvoyDescription:
    return of.read("GET", "/envoys/KNH", EnvoyDescription, max_bytes=max_bytes)


@pytest.mark.parametrize("status", [408, 429, 503, 507])
def test_what_time_may_mend_is_asked_again_and_then_told(status: int) -> None:
    with answering((status, PROBLEM), (200, ENVOY)) as director:
        assert ask(link(director.url, attempts=1)).envoy_name == "KNH"
    with answering((status, PROBLEM)) as director, pytest.raises(Unready, match="The model is refused") as told:
        ask(link(director.url, attempts=1))
    assert (len(director.asked), told.value.status, told.value.retry_after_seconds) == (2, status, None)


def test_a_director_is_left_alone_for_as_long_as_it_asks() -> None:
    with answering((503, PROBLEM), (200, ENVOY), headers={"Retry-After": "1"}) as director:
        began = time.monotonic()
        ask(link(director.url, attempts=1))
    assert time.monotonic() - began > 0.9


def test_a_director_that_asks_for_hours_is_not_waited_for_and_says_how_long() -> None:
    with answering((429, PROBLEM), headers={"Retry-After": "7200"}) as director, pytest.raises(Unready) as told:
        ask(link(director.url, attempts=3))
    assert (len(director.asked), told.value.retry_after_seconds) == (1, 7200)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 500])
def test_what_time_does_not_mend_is_asked_once_and_told_as_it_was_said(status: int) -> None:
    with answering((status, {**PROBLEM, "request_id": "r1"})) as director, pytest.raises(Refused) as told:
        ask(link(director.url, attempts=3))
    error = told.value
    assert (len(director.asked), error.status, error.code, error.request_id) == (1, status, "artifact_invalid", "r1")
    assert error.checks == ("The model is refused.", "So is the log.")
    assert not isinstance(error, Unready)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"\xff", b"x" * 100_000])
@pytest.mark.parametrize("status", [401, 403, 407, 413, 503, 511])
def test_what_stands_before_the_director_is_not_taken_for_it(status: int, body: bytes) -> None:
    with answering((status, body)) as director, pytest.raises(AnsweredBefore, match=f"answered {status} at") as told:
        ask(link(director.url))
    assert "Something before the director (a proxy?)" in told.value.sentence
    assert told.value.hint
    assert told.value.status == status


@pytest.mark.parametrize("headers", [{"Content-Type": "text/html"}, {}])
def test_a_page_in_the_place_of_an_answer_is_named(headers: dict[str, str]) -> None:
    with answering((200, b"<html>"), headers=headers) as portal, pytest.raises(AnsweredBefore, match="a page for a br"):
        ask(link(portal.url))


@pytest.mark.parametrize("why", FAULTY_WAYS)
def test_why_no_answer_came_is_told_apart_and_the_token_is_in_none_of_it(
    why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, sentence = FAULTY_WAYS[why]
    with make() as way:
        if way.proxy is not None:
            monkeypatch.setenv("HTTPS_PROXY", way.proxy)
        asking = link(way.url, timeout_seconds=0.5, ca_file=way.ca_file)
        with pytest.raises(Unreachable, match=sentence) as told:
            ask(asking)
    assert "secret" not in "".join(traceback.format_exception(told.value))
    assert "ENVOY" not in str(told.value)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"envoy_name": "a/b"}', b"[" * 5000, b"\xff"])
def test_what_is_no_answer_of_a_director_is_not_taken(body: bytes) -> None:
    with answering((200, body)) as director, pytest.raises(NotTaken, match="does not speak as a director"):
        ask(link(director.url))


def test_what_a_newer_director_says_beside_is_left_out() -> None:
    with answering((200, {**ENVOY, "city": "Nairobi", "current": []})) as director:
        assert ask(link(director.url)) == EnvoyDescription.model_validate(ENVOY)


def test_an_answer_that_breaks_off_is_asked_for_again_so_often() -> None:
    half = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    with raw_server(half) as server, pytest.raises(Unreachable, match="broke off in the middle") as broken:
        ask(link(server.url, attempts=2))
    assert broken.type is Unreachable
    assert len(server.heads) == 3


@pytest.mark.parametrize(
    "answer",
    [
        saying(b"HTTP/1.1 503 Busy\r\n\r\n", bytes(65536), for_ever=True),
        saying(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536), for_ever=True),
        saying(b"HTTP/1.1 404 No\r\n\r\n", bytes(65536), for_ever=True),
    ],
    ids=["busy for ever", "an answer for ever", "a refusal for ever"],
)
def test_a_body_without_an_end_is_left(answer: Callable[..., None]) -> None:
    with raw_server(answer) as server, pytest.raises((NotTaken, Refused)):
        ask(link(server.url, attempts=1))


@pytest.mark.parametrize("location", ["/fl/envoys/KNH", "ROOT/fl/envoys/KNH"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_says_which_address_to_use(status: int, location: str) -> None:
    with answering((200, ENVOY)) as other:
        headers = {"Location": location.replace("ROOT", other.url)}
        with answering((status, b""), headers=headers) as director, pytest.raises(NotTaken) as told:
            ask(link(director.url))
        base = f"{other.url if 'ROOT' in location else director.url}/fl"
    assert told.value.hint.endswith(f"use that address: {base}")
    assert (other.asked, len(director.asked)) == ([], 1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_named_and_the_token_does_not_follow(status: int) -> None:
    with (
        answering((200, ENVOY)) as other,
        answering((status, b"x"), headers={"Location": f"{other.url}/\x1b[2J"}) as director,
        pytest.raises(NotTaken, match=r"sends us on to http://127.0.0.1:[0-9]+/\\x1b\[2J"),
    ):
        ask(link(director.url))
    assert (other.asked, len(director.asked)) == ([], 1)


@pytest.mark.parametrize("netrc", ["default", "machine 127.0.0.1", "machine director.example", "machine proxy.example"])
def test_no_netrc_counts_and_no_proxy_sees_what_stays_on_this_machine(
    netrc: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text(f"{netrc} login else password where\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with answering((200, ENVOY)) as proxy, answering((200, ENVOY)) as director:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        ask(link(director.url))
        assert proxy.asked == []
        ask(link("http://director.example", insecure_http=True))
        assert [each.path for each in proxy.asked] == ["http://director.example/envoys/KNH"]
        for each in (*director.asked, *proxy.asked):
            assert each.headers["Authorization"] == "Bearer fld_secret"
            assert "Proxy-Authorization" not in each.headers


@pytest.mark.parametrize(
    "url", ["director.example", "ftp://director.example", "", "https://me:secret@director.example", "http://a:99999"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="is no address") as refused:
        link(url)
    assert "secret" not in str(refused.value)


def test_an_address_where_others_read_along_is_refused_unless_somebody_said_so() -> None:
    with pytest.raises(SettingsError, match="not encrypted") as refused:
        link("http://director.example")
    assert "insecure_http=True" in refused.value.hint
    link("http://director.example", insecure_http=True)


@pytest.mark.parametrize("token", ["", " ", "fld_\nsecret", "fld_sécret", "fld secret", "x" * 1001])
def test_what_is_no_token_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(SettingsError, match="There is no token") as refused:
        DirectorLink("https://a.example", token, timeout_seconds=5, attempts=0, ca_file=None, insecure_http=False)
    assert "cret" not in str(refused.value)


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDirector]:
    folder = tmp_path_factory.mktemp("tls")
    write_certificates(folder)
    options = ("--tls-cert", str(folder / "director.pem"), "--tls-key", str(folder / "director.key"))
    director = RealDirector(folder / "director", options=options, ca_file=folder / "authority.pem")
    director.start()
    yield director
    director.kill()  # told to stop, it waits for every connection that a test left open


def test_a_private_authority_is_trusted_where_its_file_is_given_and_only_there(encrypted: RealDirector) -> None:
    trusting, other = link(encrypted.url, ca_file=encrypted.ca_file), link(encrypted.url, attempts=3)
    with closing(trusting), closing(other):
        with pytest.raises(Unreachable, match="certificate that is not trusted") as refused:
            ask(other)
        with pytest.raises(Refused) as answered:
            ask(trusting)
    assert "ca_file" in refused.value.hint
    assert answered.value.code == "unauthenticated"


def test_a_file_that_holds_no_certificates_is_named_before_anything_is_asked(
    encrypted: RealDirector, tmp_path: Path
) -> None:
    for path in (tmp_path / "gone.pem", tmp_path, encrypted.folder.with_name("nonsense.pem")):
        with pytest.raises(SettingsError, match="ca_file names") as refused:
            link("https://director.example", ca_file=path)
        assert str(path) in refused.value.sentence
