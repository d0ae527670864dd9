"""What the records say, of whatever version: told by records alone, with no row beside them."""

from collections.abc import Iterable, Mapping

import pytest

from director.records.chain import Link, content_of
from director.upkeep.recorded import Recorded
from tests.federation_simulator import SetClock

Told = tuple[str, str, str, Mapping[str, object]]

ADDED: Told = ("admin:cli", "envoy.add", "KNH", {})
CODE: Told = ("admin:cli", "envoy.code", "KNH", {})
JOINED: Told = ("hospital:KNH:code", "token.issue", "t1", {"role": "hospital", "envoy": "KNH"})
"""As the first version wrote them, and as every later one does."""


def recorded(*told: Told) -> Recorded:
    found = Recorded()
    assert len(list(found.reading(links(told)))) == len(told)
    return found


def links(told: Iterable[Told]) -> Iterable[Link]:
    at = SetClock()()
    for seq, (actor, act, subject, facts) in enumerate(told, start=1):
        yield Link(seq, "", "", content_of(seq, at, actor, act, subject, facts, ""))


def test_a_hospital_that_joined_has_a_token_and_no_code() -> None:
    found = recorded(ADDED, CODE, JOINED)
    assert (found.envoys, found.codes, list(found.tokens), found.head) == ({"KNH": False}, {}, ["t1"], 3)
    assert list(recorded(ADDED, CODE).codes) == ["KNH"]


def test_a_token_that_an_admin_issues_uses_up_no_code() -> None:
    assert list(recorded(ADDED, CODE, ("admin:cli", *JOINED[1:])).codes) == ["KNH"]


def test_a_hospital_is_as_its_last_record_says() -> None:
    off: Told = ("admin:cli", "envoy.disable", "KNH", {})
    on: Told = ("admin:cli", "envoy.enable", "KNH", {})
    assert recorded(ADDED, off).envoys == {"KNH": True}
    assert recorded(ADDED, off, on).envoys == {"KNH": False}


def test_what_became_of_a_token_is_known() -> None:
    rotated = ("admin:cli", "token.rotate", "t1", {"successor": "t2", "holds_until": "2026-01-02T08:00:00+00:00"})
    again: Told = ("hospital:KNH:code", "token.issue_again", "t1", {})
    token = recorded(ADDED, CODE, JOINED, again, rotated, ("admin:cli", "token.revoke", "t1", {})).tokens["t1"]
    assert (token.secret_at, token.successor, token.holds_until, token.is_revoked) == (
        4, "t2", "2026-01-02T08:00:00+00:00", True,
    )  # fmt: skip


def test_the_revoking_of_a_token_that_no_record_issued_is_known() -> None:
    found = recorded(("admin:cli", "token.revoke", "planted", {}))
    assert (found.tokens, found.revoked) == ({}, {"planted"})


def test_sessions_and_links_are_known_by_their_records() -> None:
    link = ("admin:cli", "session.link", "t1", {"until": "2026-01-01T08:15:00+00:00"})
    opened = (
        "admin:t1",
        "session.open",
        "t1",
        {"session": "s1", "until": "2026-01-01T20:00:00+00:00", "by_link": True},
    )
    ended = ("admin:t1", "session.end", "t1", {"session": "s1", "why": "signed_out"})
    assert recorded(link).links == {"t1"}
    assert (recorded(link, opened).links, recorded(link, opened).sessions["s1"].is_ended) == (set(), False)
    assert recorded(link, opened, ended).sessions["s1"].is_ended


def test_the_current_version_is_the_one_published_last() -> None:
    first, second = (
        ("admin:cli", "model.publish", f"diagnosis_count {version}", {"model": str(version) * 64}) for version in (1, 2)
    )
    assert recorded(first, second, first).published == {"diagnosis_count": (1, "1" * 64)}


@pytest.mark.parametrize(
    "content", ["[]", "{}", "[1, 2, 3, 4, 5, 6, 7]", '[2, 5, "a", "envoy.add", 3, {}, ""]', '[3, "x", 1, [], 1, 1, 1]']
)
def test_what_is_no_record_of_ours_teaches_nothing(content: str) -> None:
    found = Recorded()
    assert len(list(found.reading([Link(1, "", "", content), Link(2, "", "", None)]))) == 2
    assert (found.envoys, found.tokens) == ({}, {})


def test_the_digest_of_a_secret_and_its_end_are_known_where_they_were_told() -> None:
    issued: Told = (*JOINED[:3], {**JOINED[3], "secret_sha256": "a" * 64, "holds_until": "2026-04-01T08:00:00+00:00"})
    again: Told = ("hospital:KNH:code", "token.issue_again", "t1", {"secret_sha256": "b" * 64})
    of_before: Told = ("hospital:KNH:code", "token.issue_again", "t1", {})
    told = [recorded(ADDED, *more).tokens["t1"].secret for more in ((issued,), (issued, again), (issued, of_before))]
    assert told == ["a" * 64, "b" * 64, None]
    assert recorded(ADDED, issued).tokens["t1"].holds_until == "2026-04-01T08:00:00+00:00"
    assert recorded(ADDED, JOINED).tokens["t1"].secret is None
    assert (
        recorded(ADDED, ("admin:cli", "envoy.code", "KNH", {"code_sha256": "c" * 64})).codes["KNH"].sha256 == "c" * 64
    )
