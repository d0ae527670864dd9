"""What the tests of tracking stand on: a federation, and an MLflow in a database file of its own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow.entities import Run
from mlflow.tracking import MlflowClient

from director.tracking.file_places import folder_beside
from director.tracking.follower import TrackingFollower
from director.tracking.mlflow_door import new_client
from director.tracking.service import new_follower
from tests.federation_simulator import FederationSimulator, SimulatedHospital

TASK = "diagnosis_count"
METRICS = {"accuracy": 0.5, "macro_f1": 0.4, "f1_low": 0.1, "f1_medium": 0.2, "f1_high": None, "loss": 0.9}

Points = dict[str, list[tuple[int, int, float]]]
"""Metric → its points: step, milliseconds, value."""


@pytest.fixture(autouse=True)
def a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let MLflow put files of experiments that a test makes itself where the test is."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def empty_mlflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that MLflow has made, to be copied."""
    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    new_client(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def mlflow_uri(tmp_path: Path, empty_mlflow: Path) -> str:
    path = tmp_path / "mlflow" / "mlflow.db"
    path.parent.mkdir()
    shutil.copy(empty_mlflow, path)
    return f"sqlite:///{path}"


@pytest.fixture
def client(mlflow_uri: str) -> MlflowClient:
    """MLflow's own client: what people see there."""
    return new_client(mlflow_uri)


@pytest.fixture
def experiment(client: MlflowClient, mlflow_uri: str) -> str:
    """An experiment that keeps files where ours do."""
    return str(client.create_experiment(f"kenya/{TASK}", folder_beside(mlflow_uri)))


@pytest.fixture
def three(federation: FederationSimulator) -> list[SimulatedHospital]:
    hospitals = [federation.enrol(name) for name in ("KNH", "KUTRRH", "MTRH")]
    for each in hospitals:
        assert each.send_statistics().status_code == 201
    return hospitals


@pytest.fixture
def follow(federation: FederationSimulator, mlflow_uri: str) -> Callable[..., TrackingFollower]:
    """Make a follower, as a process that was started anew would have one."""

    def make(name: str | None = "kenya", *, with_files: bool = True) -> TrackingFollower:
        director = federation.director
        return new_follower(
            director.database, director.catalogue, director.models, uri=mlflow_uri, name=name, with_files=with_files
        )

    return make


def runs(client: MlflowClient, experiment: str = f"kenya/{TASK}") -> dict[str, Run]:
    """Give all runs by their keys; two of one key are a defect."""
    found = client.get_experiment_by_name(experiment)
    assert found is not None
    listed = client.search_runs([found.experiment_id])
    by_key = {run.data.tags["fl.key"]: run for run in listed}
    assert len(by_key) == len(listed)
    return by_key


def points(client: MlflowClient, run: Run) -> Points:
    history = {key: client.get_metric_history(run.info.run_id, key) for key in run.data.metrics}
    return {key: sorted((each.step, each.timestamp, each.value) for each in found) for key, found in history.items()}


def play_round(federation: FederationSimulator, hospitals: list[SimulatedHospital], accuracy: float = 0.5) -> None:
    """Let each hospital return an update that says how it did."""
    for place, each in enumerate(hospitals):
        assignment = each.work()["assignment"]
        said = {**METRICS, "accuracy": accuracy + place / 10, "loss": 1 - accuracy}
        response = each.upload(each.update(assignment, metrics=said))
        assert response.status_code == 201, response.text
    federation.director.rounds.advance()
    federation.clock.pass_by(seconds=60)
