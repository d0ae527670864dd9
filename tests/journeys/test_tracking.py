"""A federation tracked in a real MLflow server, which dies and comes back; the director never waits for it."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from benchmarks.mlflow_server import PROGRAM, MlflowServer
from benchmarks.ports import free_port
from benchmarks.troubled_tracker import TroubledTracker
from director.tracking.mlflow_door import new_client
from tests.faults.tracing import require_strace
from tests.federation_simulator import eventually
from tests.real_processes import RealDirector, RealEnvoy, clean_environment, participating

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="no MLflow server here: make .venv-mlflow/installed")

ROOT = Path(__file__).resolve().parents[2]
Tables = dict[str, Path]
NAMES = ("KNH", "MTRH")
EXPERIMENT, MODEL = "kenya/diagnosis_count", "kenya.diagnosis_count"
Key = tuple[str, str, int]
"""Of a point: its run's key, its metric, its step."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """One for all, each of which tracks under a name of its own; whoever kills it starts it again."""
    with MlflowServer(tmp_path_factory.mktemp("tracked") / "mlflow") as server:
        yield server


@contextmanager
def tracking_into(url: str, folder: Path) -> Iterator[RealDirector]:
    """Serve a director that has its tracker beside it by setting."""
    director = RealDirector(folder, environment={"DIRECTOR_TRACK_URI": url, "DIRECTOR_TRACK_NAME": "kenya"})
    director.start()
    try:
        yield director
    finally:
        director.stop()


@pytest.fixture
def tracked(tmp_path: Path, server: MlflowServer) -> Iterator[RealDirector]:
    with tracking_into(server.url, tmp_path / "director") as director:
        yield director


@pytest.fixture
def untold(tmp_path: Path) -> Iterator[RealDirector]:
    """A director whose MLflow is away."""
    with tracking_into(f"http://127.0.0.1:{free_port()}", tmp_path / "director") as director:
        yield director


@pytest.fixture
def envoys(tracked: RealDirector, tables: Tables, tmp_path: Path) -> list[RealEnvoy]:
    return [tracked.enrol(name, tables[name], tmp_path / name) for name in NAMES]


def play(director: RealDirector, run: int, rounds: int) -> None:
    director.run("run", "open", "--rounds", str(rounds), "--deadline", "2m", "--strategy", "fedavg")
    eventually(lambda: bool(director.json("run", "show", str(run))["state"] == "finished"), seconds=120)


def trackers(director: RealDirector) -> list[int]:
    """Give the processes of the tracker beside a director."""
    found = subprocess.run(
        ["pgrep", "-P", str(director.pid), "-f", "track"], capture_output=True, text=True, check=False
    )
    return [int(each) for each in found.stdout.split()]


def points(client: MlflowClient, name: str = EXPERIMENT) -> Counter[Key]:
    """Count, through MLflow's own client, how often each point stands there."""
    experiment = client.get_experiment_by_name(name)
    found: Counter[Key] = Counter()
    for run in client.search_runs([experiment.experiment_id]) if experiment else ():
        for metric in run.data.metrics:
            history = client.get_metric_history(run.info.run_id, metric)
            found.update((run.data.tags["fl.key"], metric, each.step) for each in history)
    return found


def expected(rounds: dict[int, int]) -> set[Key]:
    """Say which points of accuracy and of the number of hospitals there have to be; run → its rounds."""
    return {
        key
        for run, last in rounds.items()
        for step in range(1, last + 1)
        for key in (
            (f"run {run}", "n", step),
            (f"run {run}", "mean/accuracy", step),
            (f"run {run}", "worst/accuracy", step),
            *((f"run {run} {name}", "accuracy", step) for name in NAMES),
        )
    }


def champion(client: MlflowClient) -> str:
    return str(client.get_model_version_by_alias(MODEL, "champion").tags["version"])


