"""Sending, and what waits because it could not be sent."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from envoy.home_lock import one_command
from tests.envoy.answering import Asked
from tests.envoy.cli.joining import Run, join
from tests.envoy.playing import NOW, Answer, PlayedDirector, playing
from tests.real_processes import clean_environment

BUSY: Answer = (503, {"code": "busy", "detail": "Too much is asked."})
REFUSED: Answer = (422, {"code": "artifact_invalid", "detail": "The model is refused."})


def outbox(folder: Path) -> list[Path]:
    return sorted((folder / "home" / "outbox").glob("*/model-*"))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (BUSY, 3),
        ((500, b"<html>"), 3),
        ((401, {"code": "unauthenticated", "detail": "No valid token."}), 4),
        ((407, b"<html>a proxy</html>"), 3),
    ],
)
def test_a_director_that_does_not_take_it_costs_no_training(
    run: Run, tmp_path: Path, answer: Answer, code: int
) -> None:
    with playing(PlayedDirector(said={"/upload/KNH": answer})) as director:
        join(run, director.url)
        ended = run("train")
        (place,) = outbox(tmp_path)
        assert (ended.exit_code, f"is kept in {place}. To send it: fl-envoy send" in ended.stderr) == (code, True)
        assert f"waits unsent in {place}." in run("status").stdout
        director.said.clear()
        sent = run("send")
        assert (sent.exit_code, sent.stdout) == (0, "admitted, version 1 (submission s1)\n")
        assert outbox(tmp_path) == []
        nothing = run("send")
        assert (nothing.exit_code, "Nothing waits to be sent" in nothing.stdout) == (0, True)
        assert json.loads(run("send", "--json").stdout) == []


def test_the_next_training_says_that_a_parcel_waits_and_sends_it_first(run: Run, tmp_path: Path) -> None:
    with playing(PlayedDirector(said={"/upload/KNH": BUSY})) as director:
        join(run, director.url)
        run("train")
        (place,) = outbox(tmp_path)
        director.said.clear()
        ended = run("train", "--scaler", "own", "--seed", "3")
        assert (ended.exit_code, outbox(tmp_path)) == (0, [])
        assert f"waits unsent in {place}." in ended.stderr
        assert "The parcel that waited is with the director: admitted" in ended.stderr
        uploads = [each.body for each in director.asked if each.path == "/upload/KNH"]
        assert [b'"seed": 3' in body for body in uploads] == [False, False, True]


def test_the_same_model_trained_again_is_sent_once(run: Run, tmp_path: Path) -> None:
    with playing(PlayedDirector(said={"/upload/KNH": BUSY})) as director:
        join(run, director.url)
        run("train")
        run("train")
        assert len(outbox(tmp_path)) == 1
        director.said.clear()
        assert run("train").exit_code == 0
        assert director.paths("POST").count("/upload/KNH") == 3
        assert outbox(tmp_path) == []


def test_a_parcel_that_waited_and_is_refused_keeps_nothing_else_waiting(run: Run, tmp_path: Path) -> None:
    seen: list[Asked] = []

    def refuses_the_first(asked: Asked) -> Answer:
        seen.append(asked)
        return BUSY if len(seen) == 1 else REFUSED

    with playing(PlayedDirector(said={"/upload/KNH": refuses_the_first})) as director:
        join(run, director.url)
        run("train")
        ended = run("send")
        assert (ended.exit_code, "was refused, and waits no more. The model is refused." in ended.stderr) == (4, True)
        assert outbox(tmp_path) == []


def test_one_that_can_not_be_read_is_named_and_goes_on_waiting(run: Run, tmp_path: Path) -> None:
    with playing(PlayedDirector(said={"/upload/KNH": BUSY})) as director:
        join(run, director.url)
        run("train")
        (place,) = outbox(tmp_path)
        (place / "scaler.pkl").unlink()
        director.said.clear()
        ended = run("send")
        assert (ended.exit_code, f"{place} lacks scaler.pkl" in ended.stderr) == (5, True)
        assert place.exists()
        assert f"can't be read waits in {place}" in run("status").stdout


def test_what_waits_can_be_looked_at_and_sent_by_its_folder(run: Run, tmp_path: Path) -> None:
    with playing(PlayedDirector(said={"/upload/KNH": BUSY})) as director:
        join(run, director.url)
        run("train")
        (place,) = outbox(tmp_path)
        assert run("send", "--dry-run").stdout.endswith("Nothing was sent.\n")
        (shown,) = json.loads(run("send", "--dry-run", "--json").stdout)
        assert shown["bytes"]["model"] == (place / "model.pt").stat().st_size
        director.said.clear()
        assert (run("send", place).exit_code, outbox(tmp_path)) == (0, [])


def test_an_older_parcel_is_known_already_and_it_is_said_which_version_is_current(run: Run, tmp_path: Path) -> None:
    current = {"task": "diagnosis_count", "model_sha256": "0" * 64, "num_examples": 24, "created_at": NOW}
    described = {"envoy_name": "KNH", "state": "active", "last_seen_at": None}
    run("train", "--offline", tmp_path / "parcel")
    with playing() as director:
        join(run, director.url)
        for version, said in (
            (35, "known already as version 1; current is 35"),
            (1, "known already as version 1, which"),
        ):
            director.said["/envoys/KNH"] = (200, {**described, "current": [{**current, "version": version}]})
            assert run("send", tmp_path / "parcel").stdout.startswith(said)
        facts = json.loads(run("send", tmp_path / "parcel", "--json").stdout)
    assert (facts["id"], facts["was_known"], facts["current_version"]) == ("s1", True, 1)


def test_two_at_once_are_told(run: Run, tmp_path: Path) -> None:
    run("train", "--offline", tmp_path / "parcel")
    with playing() as director:
        join(run, director.url)
        with one_command(tmp_path / "home"):
            for command in (["train"], ["send", tmp_path / "parcel"]):
                ended = run(*command)
                assert (ended.exit_code, "Another fl-envoy join, train or send runs" in ended.stderr) == (2, True)


@pytest.mark.parametrize(("ended_by", "code"), [(signal.SIGKILL, -9), (signal.SIGTERM, -15), (signal.SIGINT, 130)])
def test_whatever_ends_the_envoy_while_it_sends_the_training_waits(
    run: Run, tables: Path, tmp_path: Path, ended_by: signal.Signals, code: int
) -> None:
    started: list[subprocess.Popen[str]] = []

    def ending(asked: Asked) -> Answer:
        os.kill(started[0].pid, ended_by)
        started[0].wait(timeout=30)
        return BUSY

    with playing(PlayedDirector(said={"/upload/KNH": ending})) as director:
        join(run, director.url)
        home = {"ENVOY_HOME": str(tmp_path / "home"), "ENVOY_DATA": str(tables)}
        command = [sys.executable, "-m", "envoy", "train"]
        environment = {**clean_environment(), **home}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
            started.append(process)
            said = process.communicate(timeout=120)[1]
        (place,) = outbox(tmp_path)
        assert (process.returncode, "Traceback" in said) == (code, False)
        assert ended_by != signal.SIGINT or f"Stopped. The trained model is kept in {place}" in said
        director.said.clear()
        assert (run("send").exit_code, outbox(tmp_path)) == (0, [])
