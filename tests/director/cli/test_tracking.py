"""``fl-director track``."""

import subprocess
import sys
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from benchmarks.ports import free_port
from benchmarks.program import environment
from director.cli.failures import EXIT_NETWORK, EXIT_REFUSED, EXIT_USAGE
from director.tracking.mlflow_door import new_client
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator, SimulatedHospital

TASK = "diagnosis_count"


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


@pytest.fixture
def aggregated(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]) -> None:
    federation.train_and_upload()
    assert federation.aggregate().status_code == 201


def run_names(client: MlflowClient, experiment: str) -> set[str]:
    found = client.get_experiment_by_name(experiment)
    assert found is not None
    return {str(run.info.run_name) for run in client.search_runs([found.experiment_id])}


def test_once_brings_what_is_missing_and_made_anew_it_is_the_same(served: Run, uri: str, aggregated: None) -> None:
    for more in ((), (), ("--rebuild",)):
        result = served("track", "--uri", uri, "--name", "kenya", "--no-files", "--once", *more)
        assert (result.exit_code, result.stdout) == (0, "")
        assert run_names(new_client(uri), f"kenya/{TASK}") == {
            "aggregate 1, clip+fedavg", "KUTRRH", "MTRH", "KNH", "Embu", "Mbagathi",
        }  # fmt: skip


def test_an_mlflow_that_is_away_ends_it_with_3(served: Run, aggregated: None) -> None:
    result = served("track", "--uri", f"http://127.0.0.1:{free_port()}", "--once")
    assert result.exit_code == EXIT_NETWORK
    assert "MLflow can't be reached" in result.stderr
    assert "nothing is lost" in result.stderr


def test_another_federations_experiment_ends_it_with_4(served: Run, uri: str, aggregated: None) -> None:
    new_client(uri).create_experiment(f"kenya/{TASK}")
    result = served("track", "--uri", uri, "--name", "kenya", "--once")
    assert result.exit_code == EXIT_REFUSED
    assert "--name" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Give --uri"),
        (("--uri", "ftp://server"), "http://server:port"),
        (("--uri", "http://server", "--name", "a/b"), "track_name"),
    ],
    ids=["none", "no such door", "no such name"],
)
def test_what_it_can_not_use_is_said(served: Run, arguments: tuple[str, ...], says: str) -> None:
    result = served("track", *arguments)
    assert result.exit_code == EXIT_USAGE
    assert says in result.stderr


def test_without_the_extra_it_says_what_to_install(federation: FederationSimulator, tmp_path: Path) -> None:
    block = "import sys; sys.modules['mlflow'] = None; from director.cli import main; sys.argv[0] = 'd'; main()"
    result = subprocess.run(
        [sys.executable, "-c", block, "track", "--uri", "http://127.0.0.1:9", "--once"],
        env=environment(federation.folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == EXIT_USAGE
    assert "pip install 'fl-director[mlflow]'" in result.stderr


def test_no_other_command_and_no_server_loads_mlflow() -> None:
    look = "import sys; import director.cli, director.app; print('mlflow' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