@pytest.mark.slow
def test_whatever_dies_on_the_way_every_point_is_there_once(
    tracked: RealDirector, envoys: list[RealEnvoy], server: MlflowServer
) -> None:
    client = new_client(server.url)
    one, other = envoys
    with participating(one), participating(other):
        play(tracked, 1, 3)
        eventually(lambda: points(client).keys() >= expected({1: 3}), seconds=120)
        server.kill()
        play(tracked, 2, 3)  # nobody waits for MLflow
        for each in trackers(tracked):
            os.kill(each, signal.SIGKILL)
        server.start()
        play(tracked, 3, 2)
        eventually(lambda: points(client).keys() >= expected({1: 3, 2: 3, 3: 2}), seconds=120)
    eventually(lambda: champion(client) == "8", seconds=60)
    found = points(client)
    assert set(found.values()) == {1}
    assert {(run, step) for run, metric, step in found if metric == "n"} == {
        (f"run {run}", step) for run, last in ((1, 3), (2, 3), (3, 2)) for step in range(1, last + 1)
    }
    tracked.run("model", "publish", "3", "--reason", "worse since")
    eventually(lambda: champion(client) == "3", seconds=60)
    assert len(client.search_model_versions(f"name = '{MODEL}'")) == 8
    tracked.run("track", "--rebuild", "--once")
    assert points(client) == found
    assert tracked.run("audit", "verify").returncode == 0


def test_a_killed_director_takes_its_tracker_along(untold: RealDirector) -> None:
    eventually(lambda: bool(trackers(untold)), seconds=60)
    (tracker,) = trackers(untold)
    untold.kill()
    eventually(lambda: not Path(f"/proc/{tracker}").exists() or _is_dead(tracker), seconds=60)


def _is_dead(process: int) -> bool:
    return Path(f"/proc/{process}/status").read_text().split("State:")[1].split()[0] == "Z"


def test_a_tracker_that_ends_is_started_again_and_ends_with_the_director(untold: RealDirector) -> None:
    eventually(lambda: bool(trackers(untold)), seconds=60)
    (first,) = trackers(untold)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: trackers(untold) not in ([], [first]), seconds=60)
    (second,) = trackers(untold)
    untold.stop()
    eventually(lambda: not Path(f"/proc/{second}").exists(), seconds=60)


@pytest.mark.slow
def test_a_slow_or_failing_mlflow_has_everything_in_the_end(
    director: RealDirector, tables: Tables, tmp_path: Path, server: MlflowServer
) -> None:
    one, other = (director.enrol(name, tables[name], tmp_path / name) for name in NAMES)
    client, elsewhere = new_client(server.url), "uganda/diagnosis_count"
    with TroubledTracker(server.url, "500") as tracker:
        command = [sys.executable, "-m", "director", "track", "--uri", tracker.url + "/", "--name", "uganda"]
        surroundings = {**clean_environment(), "DIRECTOR_DATA_DIR": str(director.folder)}
        with subprocess.Popen(command, env=surroundings, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            assert process.stderr.readline() == f"in {director.folder}\n"
            assert process.stderr.readline().startswith("Tracking as uganda in http://127.0.0.1:")
            assert "nothing is lost" in process.stderr.readline()
            with participating(one, "--once"), participating(other, "--once"):
                play(director, 1, 2)
                tracker.delay_seconds, tracker.trouble = 0.2, "slow"
                eventually(lambda: points(client, elsewhere).keys() >= expected({1: 2}), seconds=120)
            assert "taken all that was missing" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            assert (process.wait(20), process.stderr.read()) == (0, "")
    assert set(points(client, elsewhere).values()) == {1}


def test_nothing_leaves_but_to_the_address_that_was_named(
    director: RealDirector, server: MlflowServer, tables: Tables, tmp_path: Path
) -> None:
    require_strace()
    director.enrol("KNH", tables["KNH"], tmp_path / "KNH").run("train")
    director.run("aggregate")
    calls = tmp_path / "calls"
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}  # nothing in it says that this is a test
    subprocess.run(
        [
            *("strace", "-f", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(calls)),
            *(sys.executable, "-m", "director", "track", "--once", "--uri", server.url),
        ],
        env={**surroundings, "DIRECTOR_DATA_DIR": str(director.folder), "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    asked = re.findall(
        r"sin6?_port=htons\((\d+)\).*?inet_(?:addr|pton)\((?:AF_INET6, )?\"([^\"]+)\"", calls.read_text()
    )
    assert set(asked) == {(str(server.port), "127.0.0.1")}
