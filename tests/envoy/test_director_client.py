"""The director as the hospital sees it: what is asked, and what comes back."""

import json
from pathlib import Path
from typing import Any

import pytest

from contract.messages.runs import RunAnswer
from contract.messages.statistics import StatisticsReport
from contract.messages.tasks import TaskDescription
from contract.names import Digest
from contract.parts import Parcel
from contract.tasks import DIAGNOSIS_COUNT
from envoy.director_client import DirectorClient
from envoy.errors import NetworkError, OlderDirectorError, PolicyError, RefusedError
from envoy.ledger import Ledger
from tests.envoy.answering import KNH, PROBLEM, answering, client


def test_every_request_carries_the_token_and_a_join_none() -> None:
    issued = {
        "token": "fld_new",
        "id": "t1",
        "role": "hospital",
        "envoy_name": "KNH",
        "expires_at": "2026-04-01T00:00Z",
    }
    with answering((200, {"items": [], "next": None}), (201, issued)) as director:
        client(director).submissions(limit=7)
        DirectorClient(director.url, None, timeout_seconds=5, attempts=0).join("code")
    listed, joined = director.asked
    assert (listed.path, listed.headers["Authorization"]) == ("/submissions?limit=7", "Bearer fld_secret")
    assert "Authorization" not in joined.headers
    assert joined.headers["Idempotency-Key"]


def test_an_upload_is_known_again_by_its_bytes() -> None:
    parcel = Parcel({"metadata": b"{}", "model": b"model", "scaler": b"scaler"})
    with answering((422, PROBLEM)) as director:
        for _ in range(2):
            with pytest.raises(RefusedError):
                client(director).upload(KNH, parcel)
    first, again = director.asked
    assert first.path == "/upload/KNH"
    assert first.headers["Idempotency-Key"] == again.headers["Idempotency-Key"] == parcel.key
    for name in (b'name="metadata"; filename="metadata.json"', b'name="model"; filename="model.pt"'):
        assert name in first.body
    assert b'name="log"' not in first.body


def test_a_refusal_says_every_failed_check_once() -> None:
    with answering((422, PROBLEM)) as director, pytest.raises(RefusedError) as refused:
        client(director, attempts=3).envoy(KNH)
    assert refused.value.sentence == "The model is refused. So is the log."
    assert (refused.value.director_code, refused.value.status, refused.value.hint) == (
        "artifact_invalid",
        422,
        "Train again.",
    )
    assert len(director.asked) == 1  # no is no


def test_a_report_is_repeated_too_for_the_director_knows_it_again() -> None:
    report = StatisticsReport(num_examples=40, mean=(9.0,), m2=(900.0,))
    with answering((503, {})) as director, pytest.raises(NetworkError):
        client(director, attempts=2).send_statistics(KNH, report)
    assert [each.method for each in director.asked] == ["POST"] * 3


def test_a_file_that_was_damaged_on_the_way_is_not_taken() -> None:
    with answering((200, b"model")) as director:
        assert client(director).blob(Digest.of(b"model"), 1000) == b"model"
        with pytest.raises(NetworkError, match="damaged on the way"):
            client(director).blob(Digest.of(b"another"), 1000)


@pytest.mark.parametrize("answer", [b"", {}, {"envoy_name": "KNH", "more": 1}])
def test_what_does_not_speak_as_a_director_is_named(answer: Any) -> None:
    with answering((200, answer)) as director, pytest.raises(NetworkError, match="does not speak as a director"):
        client(director).envoy(KNH)


def test_what_a_newer_director_says_beside_what_we_know_is_ignored() -> None:
    current = {"task": "diagnosis_count", "version": 1, "model_sha256": "0" * 64, "num_examples": 40, "mood": "good"}
    described = {"envoy_name": "KNH", "state": "active", "last_seen_at": None, "colour": "blue"}
    with answering((200, {**described, "current": [{**current, "created_at": "2026-01-01T00:00:00Z"}]})) as director:
        assert client(director).envoy(KNH).current[0].num_examples == 40


@pytest.mark.parametrize(
    "nonsense",
    ['{"training": {"learning_rate": 1e999}}', '{"training": {"learning_rate": NaN}}', '{"cut_points": [5, Infinity]}'],
)
def test_a_task_that_makes_no_sense_is_a_matter_of_policy(nonsense: str) -> None:
    described = json.loads(TaskDescription.of(DIAGNOSIS_COUNT).model_dump_json())
    for key, value in json.loads(nonsense).items():
        described[key] = {**described[key], **value} if isinstance(value, dict) else value
    with answering((200, described)) as director, pytest.raises(PolicyError, match="makes no sense"):
        client(director).task(DIAGNOSIS_COUNT.name)


@pytest.mark.parametrize("answer", [b"<html>", {}, [], {"name": "diagnosis_count"}])
def test_what_is_no_task_at_all_is_no_matter_of_policy(answer: Any) -> None:
    with answering((200, answer)) as director, pytest.raises(NetworkError, match="does not speak"):
        client(director).task(DIAGNOSIS_COUNT.name)


def test_work_is_waited_for_as_long_as_is_said() -> None:
    with answering((200, {"waits_for": "No run is open."})) as director:
        assert client(director).work(KNH, 2.5).waits_for == "No run is open."
    assert director.asked[0].path == "/envoys/KNH/work?wait=2.5"


@pytest.mark.parametrize(
    ("status", "error"), [(404, OlderDirectorError), (405, OlderDirectorError), (401, RefusedError)]
)
def test_a_director_that_knows_no_rounds_is_told_from_one_that_refuses(status: int, error: type[Exception]) -> None:
    with answering((status, PROBLEM)) as director, pytest.raises(RefusedError) as refused:
        client(director).work(KNH)
    assert type(refused.value) is error


def test_an_answer_to_an_invitation_stands_in_the_ledger(tmp_path: Path) -> None:
    run = {
        "id": 3, "task": "diagnosis_count", "state": "inviting", "rounds": 2, "published": 0, "quorum": 2,
        "deadline_seconds": 60, "strategy": "fedavg", "parameters": {}, "late": "refuse", "seed": 0, "hospitals": [],
        "current": None, "opened_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    with answering((201, run)) as director:
        asked = DirectorClient(director.url, "fld_x", timeout_seconds=5, attempts=0, ledger=Ledger(tmp_path))
        assert asked.answer_run(3, RunAnswer(choice="take_part", patients=50)).id == 3
        assert asked.run(3).state == "inviting"
    assert [each.path for each in director.asked] == ["/runs/3/answers", "/runs/3?rounds=0"]
    (entry,) = Ledger(tmp_path).entries()
    assert (entry.kind, entry.outcome, entry.sha256) == (
        "run 3: take_part", "taken", Digest.of(director.asked[0].body)
    )  # fmt: skip
