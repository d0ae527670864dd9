"""What came in the place of a good answer: each cause has its own sentence, and who reads it knows what to do."""

from dataclasses import dataclass
from typing import Any

import pytest

from contract.link_words import Way
from envoy.director_client import DirectorClient
from envoy.errors import BrokenLinkError, MiddleboxError, NetworkError, RefusedError, SettingsError
from envoy.unanswered import error_of, refusal_of
from tests.envoy.answering import KNH, PROBLEM, answering, client
from tests.faulty_ways import FAULTY_WAYS

DESCRIBED: dict[str, Any] = {"envoy_name": "KNH", "state": "active", "last_seen_at": None, "current": []}
WAY = Way("https://director.example", "director.example", 5, "ENVOY_CA_FILE=FILE")


@dataclass
class Told:
    """What an envoy says of a way."""

    error: NetworkError
    waits: list[str]


@pytest.mark.parametrize("why", FAULTY_WAYS)
def test_why_no_answer_came_is_told_apart_with_what_to_look_at(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make, sentence = FAULTY_WAYS[why]
    with make() as way:
        if way.proxy is not None:
            monkeypatch.setenv("HTTPS_PROXY", way.proxy)
        link = DirectorClient(way.url, "fld_secret", timeout_seconds=0.5, attempts=0, ca_file=way.ca_file)
        with pytest.raises(NetworkError, match=sentence) as told:
            link.envoy(KNH)
    said = f"{told.value.sentence} {told.value.hint}"
    assert told.value.hint
    assert "secret" not in said
    assert "Error" not in said
    assert "Timeout" not in said


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (401, "not the director's refusal: the token has nothing to do with it"),
        (403, "not the director's refusal: the token has nothing to do with it"),
        (407, "HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"),
        (413, "client_max_body_size"),
        (502, "It gets no answer of the director"),
        (503, "the director may be down"),
        (511, "sign in, then try again"),
        (418, "Ask your IT"),
    ],
)
@pytest.mark.parametrize("body", [b"<html>No.</html>", b"", b"[]", b'{"message": "Forbidden"}', b"\xff" * 200_000])
def test_what_stands_before_the_director_is_not_taken_for_it(status: int, meaning: str, body: bytes) -> None:
    with answering((status, body)) as director, pytest.raises(MiddleboxError) as told:
        client(director).envoy(KNH)
    assert told.value.sentence == f"Something before the director (a proxy?) answered {status} at {director.url}."
    assert meaning in told.value.hint
    assert told.value.status == status


@pytest.mark.parametrize("headers", [{"Content-Type": "text/html; charset=utf-8"}, {}])
def test_a_page_in_the_place_of_an_answer_is_named(headers: dict[str, str]) -> None:
    page = b"\xef\xbb\xbf\n<!DOCTYPE html><html>Sign in</html>"
    with answering((200, page), headers=headers) as portal, pytest.raises(MiddleboxError) as told:
        client(portal).envoy(KNH)
    assert "answered at" in told.value.sentence
    assert "with a page for a browser" in told.value.sentence
    assert "sign-in page" in told.value.hint


def test_what_is_no_problem_and_says_so_of_http_on_a_port_of_https() -> None:
    body = b"<html><title>400 The plain HTTP request was sent to HTTPS port</title>"
    assert "speaks TLS there: https://" in refusal_of(WAY.url, 400, body).sentence


@pytest.mark.parametrize("location", ["/fl/envoys/KNH", "ROOT/fl/envoys/KNH", "ROOT/fl/envoys/KNH/?x=1"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_says_with_which_address_to_join(status: int, location: str) -> None:
    with answering((200, DESCRIBED)) as other:
        target = location.replace("ROOT", other.url)
        with (
            answering((status, b""), headers={"Location": target}) as director,
            pytest.raises(RefusedError) as told,
        ):
            client(director).envoy(KNH)
        base = f"{other.url if 'ROOT' in location else director.url}/fl"
    assert f"sends us on to {base}, and the token goes nowhere" in told.value.sentence
    assert told.value.hint.endswith(f"join with that address: fl-envoy join --director {base} --code CODE")
    assert (len(director.asked), other.asked, told.value.director_code) == (1, [], "redirected")


def test_a_redirect_to_a_page_is_no_address_to_join_with() -> None:
    with (
        answering((302, b""), headers={"Location": "https://login.hospital.example/?next=x"}) as portal,
        pytest.raises(RefusedError, match=r"sends us on to https://login\.hospital\.example/\?next=x") as told,
    ):
        client(portal).envoy(KNH)
    assert "sign-in page" in told.value.hint
    assert "fl-envoy join" not in told.value.hint


def test_a_hospital_whose_token_holds_no_more_reads_whom_to_ask_and_what_follows() -> None:
    older = {
        "code": "unauthenticated",
        "detail": "No valid token came with this request.",
        "hint": "Send the header Authorization: Bearer TOKEN; ask the consortium's admin for a new token.",
    }
    newer = {
        **older,
        "detail": "This token expired on 2026-11-26 18:35 UTC.",
        "hint": "Ask … then give it to: fl-envoy renew",
    }
    with answering((401, older), (401, newer)) as director:
        for _ in (older, newer):
            with pytest.raises(RefusedError) as told:
                client(director).envoy(KNH)
            assert "Authorization" not in told.value.hint
            assert "fl-envoy renew" in told.value.hint
        assert (told.value.sentence, told.value.hint) == (newer["detail"], newer["hint"])


def test_what_the_library_does_not_even_try_is_a_matter_of_settings() -> None:
    class InvalidProxyURL(Exception):
        pass

    assert isinstance(error_of(InvalidProxyURL("x"), WAY), SettingsError)


def test_a_director_of_few_words_is_told_in_full() -> None:
    refused = refusal_of(WAY.url, 422, b'{"code": "artifact_invalid", "detail": ""}')
    assert (type(refused), refused.sentence) == (RefusedError, "The director answered 422.")
    broken = error_of(ConnectionResetError(104, "reset"), WAY)
    assert isinstance(broken, BrokenLinkError)
    assert "--offline" in broken.hint
    assert PROBLEM["code"] == "artifact_invalid"
