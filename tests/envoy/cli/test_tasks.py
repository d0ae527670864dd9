"""``fl-envoy task``: what the director asks this hospital to train for."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from tests.envoy.cli.joining import Run, join
from tests.envoy.cli.own import own_folder
from tests.envoy.own_table.heart import FILE, HEART, put
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


def test_a_director_without_tasks_is_said_to_have_none(run: Run) -> None:
    with playing(PlayedDirector(said={"/tasks": (200, {"items": [], "next": None})})) as director:
        join(run, director.url)
        assert "Ask the consortium's admin" in run("task", "list").stdout


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


OWN = ("ENVOY_TASK", "heart")


def test_a_task_of_the_consortiums_own_is_shown_and_accepted_before_anything_is_made_for_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = own_folder(tmp_path / "own")
    monkeypatch.setenv("ENVOY_DATA", str(own))
    with playing(PlayedDirector(task=HEART)) as director:
        joined = join(run, director.url)
        assert f"There is also the task heart: {HEART.title}" in joined.stderr
        ended = run("statistics", "--task", "heart")
        assert (ended.exit_code, "fl-envoy task accept heart" in ended.stderr) == (6, True)
        shown = run("task", "accept", "heart")
        for said in (HEART.title, HEART.notice, HEART.index, "mg/dl", "female, male", "age < 18", HEART.digest):
            assert said in shown.stdout
        assert "Accepted: task heart" in shown.stderr
        assert "is accepted as the director defines it now" in run("task", "accept", "heart").stdout
        assert json.loads(run("task", "list", "--json").stdout)[0]["standing"] == "accepted"
        assert run("check", "--task", "heart").exit_code == 0
        assert run("statistics", "--task", "heart").exit_code == 0
        assert director.paths("POST") == ["/join", "/statistics/KNH"]


@pytest.mark.parametrize("word", ["y", "n"])
def test_a_task_that_the_settings_name_is_asked_about_at_joining(
    run: Run, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv(*OWN)
    monkeypatch.setattr("envoy.cli.tasks.on_a_terminal", lambda: True)
    with playing(PlayedDirector(task=HEART)) as director:
        joined = run("join", "--director", director.url, "--code", "code", given=f"{word}\n")
        assert ("death" in joined.stderr.lower(), joined.exit_code) == (True, 0)
        assert ("Nothing was accepted" in joined.stderr) == (word == "n")
        standing = json.loads(run("task", "list", "--json").stdout)[0]["standing"]
        assert (standing == "accepted") == (word == "y")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": "\x1b[2J title", "cut_points": [0.5, 0.2]}, "which do not rise"),
        ({"allows": ["static"]}, "makes no sense"),
        ({"digest": "0" * 64}, "do not fit together"),
    ],
)
def test_a_task_that_makes_no_sense_is_not_even_asked_about(
    run: Run, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], sentence: str
) -> None:
    monkeypatch.setenv(*OWN)
    with playing(PlayedDirector(task=HEART, description=changes)) as director:
        assert sentence in join(run, director.url, "--accept").stderr
        assert run("task", "accept").exit_code == 6


def test_nothing_that_a_director_says_acts_on_the_terminal(run: Run) -> None:
    hostile = replace(HEART, title="\x1b[2J\u202etitle", notice="one\ntwo")
    with playing(PlayedDirector(task=hostile)) as director:
        joined = join(run, director.url)
        accepted = run("task", "accept", "heart")
        listed = run("task", "list")
        for said in (joined.stderr, accepted.stdout, accepted.stderr, listed.stdout):
            assert "\x1b" not in said
            assert "\u202e" not in said
        assert r"\x1b[2J\u202etitle" in accepted.stdout


def test_a_template_is_the_header_of_an_export_with_words_for_people_beside_it(run: Run, tmp_path: Path) -> None:
    put(tmp_path, FILE, "heart.toml")
    printed = run("task", "template", "heart.toml")
    assert printed.stdout == "patient,age,sex,creatinine,smoker,visits,died\n"
    for said in ("18 to 110 years", "one of: female, male", "counts as 1"):
        assert said in printed.stderr
    written = run("task", "template", "heart.toml", "--out", "export.csv")
    assert (written.exit_code, written.stdout) == (0, "")
    assert (tmp_path / "export.csv").read_text() == printed.stdout
    assert run("task", "template", "heart.toml", "--out", "export.csv").exit_code == 2
    assert run("task", "template", "diagnosis_count").exit_code == 6
