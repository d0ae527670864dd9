"""Flower's simulation engine, over the real Flower and the real Ray: the same model as our own engine, to the byte."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

# looked for, not imported: the engine has first to set what they read
if any(find_spec(package) is None for package in ("flwr", "ray")):
    pytest.skip("Flower has an environment of its own: make test-flower", allow_module_level=True)

from aggregation.errors import TooFewUpdatesError
from contract.tasks import DIAGNOSIS_COUNT
from simulation import Federation, History
from simulation.errors import EngineError
from simulation.flower_engine import in_processes_of_ray
from simulation.in_process import Engine, Round, one_by_one, run_federation, synthetic_hospitals

pytestmark = pytest.mark.slow

WAIT = 60


def left_over() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob("fl-hospitals-*"))


def processes_of(parent: int) -> list[int]:
    """Give a process and all below it."""
    found = [parent]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


OUTSIDER = "import sys, ray; ray.init(address=sys.argv[1], log_to_driver=False)"


def command_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def test_five_hospitals_and_ten_rounds_give_the_model_of_our_own_engine_to_the_byte():
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=5, patients=200, seed=7)
    engines: list[Engine] = [one_by_one, in_processes_of_ray]
    own, flower = (
        run_federation(DIAGNOSIS_COUNT, hospitals, rounds=10, strategy="clip+fedavg", seed=7, engine=engine)
        for engine in engines
    )
    assert flower.sha256 == own.sha256
    assert flower.scaler == own.scaler
    for mine, theirs in zip(own.local_states, flower.local_states, strict=True):
        assert all(np.array_equal(mine[name], theirs[name]) for name in mine)


def test_what_hospitals_train_with_and_what_a_strategy_remembers_go_along():
    federation = Federation.synthetic(hospitals=4, patients=60, seed=1, concentration=0.5)
    for strategy, parameters in (("fedprox", {"mu": 1.0}), ("clip+fedadam", {"server_rate": 0.05})):
        own, flower = (
            federation.run(strategy, 3, parameters=parameters, progress=False, engine=engine)
            for engine in ("own", "flower")
        )
        assert flower.sha256 == own.sha256
        assert flower.frame.equals(own.frame)
        assert (own.record.engine, flower.record.engine) == ("own", "flower")


def test_what_the_strategy_refuses_is_what_the_caller_gets_and_nothing_is_left():
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=2, patients=60, seed=0)
    with pytest.raises(TooFewUpdatesError):
        run_federation(DIAGNOSIS_COUNT, hospitals, rounds=1, strategy="krum", engine=in_processes_of_ray)
    assert left_over() == []


def test_a_hospital_that_can_not_train_ends_the_run_with_its_reason():
    one, other = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=2, patients=60, seed=0)
    wide = replace(other.split.training, labels=other.split.training.labels + 7)
    broken = replace(other, split=replace(other.split, training=wide))
    with pytest.raises(EngineError, match="Hospital 2 could not train: IndexError: Target"):
        run_federation(DIAGNOSIS_COUNT, [one, broken], rounds=1, engine=in_processes_of_ray)
    assert left_over() == []


def test_a_process_that_is_killed_ends_the_run_in_a_sentence():
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=4, patients=60, seed=0)
    killed: list[int] = []

    def kill_one(done: Round) -> None:
        trainers = [each for each in processes_of(os.getpid()) if b"ClientAppActor" in command_of(each)]
        killed.append(trainers[0])
        os.kill(trainers[0], signal.SIGKILL)

    with pytest.raises(EngineError, match="A process of Ray's ended while a hospital trained in it") as refused:
        run_federation(DIAGNOSIS_COUNT, hospitals, rounds=9, on_round=kill_one, engine=in_processes_of_ray)
    assert "--engine own" in (refused.value.hint or "")
    assert len(killed) < 9
    assert left_over() == []


def test_who_reaches_a_port_of_rays_is_not_let_in():
    import ray

    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("RAY_AUTH")}
    said: list[tuple[int, str]] = []

    def knock(done: Round) -> None:
        command = [sys.executable, "-c", OUTSIDER, ray.get_runtime_context().gcs_address]
        for known in ({}, {name: os.environ[name] for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN")}):
            found = subprocess.run(command, env=surroundings | known, capture_output=True, text=True)
            said.append((found.returncode, found.stderr))

    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=2, patients=60, seed=0)
    run_federation(DIAGNOSIS_COUNT, hospitals, rounds=1, on_round=knock, engine=in_processes_of_ray)
    (refused, why), (let_in, _) = said
    assert (refused != 0, let_in) == (True, 0)
    assert "AuthenticationError" in why


def test_neither_flower_nor_ray_reports_to_anybody():
    from flwr.supercore import telemetry

    assert telemetry.FLWR_TELEMETRY_ENABLED == "0"
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"


def test_the_command_saves_a_run_that_can_be_compared_with_one_of_our_own(tmp_path: Path):
    said = {}
    for engine in ("own", "flower"):
        out = tmp_path / engine
        options = f"--hospitals 5 --patients 60 --rounds 2 --seed 3 --engine {engine} --out {out} --json".split()
        command = [sys.executable, "-m", "simulation.cli", "run", *options]
        found = subprocess.run(command, capture_output=True, text=True, check=True)
        assert found.stderr == ""
        said[engine] = json.loads(found.stdout)
    assert said["flower"]["engine"] == "flower"
    assert said["flower"]["sha256"] == said["own"]["sha256"]
    assert said["flower"]["hospitals"] == said["own"]["hospitals"]
    assert (tmp_path / "own" / "rounds.csv").read_bytes() == (tmp_path / "flower" / "rounds.csv").read_bytes()
    assert History.load(tmp_path / "flower").record.engine == "flower"
    assert "engine" not in json.loads((tmp_path / "own" / "history.json").read_text())  # as the version before reads it


def test_stopped_by_a_key_it_ends_with_all_its_processes():
    options = ["--hospitals=4", "--rounds=10000", "--engine=flower"]
    command = [sys.executable, "-m", "simulation.cli", "run", *options]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + WAIT
    while len(left_over()) == 0 or len(processes_of(program.pid)) < 4:
        assert time.monotonic() < deadline
        assert program.poll() is None
        time.sleep(0.1)
    time.sleep(3)  # some rounds
    family = processes_of(program.pid)
    program.send_signal(signal.SIGINT)
    program.communicate(timeout=WAIT)
    assert program.returncode != 0
    while any(Path(f"/proc/{each}").exists() for each in family):
        assert time.monotonic() < deadline + WAIT, "processes of Ray's outlived the run"
        time.sleep(0.2)
    assert left_over() == []
