"""Whatever a director answers, and whatever a table or a parcel holds: ``fl-envoy`` shows it as text."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from typer.testing import CliRunner, Result

from contract.visible_text import visible
from envoy.cli import app, program
from tests.envoy.answering import answering
from tests.envoy.playing import PlayedDirector, playing
from tests.foreign_texts import foreign_texts, is_seen

Run = Callable[..., Result]
DIGEST = "0" * 64
WHEN = "2026-04-01T00:00:00Z"
ISSUED = {"token": "fld_new", "id": "t1", "role": "hospital", "envoy_name": "KNH", "expires_at": WHEN}
ENVOY: dict[str, Any] = {"envoy_name": "KNH", "state": "active", "last_seen_at": None, "current": []}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    for name, value in (("HOME", tmp_path / "home"), ("DATA", tmp_path / "data"), ("ATTEMPTS", 0)):
        monkeypatch.setenv(f"ENVOY_{name}", str(value))
    for console in (program.out, program.err):
        monkeypatch.setattr(console, "_width", 5000)
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


def submission(text: str) -> dict[str, Any]:
    """A receipt with a text in each field that takes one."""
    check = {"name": text, "passed": False, "seen": text, "bound": text, "sentence": text}
    return {
        "id": text,
        "envoy_name": "KNH",
        "task": "diagnosis_count",
        "version": None,
        "verdict": "rejected",
        "checks": [check],
        "decision": {"verdict": "rejected", "reason": text, "by": text, "decided_at": WHEN},
        "files": {"model": {"sha256": DIGEST, "bytes": 1}},
        "metadata": {
            "task": "diagnosis_count",
            "num_examples": 24,
            "base": DIGEST,
            "metrics": {text: None},
            "software": {text[:64]: text[:64]},
        },
        "created_at": WHEN,
    }


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(foreign_texts(max_size=4))
def test_what_a_director_answers_is_shown_as_text(run: Run, text: str) -> None:
    text = f"<{text}>"
    said = {"/envoys/KNH": (200, ENVOY), "/submissions": (200, {"items": [submission(text)], "next": None})}
    with playing(PlayedDirector(said={"/join": (201, ISSUED), **said})) as director:
        assert run("join", "--replace", "--director", director.url, "--code", "code").exit_code == 0
        shown, as_json = run("status"), run("status", "--json")
    assert (shown.exit_code, as_json.exit_code) == (0, 0), (shown.exception, as_json.exception)
    assert is_seen(shown.stdout)
    assert visible(text) in shown.stdout
    assert is_seen(as_json.stdout)
    assert json.loads(as_json.stdout)["submissions"][0]["decision"]["reason"] == text


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(foreign_texts(max_size=4))
@pytest.mark.parametrize("status", [409, 503])
def test_a_director_s_refusal_is_shown_as_text(run: Run, status: int, text: str) -> None:
    text = f"<{text}>"
    problem = {"code": text, "detail": text, "hint": text, "checks": submission(text)["checks"]}
    with answering((status, problem)) as director:
        ended = run("join", "--director", director.url, "--code", "code")
    assert ended.exit_code in (3, 4)
    assert is_seen(ended.stderr)
    assert visible(text.strip()) in ended.stderr


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(foreign_texts(max_size=4))
def test_what_a_parcel_may_not_hold_is_named_as_text(run: Run, tmp_path: Path, text: str) -> None:
    folder = tmp_path / "parcel"
    folder.mkdir(exist_ok=True)
    (folder / "metadata.json").write_text(json.dumps(submission(text)["metadata"], ensure_ascii=False), newline="")
    (folder / "training.log").write_text(f"{text}\n{text}", newline="")
    for file in ("model.pt", "scaler.pkl"):
        (folder / file).write_bytes(b"")
    for more in ([], ["--json"]):
        ended = run("send", folder, "--dry-run", *more)
        assert ended.exit_code == 5, ended.exception
        assert is_seen(ended.stdout + ended.stderr)


def test_a_table_s_column_is_shown_as_text(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data" / "hosp").mkdir(parents=True)
    for name in ("patients", "admissions", "diagnoses_icd"):
        (tmp_path / "data" / "hosp" / f"{name}.csv").write_text("subject_id,[/x]\x1b[2J\n1,[/y]\x1b\n")
    for more in ([], ["--json"]):
        found = run("check", *more)
        assert found.exit_code == 5, found.exception
        assert is_seen(found.stdout)
