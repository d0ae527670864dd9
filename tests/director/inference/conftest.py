"""A federation that the tests of this folder only ask."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest

from contract.messages.inference import AnsweringModel
from contract.names import Digest, EnvoyName
from contract.network import layers_of
from contract.tasks import DIAGNOSIS_COUNT, Task
from director.inference.answers import ReadyModel
from tests.federation_simulator import FederationSimulator
from tests.table_task import table_task


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FederationSimulator]:
    """A federation with a model at every hospital and a global one; the tests of this folder only ask it."""
    with FederationSimulator(tmp_path_factory.mktemp("director")) as federation:
        for name in ("KUTRRH", "MTRH", "KNH", "Embu", "Mbagathi"):
            federation.enrol(name).send_statistics()
        for each in federation.hospitals.values():
            each.train_and_upload()
        assert federation.aggregate().status_code == 201
        yield federation


@pytest.fixture(scope="session")
def ready() -> ReadyModel:
    """A model of an undistinguished start, ready to answer."""
    layers = layers_of(DIAGNOSIS_COUNT.architecture, DIAGNOSIS_COUNT.initial_state())
    model = AnsweringModel(
        scope="global",
        version=3,
        sha256=Digest("a" * 64),
        scaler_sha256=Digest("b" * 64),
        envoys=5,
        trained_at=datetime(2026, 1, 1, 8, 0, tzinfo=UTC),
    )
    return ReadyModel(DIAGNOSIS_COUNT, layers, np.array([9.0]), np.array([6.0]), model)


def ready_for(task: Task, seed: int = 7) -> ReadyModel:
    """Give a model of any task, drawn, behind a scaler that is drawn too."""
    random = np.random.default_rng(seed)
    state = {each.name: random.normal(0, 0.5, each.shape).astype(np.float32) for each in task.layout}
    model = AnsweringModel(
        scope="envoy",
        envoy_name=EnvoyName("KUTRRH"),
        version=1,
        sha256=Digest("a" * 64),
        scaler_sha256=Digest("b" * 64),
        trained_at=datetime(2026, 1, 1, 8, 0, tzinfo=UTC),
    )
    columns = len(task.columns)
    return ReadyModel(
        task, layers_of(task.architecture, state), random.normal(0, 1, columns), random.uniform(0.5, 9, columns), model
    )


@pytest.fixture(scope="session")
def falls() -> ReadyModel:
    """A model of the table task, ready to answer."""
    return ready_for(table_task())
