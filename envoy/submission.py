"""The hospital's whole act: tables → cohort → split → train → parcel. Sending it is the caller's last step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from contract.artifacts.scaler_file import read_scaler_for
from contract.messages.base import MetricValue
from contract.messages.runs import Assignment
from contract.messages.statistics import StatisticsReport
from contract.names import Digest, EnvoyName
from contract.parts import Parcel
from contract.scaler import ScalerState
from contract.tasks import Task
from envoy.cohort import Cohort, Split, split_of
from envoy.evaluation import evaluate
from envoy.house_rules import USUAL_RULES, HouseRules
from envoy.lesson import Lesson
from envoy.parcel import own_scaler_file, pack
from envoy.reading import read_cohort
from envoy.starting_point import StartingPoint
from envoy.table_sources import TableSource

ScalerChoice = Literal["merged", "own"]


@dataclass(frozen=True)
class LocalData:
    """The hospital's patients of a task, split."""

    task: Task
    split: Split

    @property
    def patients(self) -> int:
        """All of them."""
        return sum(part.patients for part in self.split.parts)

    @property
    def num_examples(self) -> int:
        """Training rows: what the director weights by."""
        return len(self.split.training)

    @property
    def statistics(self) -> StatisticsReport:
        """The hospital's share of the common scaler, over the training rows alone."""
        fitted = self.task.fit_scaler(self.split.training.features)
        return StatisticsReport(task=self.task.name, num_examples=fitted.num_examples, mean=fitted.mean, m2=fitted.m2)


@dataclass(frozen=True)
class Trained:
    """A parcel ready to leave, and how the model does on the hospital's held-out patients before and after."""

    parcel: Parcel
    before: Mapping[str, MetricValue] | None
    after: Mapping[str, MetricValue]


def read_local_data(
    task: Task, source: TableSource | Path, *, seed: int, held_out_share: float, rules: HouseRules = USUAL_RULES
) -> LocalData:
    """Read the tables and split their patients.

    Raises:
        DataError: The tables have a defect.
        PolicyError: There are too few patients for this task, or by the hospital's own rules.
    """
    data = read_patients(task, source, seed=seed, held_out_share=held_out_share)
    rules.require_enough(task, data.num_examples)
    return data


def read_patients(task: Task, source: TableSource | Path, *, seed: int, held_out_share: float) -> LocalData:
    """Read the tables and split their patients, however few they are.

    Raises:
        DataError: The tables have a defect.
    """
    return split_patients(task, read_cohort(task, source), seed=seed, held_out_share=held_out_share)


def split_patients(task: Task, cohort: Cohort, *, seed: int, held_out_share: float) -> LocalData:
    """Split a cohort as it is trained on."""
    return LocalData(task, split_of(task, cohort, seed, held_out_share))


def make_submission(
    data: LocalData,
    start: StartingPoint,
    *,
    scaler: ScalerChoice,
    seed: int,
    now: datetime,
    on_epoch: Callable[[int], None] = lambda epoch: None,
) -> Trained:
    """Train from the start and pack the result.

    With ``merged`` the model trains behind the director's merged scaler where there is one, else, and with ``own``,
    behind one fitted to the hospital's training rows.
    """
    from envoy.training import order_of_cycle, train  # late: torch takes seconds, and defects should not wait for it

    task, split = data.task, data.split
    scaler_state, scaler_file = _scaler(data, start, scaler)
    begin = start.behind(scaler_state)
    trained = train(task, begin, scaler_state, split, order_of_cycle(seed, begin), on_epoch, seed=seed)
    after = evaluate(task, trained.state, scaler_state, split.held_out).metrics
    parcel = pack(
        task=task,
        base=start.base,
        state=trained.state,
        scaler=scaler_file,
        num_examples=data.num_examples,
        metrics=after,
        log=trained.log,
        seed=seed,
        trained_at=now,
    )
    return Trained(parcel, evaluate_start(data, start), after)


def make_update(
    data: LocalData,
    start: StartingPoint,
    assignment: Assignment,
    *,
    envoy: EnvoyName,
    cohort: Digest,
    on_epoch: Callable[[int], None] = lambda epoch: None,
) -> Parcel:
    """Train for a round from its base and pack the update; the same patients and the same round give the same bytes.

    Args:
        data: The hospital's patients.
        start: The round's base.
        assignment: The round.
        envoy: The hospital, whose patients have an order of their own.
        cohort: Names the patients; see ``envoy.participation.cohorts``.
        on_epoch: As ``make_submission``.
    """
    scaler_state, scaler_file = _scaler(data, start, "merged")
    lesson = Lesson(
        data.task, start.behind(scaler_state), scaler_state, assignment.seed, assignment.number, assignment.proximal
    )
    trained = lesson.learned_by(envoy, data.split, on_epoch)
    return pack(
        task=data.task,
        base=start.base,
        state=trained.state,
        scaler=scaler_file,
        num_examples=data.num_examples,
        metrics=evaluate(data.task, trained.state, scaler_state, data.split.held_out).metrics,
        log=trained.log,
        seed=assignment.seed,
        round_number=assignment.n,
        cohort=cohort,
    )


def _scaler(data: LocalData, start: StartingPoint, choice: ScalerChoice) -> tuple[ScalerState, bytes]:
    if choice == "merged" and start.scaler is not None and start.scaler_file is not None:
        return start.scaler, start.scaler_file
    file = own_scaler_file(data.task, data.split.training.features)
    return read_scaler_for(file, data.task.column_names), file


def evaluate_start(data: LocalData, start: StartingPoint) -> Mapping[str, MetricValue] | None:
    """Hold the start, which is the global model once there is one, against the hospital's held-out patients."""
    if start.scaler is None:
        return None
    return evaluate(data.task, start.state, start.scaler, data.split.held_out).metrics
