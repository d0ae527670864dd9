"""Training in rounds with real processes: envoys that wait, are killed, and go on to the same bytes."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.federation_simulator import eventually
from tests.real_processes import ForkedDirector, RealDirector, RealEnvoy, participating
from tests.windows_names import impossible_on_windows

Tables = dict[str, Path]
NAMES = ("KNH", "MTRH")


def said(envoy: RealEnvoy) -> list[dict[str, Any]]:
    lines = (envoy.home / "said").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def status(envoy: RealEnvoy) -> dict[str, Any]:
    path = envoy.home / "status.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def final_model(director: RealDirector) -> str:
    return str(director.json("model", "list")[0]["sha256"])


def answers(director: RealDirector) -> dict[str, tuple[str | None, str | None]]:
    hospitals = director.json("run", "show", "1")["hospitals"]
    return {each["envoy_name"]: (each["choice"], each["reason"]) for each in hospitals}


def open_run(director: RealDirector, rounds: int) -> None:
    director.run("run", "open", "--rounds", str(rounds), "--deadline", "2m")


@pytest.fixture
def envoys(director: RealDirector, tables: Tables, tmp_path: Path) -> list[RealEnvoy]:
    return [director.enrol(name, tables[name], tmp_path / name) for name in NAMES]


def undisturbed(tables: Tables, tmp_path: Path, rounds: int) -> str:
    """Give the final model's digest of a run of which nobody was cut off."""
    tmp_path.mkdir()
    director = ForkedDirector(tmp_path / "director")
    director.start()
    try:
        one, other = (director.enrol(name, tables[name], tmp_path / name) for name in NAMES)
        with participating(one, "--once") as first, participating(other, "--once") as second:
            open_run(director, rounds)
            assert (first.wait(60), second.wait(60)) == (0, 0)
        return final_model(director)
    finally:
        director.stop()


@pytest.mark.slow
def test_killed_envoys_and_a_killed_director_go_on_to_the_same_bytes(
    director: RealDirector, envoys: list[RealEnvoy], tables: Tables, tmp_path: Path
) -> None:
    rounds = 6
    one, other = envoys
    with participating(other, "--once") as second:
        with participating(one):
            eventually(lambda: status(one).get("state") == "waiting", seconds=30)
            open_run(director, rounds)
            eventually(lambda: (status(one).get("number") or 0) >= 2, seconds=30)
        # it was killed; the run waits for it
        assert status(one)["run"] == 1
        with participating(one, "--once") as again:
            eventually(lambda: (status(one).get("number") or 0) >= 4, seconds=30)
            director.kill()
            time.sleep(1)
            director.start()
            assert (again.wait(60), second.wait(60)) == (0, 0)
    assert director.json("run", "show", "1")["published"] == rounds
    assert {each["event"] for each in said(other)} >= {"invited", "answered", "update.returned", "run.over"}
    assert final_model(director) == undisturbed(tables, tmp_path / "undisturbed", rounds)
    assert director.run("fsck").stdout.strip() == "clean"
    assert [impossible_on_windows(each.home) for each in envoys] == [[], []]


def test_a_hospital_pauses_refuses_and_stops_when_it_likes(director: RealDirector, envoys: list[RealEnvoy]) -> None:
    one, other = envoys
    with participating(one) as process:
        eventually(lambda: status(one).get("state") == "waiting", seconds=30)
        second = one.run("participate", check=False)
        assert (second.returncode, "Another fl-envoy participate" in second.stderr) == (2, True)
        one.run("pause")
        eventually(lambda: status(one)["state"] == "paused", seconds=20)
        open_run(director, 1)
        other.run("refuse", "1", "--reason", "No staff this week.")
        assert answers(director) == {"KNH": (None, None), "MTRH": ("refuse", "No staff this week.")}
        other.run("refuse", "1", "--take-back")
        assert answers(director)["MTRH"] == ("take_part", None)
        one.run("resume")
        eventually(lambda: "update.returned" in {each["event"] for each in said(one)}, seconds=20)
        assert answers(director)["KNH"] == ("take_part", None)
        assert one.json("status")["participation"]["is_running"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert status(one)["state"] == "stopped"
    assert "Does not participate now" in one.run("status").stdout


def test_a_revoked_token_ends_it_with_4(director: RealDirector, envoys: list[RealEnvoy]) -> None:
    one, _ = envoys
    with participating(one) as process:
        eventually(lambda: status(one).get("state") == "waiting", seconds=30)
        (token,) = (each for each in director.json("token", "list") if each["envoy_name"] == "KNH")
        director.run("token", "revoke", token["id"], "--yes")
        assert process.wait(40) == 4
    assert status(one)["state"] == "stopped"
