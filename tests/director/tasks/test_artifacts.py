"""Kept files as their values: each is read once, and a large one a stretch at a time."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from aggregation.updates import TensorsInFile, TensorsInMemory
from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.errors import FederationError
from contract.names import Digest
from contract.network import ArchitectureSpec, State
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT, Task
from director.errors import DamagedArtifactError
from director.records import blobs as blobs_module
from director.records.blobs import BlobStore
from director.tasks.artifacts import Artifacts

LARGE = dataclasses.replace(DIAGNOSIS_COUNT, architecture=ArchitectureSpec(1, (256, 128), 3))
SCALER = ScalerState.from_moments(20, (3.0,), (40.0,))


class CountedBlobs(BlobStore):
    """Counts what is read, and how."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.prepare()
        self.reads: list[Digest] = []
        self.stretches: list[int] = []

    def read(self, digest: Digest) -> bytes:
        self.reads.append(digest)
        return super().read(digest)

    def read_at(self, digest: Digest, offset: int, into: memoryview) -> None:
        self.stretches.append(len(into))
        super().read_at(digest, offset, into)


@pytest.fixture
def blobs(tmp_path: Path) -> CountedBlobs:
    return CountedBlobs(tmp_path / "blobs")


def kept_model(blobs: BlobStore, task: Task) -> tuple[Digest, State]:
    state = task.initial_state()
    return blobs.keep(write_model(state, task.layout))[0], state


def are_equal(found: State, expected: State) -> bool:
    return found.keys() == expected.keys() and all(np.array_equal(found[name], expected[name]) for name in expected)


def test_a_small_model_is_read_once_however_often_it_is_asked_for(blobs: CountedBlobs):
    digest, state = kept_model(blobs, DIAGNOSIS_COUNT)
    artifacts = Artifacts(blobs, DIAGNOSIS_COUNT)
    tensors = artifacts.tensors(digest)
    assert isinstance(tensors, TensorsInMemory)
    assert are_equal(artifacts.state(digest), state)
    assert artifacts.tensors(digest) is tensors
    assert are_equal(artifacts.state(digest), state)
    assert blobs.reads == [digest]


def test_a_model_that_was_read_whole_is_not_opened_again(blobs: CountedBlobs):
    for task in (DIAGNOSIS_COUNT, LARGE):
        digest, _ = kept_model(blobs, task)
        artifacts = Artifacts(blobs, task)
        state = artifacts.state(digest)
        tensors = artifacts.tensors(digest)
        assert isinstance(tensors, TensorsInMemory)
        assert tensors.state is state
        assert blobs.reads.count(digest) == 1
    assert blobs.stretches == []


def test_a_large_model_is_checked_once_and_then_read_by_stretches(blobs: CountedBlobs):
    digest, state = kept_model(blobs, LARGE)
    artifacts = Artifacts(blobs, LARGE)
    assert isinstance(artifacts.tensors(digest), TensorsInFile)
    spec = next(each for each in LARGE.layout if each.name == "layers.1.weight")
    for start, stop in ((0, 10), (1000, 1500)):
        found = artifacts.tensors(digest).read(spec, start, stop)
        assert np.array_equal(found, state[spec.name].reshape(-1)[start:stop])
    assert blobs.reads == [digest]
    assert blobs.stretches == [40, 2000]  # bytes: no more than what was asked for


def test_a_scaler_is_read_once_and_one_that_was_just_kept_never(blobs: CountedBlobs):
    digest, _ = blobs.keep(write_scaler(SCALER))
    artifacts = Artifacts(blobs, DIAGNOSIS_COUNT)
    assert artifacts.scaler(digest) == artifacts.scaler(digest) == SCALER
    assert blobs.reads == [digest]
    other = ScalerState.from_moments(30, (4.0,), (50.0,))
    made = artifacts.keep_scaler(other)
    assert artifacts.scaler(made) == other
    assert blobs.has(made)
    assert blobs.reads == [digest]


def test_another_act_reads_anew(blobs: CountedBlobs):
    digest, _ = kept_model(blobs, DIAGNOSIS_COUNT)
    for _ in range(2):
        Artifacts(blobs, DIAGNOSIS_COUNT).state(digest)
    assert blobs.reads == [digest, digest]


@pytest.mark.parametrize(("task", "writes"), [(DIAGNOSIS_COUNT, 0), (LARGE, 1)], ids=["small", "large"])
def test_a_small_model_that_is_here_already_is_not_written_again(
    blobs: CountedBlobs, task: Task, writes: int, monkeypatch: pytest.MonkeyPatch
):
    artifacts = Artifacts(blobs, task)
    digest = artifacts.keep_state(task.initial_state())
    assert digest == Digest.of(write_model(task.initial_state(), task.layout))
    written: list[str] = []
    monkeypatch.setattr(blobs_module, "reach", written.append)
    assert artifacts.keep_state(task.initial_state()) == digest
    assert written.count("blob.written") == writes


def test_a_file_that_is_neither_is_given_as_it_is_and_a_damaged_one_not_at_all(blobs: CountedBlobs, tmp_path: Path):
    artifacts = Artifacts(blobs, DIAGNOSIS_COUNT)
    table, _ = blobs.keep(b"age,risk\n")
    assert artifacts.read(table) == b"age,risk\n"
    for task, opened in ((DIAGNOSIS_COUNT, "state"), (DIAGNOSIS_COUNT, "tensors"), (LARGE, "tensors")):
        digest, _ = kept_model(blobs, task)
        path = tmp_path / "blobs" / digest[:2] / digest
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        with pytest.raises(DamagedArtifactError):
            getattr(Artifacts(blobs, task), opened)(digest)
        blobs.remove(digest)


def test_a_model_of_another_task_is_refused(blobs: CountedBlobs):
    digest, _ = kept_model(blobs, LARGE)
    for opened in ("state", "tensors"):
        with pytest.raises(FederationError) as refused:
            getattr(Artifacts(blobs, DIAGNOSIS_COUNT), opened)(digest)
        assert refused.value.code == "layout_mismatch"
