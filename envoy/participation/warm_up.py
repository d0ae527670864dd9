"""What takes time once and no more: importing torch, its first step, the first parcel. Done before anybody waits."""

from dataclasses import replace

import numpy as np

from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.messages.runs import Assignment
from contract.names import Digest, EnvoyName
from contract.scaler import ScalerState
from contract.tasks import Task
from envoy.cohort import Cohort, Split
from envoy.participation.bulletin import utc_now
from envoy.starting_point import StartingPoint
from envoy.submission import LocalData, make_update

_ROWS = 64


def warm_up(task: Task, envoy: EnvoyName) -> None:
    """Train a task's network for one epoch on invented patients, and pack it; nothing of it is kept."""
    brief = replace(task, training=replace(task.training, local_epochs=1))
    rows = (np.arange(_ROWS * len(task.columns)) % 50 + 1).astype(np.float64).reshape(_ROWS, -1)
    cohort = Cohort(np.arange(_ROWS), rows, np.arange(_ROWS) % task.classes)
    scaler = ScalerState.fitted(rows)
    scaler_file, state = write_scaler(scaler), brief.initial_state()
    model_sha256 = Digest.of(write_model(state, brief.layout))
    base = brief.base(model_sha256, Digest.of(scaler_file))
    assignment = Assignment(
        n=1,
        run=1,
        number=1,
        rounds=1,
        task=brief.name,
        base=base,
        model_sha256=model_sha256,
        scaler_sha256=None,
        global_version=None,
        seed=0,
        proximal=0.0,
        closes_at=utc_now(),
        closes_in_seconds=0.0,
        awaited=[],
    )
    start = StartingPoint(brief, base, state, scaler, scaler_file)
    make_update(LocalData(brief, Split(cohort, cohort)), start, assignment, envoy=envoy, cohort=base)


def limit_threads(threads: int) -> None:
    """Let torch and the libraries below numpy calculate on at most so many threads; training itself takes one."""
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(threads)
    threadpool_limits(threads)
