"""Sending a hospital's own models: what is known already, and what is kept."""

from pathlib import Path
from typing import Any

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from envoy.director_client import DirectorClient
from envoy.errors import NetworkError, RefusedError
from envoy.ledger import Ledger
from envoy.outbox import Outbox
from envoy.sending import Sending
from tests.envoy.answering import KNH
from tests.envoy.playing import NOW, Answer, PlayedDirector, playing
from tests.envoy.test_outbox import own

OTHER = "0" * 64


def to(director: PlayedDirector, home: Path) -> Sending:
    ledger = Ledger(home)
    client = DirectorClient(director.url, "fld_x", timeout_seconds=5, attempts=0, ledger=ledger)
    return Sending(client, director.url, KNH, ledger, Outbox(home, director.url))


def described(*versions: int) -> Answer:
    current = [
        {"task": DIAGNOSIS_COUNT.name, "version": each, "model_sha256": OTHER, "num_examples": 40, "created_at": NOW}
        for each in versions
    ]
    return 200, {"envoy_name": "KNH", "state": "active", "last_seen_at": None, "current": current}


def receipt(version: int, verdict: str = "admitted") -> Answer:
    label = {"task": DIAGNOSIS_COUNT.name, "num_examples": 40, "base": OTHER}
    facts: dict[str, Any] = {"checks": [], "files": {}, "metadata": label, "created_at": NOW}
    return 200, {
        **facts,
        "id": "s1",
        "envoy_name": "KNH",
        "task": label["task"],
        "version": version,
        "verdict": verdict,
    }


@pytest.mark.parametrize(
    ("current", "answer", "was_known", "now"),
    [
        (described(35), receipt(36), False, 36),
        (described(35), receipt(1), True, 35),
        (described(35), receipt(35), True, 35),
        (described(), receipt(1), False, 1),
        (described(35), receipt(36, "quarantined"), False, 35),
        ((404, {"code": "not_found", "detail": "No."}), receipt(1), False, 1),
    ],
)
def test_a_version_that_is_not_newer_than_the_current_one_was_known(
    tmp_path: Path, current: Answer, answer: Answer, was_known: bool, now: int
) -> None:
    with playing(PlayedDirector(said={"/envoys/KNH": current, "/upload/KNH": answer})) as director:
        sent = to(director, tmp_path).send(own(1))
    assert (sent.was_known, sent.current) == (was_known, now)


def test_what_the_director_does_not_tell_the_ledger_does(tmp_path: Path) -> None:
    with playing(PlayedDirector()) as director:
        director.said |= {"/envoys/KNH": described(4), "/upload/KNH": receipt(5, "quarantined")}
        assert [to(director, tmp_path).send(own(1)).was_known for _ in range(2)] == [False, True]
        director.said |= {"/envoys/KNH": (404, {"code": "not_found", "detail": "No."}), "/upload/KNH": receipt(5)}
        sent = to(director, tmp_path).send(own(1))
    assert (sent.was_known, sent.current) == (True, None)


@pytest.mark.parametrize(
    ("answer", "error", "waits"),
    [
        ((503, {"code": "busy", "detail": "Too much is asked."}), NetworkError, True),
        ((500, {"code": "internal_error", "detail": "Unforeseen."}), RefusedError, True),
        ((413, b"<html>too large, says a proxy</html>"), NetworkError, True),
        ((401, {"code": "unauthenticated", "detail": "No."}), RefusedError, True),
        ((422, {"code": "artifact_invalid", "detail": "No."}), RefusedError, False),
        (receipt(1), None, False),
    ],
)
def test_a_parcel_waits_until_the_director_has_said_what_becomes_of_it(
    tmp_path: Path, answer: Answer, error: type[Exception] | None, waits: bool
) -> None:
    with playing(PlayedDirector(said={"/upload/KNH": answer})) as director:
        sending = to(director, tmp_path)
        key = sending.outbox.keep_own(own(1))
        if error is None:
            sending.send_kept(key, own(1))
        else:
            with pytest.raises(error):
                sending.send_kept(key, own(1))
        assert sending.outbox.waiting() == ([key] if waits else [])


def test_a_token_that_holds_no_more_is_told_before_anything_leaves(tmp_path: Path) -> None:
    with playing(PlayedDirector(said={"/envoys/KNH": (401, {"code": "unauthenticated", "detail": "No."})})) as director:
        with pytest.raises(RefusedError):
            to(director, tmp_path).send(own(1))
        assert director.paths("POST") == []
