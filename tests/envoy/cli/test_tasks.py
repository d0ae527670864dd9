"""``fl-envoy task``: what the director asks this hospital to train for."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from tests.envoy.cli.joining import Run, join
from tests.envoy.playing import PlayedDirector, playing

MOVED = replace(DIAGNOSIS_COUNT, cut_points=(3.0, 9.0))


@pytest.mark.parametrize("command", ["train", "statistics", "evaluate"])
def test_nothing_is_made_for_cut_points_that_nobody_here_accepted(run: Run, command: str) -> None:
    with playing(PlayedDirector(task=MOVED)) as director:
        join(run, director.url)
        ended = run(command)
        assert (ended.exit_code, ended.stdout) == (6, "")
        assert "fl-envoy task accept diagnosis_count" in ended.stderr
        assert director.paths("POST") == ["/join"]
        accepted = run("task", "accept")
        assert (accepted.exit_code, "to 3 and 9; this envoy knows 5 and 15" in accepted.stdout) == (0, True)
        assert run(command).exit_code == 0


def test_what_was_accepted_is_not_accepted_for_other_cut_points(run: Run) -> None:
    with playing(PlayedDirector(task=MOVED)) as director:
        join(run, director.url, "--accept")
        director.task = replace(DIAGNOSIS_COUNT, cut_points=(3.0, 10.0))
        assert run("statistics").exit_code == 6
        director.task = MOVED
        assert run("statistics").exit_code == 0


def test_what_a_home_of_the_version_before_trained_for_counts_as_accepted(run: Run, tmp_path: Path) -> None:
    with playing(PlayedDirector(task=MOVED)) as director:
        join(run, director.url, "--accept")
        run("evaluate")
        (tmp_path / "home" / "accepted_tasks.json").unlink()
        assert run("train").exit_code == 0
        director.task = DIAGNOSIS_COUNT
        run("evaluate")
        director.task = MOVED
        assert run("statistics").exit_code == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"minimum_examples": 1}, "its minimum_examples is 1 there and 10 here"),
        ({"training": {"local_epochs": 10**6}}, "its training.local_epochs is 1000000 there and 2 here"),
        ({"training": {"local_epochs": -1}}, "its training.local_epochs is -1 there and 2 here"),
        ({"training": {"learning_rate": 1e308}}, "its training.learning_rate is 1e+308 there and 0.01 here"),
        ({"training": {"batch_size": 0}}, "its training.batch_size is 0 there and 64 here"),
        ({"architecture": {"hidden_sizes": [10**9]}}, "its architecture.hidden_sizes is"),
        ({"cut_points": [15.0, 5.0]}, "which do not rise"),
        ({"cut_points": [5.0]}, "2 finite numbers make sense"),
        ({"digest": "0" * 64}, "its parts do not fit together"),
        ({"layout": []}, "its parts do not fit together"),
        ({"name": "another"}, "its name is another there and diagnosis_count here"),
    ],
)
@pytest.mark.parametrize("command", ["train", "statistics", "evaluate"])
def test_a_task_that_differs_is_refused_and_it_is_said_how(
    run: Run, command: str, changes: dict[str, object], sentence: str
) -> None:
    honest = PlayedDirector().described()
    changed = {k: {**honest[k], **v} if isinstance(v, dict) else v for k, v in changes.items()}
    with playing(PlayedDirector(description=changed)) as director:
        join(run, director.url, "--accept")
        ended = run(command)
        assert (ended.exit_code, ended.stdout) == (6, "")
        assert sentence in ended.stderr
        assert run("task", "accept").exit_code == 6
        assert director.paths("POST") == ["/join"]


def test_the_hospitals_own_limits_count_more_than_the_task(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with playing() as director:
        join(run, director.url)
        monkeypatch.setenv("ENVOY_MINIMUM_EXAMPLES", "25")
        for command in ("statistics", "train"):
            ended = run(command)
            assert (ended.exit_code, "24 patients to train on" in ended.stderr) == (6, True)
        monkeypatch.setenv("ENVOY_MINIMUM_EXAMPLES", "24")
        assert run("statistics").exit_code == 0
        monkeypatch.setenv("ENVOY_MAX_EPOCHS", "1")
        ended = run("train")
        assert (ended.exit_code, "ENVOY_MAX_EPOCHS is 1" in ended.stderr) == (6, True)
        assert director.paths("POST") == ["/join", "/statistics/KNH"]


def test_a_list_says_of_each_task_how_it_stands_here(run: Run) -> None:
    with playing(PlayedDirector(task=MOVED)) as director:
        join(run, director.url)
        assert "nobody here has accepted" in json.loads(run("task", "list", "--json").stdout)[0]["standing"]
        run("task", "accept", "diagnosis_count")
        assert json.loads(run("task", "list", "--json").stdout)[0]["standing"] == "accepted"
        director.task = DIAGNOSIS_COUNT
        assert "known" in run("task", "list").stdout
        assert "needs no word of yours" in run("task", "accept").stdout


@pytest.mark.parametrize(("word", "code"), [("y", 0), ("n", 6), ("", 6)])
@pytest.mark.parametrize("at_joining", [True, False])
def test_on_a_terminal_a_person_is_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch, word: str, code: int, at_joining: bool
) -> None:
    with playing(PlayedDirector(task=MOVED)) as director:
        if at_joining:
            monkeypatch.setattr("envoy.cli.tasks.on_a_terminal", lambda: True)
        assert run("join", "--director", director.url, "--code", "code", given=f"{word}\n").exit_code == 0
        if not at_joining:
            monkeypatch.setattr("envoy.cli.tasks.on_a_terminal", lambda: True)
            assert "3 and 9" in run("task", "accept", given=f"{word}\n").stdout
        assert run("statistics").exit_code == code


def test_whoever_says_yes_beforehand_is_not_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("envoy.cli.tasks.on_a_terminal", lambda: True)
    with playing(PlayedDirector(task=MOVED)) as director:
        assert run("join", "--director", director.url, "--code", "code", given="n\n").exit_code == 0
        assert run("task", "accept", "--yes").exit_code == 0
        assert run("statistics").exit_code == 0
