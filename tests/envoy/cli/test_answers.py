"""``fl-envoy evaluate --answer``, and words that are given before training."""

import json
from pathlib import Path

import pytest

from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import split_by_patient
from envoy.patient_counts import count_diagnoses
from envoy.tables import read_tables
from envoy.training import train
from tests.envoy.cli.joining import Run, join
from tests.envoy.playing import PlayedDirector, playing


@pytest.fixture(scope="module")
def versions(tables: Path) -> PlayedDirector:
    """A director with a version that learned from these patients, and one that is its opposite."""
    split = split_by_patient(count_diagnoses(DIAGNOSIS_COUNT, read_tables(tables)), 0)
    scaler = ScalerState.fitted(split.training.features)
    good = DIAGNOSIS_COUNT.initial_state()
    for seed in range(5):
        good = dict(train(DIAGNOSIS_COUNT, good, scaler, split, seed).state)
    played = PlayedDirector()
    played.add_version(good, scaler)
    played.add_version({name: -values for name, values in good.items()}, scaler)
    return played


@pytest.fixture
def director(versions: PlayedDirector) -> PlayedDirector:
    again = [{**each, "answers": []} for each in versions.versions]
    return PlayedDirector(versions=again, files=dict(versions.files))


def test_a_word_is_sent_and_no_figure(run: Run, director: PlayedDirector) -> None:
    with playing(director):
        join(run, director.url)
        said = run("evaluate", "--answer", 2)
        assert (said.exit_code, "Said of version 2: refuse. The figures stay here." in said.stdout) == (0, True)
        assert "The mean loss is" in said.stdout
        assert json.loads(run("evaluate", "--answer", 1, "--json").stdout)["request"]["answer"] == "accept"
        bodies = [each.body for each in director.asked if each.path.endswith("/answers")]
        assert [json.loads(each) for each in bodies] == [
            {"task": "diagnosis_count", "answer": answer} for answer in ("refuse", "accept")
        ]
        entries = json.loads(run("ledger", "--json").stdout)
        assert [(each["kind"], each["outcome"]) for each in entries[1:]] == [
            ("answer: refuse version 2 of diagnosis_count", "taken"),
            ("answer: accept version 1 of diagnosis_count", "taken"),
        ]


def test_a_dry_run_says_what_would_be_said(run: Run, director: PlayedDirector) -> None:
    with playing(director):
        join(run, director.url)
        assert "Would be said of version 2: refuse" in run("evaluate", "--answer", 2, "--dry-run").stdout
        assert director.paths("POST") == ["/join"]


def test_the_hospitals_margins_count(run: Run, director: PlayedDirector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVOY_ANSWER_MARGIN", "1")
    monkeypatch.setenv("ENVOY_ANSWER_LOSS_MARGIN", "10")
    director.versions[1]["parent"] = 1
    with playing(director):
        join(run, director.url)
        shown = json.loads(run("evaluate", "--answer", 2, "--dry-run", "--json").stdout)
        assert not [each for each in shown["reasons"] if "accuracy" in each]


def test_training_gives_the_words_first_where_the_setting_allows(
    run: Run, director: PlayedDirector, monkeypatch: pytest.MonkeyPatch
) -> None:
    with playing(director):
        join(run, director.url)
        run("train")
        assert not [each for each in director.paths("POST") if "answers" in each], "off unless the hospital says so"
        monkeypatch.setenv("ENVOY_ANSWER", "automatic")
        director.asked.clear()
        trained = run("train", "--json")
        assert json.loads(trained.stdout)["answers"] == [
            {"version": 1, "task": "diagnosis_count", "answer": "accept"},
            {"version": 2, "task": "diagnosis_count", "answer": "refuse"},
        ]
        posts = director.paths("POST")
        assert posts == ["/global_models/1/answers", "/global_models/2/answers", "/upload/KNH"]
        order = [each.path for each in director.asked]
        assert order.index("/global_models/2/answers") < order.index("/tasks/diagnosis_count/start")
        assert json.loads(run("train", "--json").stdout)["answers"] == [], "each once"


def test_a_version_that_can_not_be_judged_keeps_nobody_from_training(
    run: Run, director: PlayedDirector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVOY_ANSWER", "automatic")
    director.versions[0]["sha256"] = director.keep(b"no model")
    director.versions = director.versions[:1]
    with playing(director):
        join(run, director.url)
        trained = run("train")
        assert (trained.exit_code, "no word on version 1" in trained.stderr) == (0, True)
        assert director.paths("POST") == ["/join", "/statistics/KNH", "/upload/KNH"]


def test_a_dry_run_of_training_shows_the_words(
    run: Run, director: PlayedDirector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVOY_ANSWER", "automatic")
    with playing(director):
        join(run, director.url)
        shown = json.loads(run("train", "--dry-run", "--json").stdout)
        assert [each["answer"] for each in shown["answers"]] == ["accept", "refuse"]
        assert "--- word on version 1, sent first" in run("train", "--dry-run").stdout
        assert director.paths("POST") == ["/join"]
