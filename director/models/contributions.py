"""What an aggregate rests on: hospitals' newest models, what each counts for, which of them move, and from where."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, partial
from typing import Literal

from sqlalchemy.orm import Session

from aggregation.counting import Claim, Count, count
from aggregation.movement import Origin, carried_over
from aggregation.scaling import behind, merge_scalers
from aggregation.screening import Bounds
from aggregation.strategy import DEFAULT_STRATEGY
from aggregation.updates import ModelUpdate
from contract.messages.global_models import ModelInput
from contract.names import Digest
from contract.scaler import ScalerState
from contract.tasks import Task
from director.errors import DamagedArtifactError, NotFoundError
from director.models.departures import learned_from, marks
from director.models.line import Line, line_of
from director.models.memory import Memory, memory_of
from director.models.repeats import earlier_states, origin_of, repeats
from director.models.standing import is_late, reason_by_record
from director.models.validation import Reference, reference_of
from director.records.schema import StartRow, SubmissionRow
from director.tasks.artifacts import Artifacts
from director.tasks.starts import start_named
from director.tasks.statistics import counted_as, newest_counts


@dataclass(frozen=True)
class Making:
    """What the director is set to where it aggregates.

    Args:
        bounds: What the gate still takes for honest.
        max_staleness: How many versions back a model may have been trained from.
        minimum_hospitals: With fewer, no merged scaler is given out and no version published.
        strategy: How an aggregate combines unless it is asked otherwise.
        publish: Whether a version is published at once, or waits until it is confirmed.
        has_second: Whether a version that one admin asks for over HTTP waits for another admin, where it would be
            published at once.
    """

    bounds: Bounds = field(default_factory=Bounds)
    max_staleness: int = 3
    minimum_hospitals: int = 1
    strategy: str = DEFAULT_STRATEGY
    publish: Literal["at_once", "confirmed"] = "at_once"
    has_second: bool = False


@dataclass(frozen=True)
class Contribution:
    """One hospital's newest model, opened, with its count against the other hospitals'.

    Args:
        row: It.
        count: What it counts for.
        update: The model; None where the records alone say that it stands still.
        is_late: Whether it was trained from an ancestor of B.
        reason: Why it stands still; None: it moves.
    """

    row: SubmissionRow
    count: Count
    update: ModelUpdate | None
    is_late: bool
    reason: str | None

    @property
    def model(self) -> ModelUpdate:
        """The model of one that the records let move."""
        if self.update is None:
            raise ValueError(f"{self.row.envoy.name} stands still")
        return self.update

    def on(self, origin: Origin, scaler: ScalerState) -> ModelUpdate:
        """Give what enters: the model itself where it was trained from B, else its change laid onto B."""
        return carried_over(self.model, origin, scaler) if self.is_late else self.model


@dataclass(frozen=True)
class ClosedSet:
    """All that one aggregate is made from.

    Args:
        contributions: The chosen hospitals' newest models, by hospital: moving and standing.
        line: Where the federation stands.
        origin: B's numbers.
        agreed_scaler: The scaler that the result shall stand behind; None: the merge of the moving models' own.
        reference: What each is held against besides the others, where there is a validation table.
        notes: What whoever decides should know.
        memory: What the strategy of B remembered.
    """

    contributions: Sequence[Contribution]
    line: Line
    origin: Origin
    agreed_scaler: ScalerState | None
    reference: Reference | None
    notes: Sequence[str]
    memory: Memory = field(default_factory=Memory)

    @property
    def moving(self) -> Sequence[Contribution]:
        """Those that are new since B."""
        return [each for each in self.contributions if each.reason is None]

    @property
    def standing(self) -> Sequence[Contribution]:
        """The others."""
        return [each for each in self.contributions if each.reason is not None]

    @property
    def table_sha256(self) -> Digest | None:
        """Which validation table it was; None: there was none."""
        return self.reference.sha256 if self.reference else None

    def share(self, some: Sequence[Contribution]) -> Fraction:
        """Give the part of all counted examples that some of the chosen hold: fixed before any verdict."""
        total = sum(each.count.counted for each in self.contributions)
        return Fraction(sum(each.count.counted for each in some), total)


def close_set(
    session: Session,
    artifacts: Artifacts,
    task: Task,
    rows: Sequence[SubmissionRow],
    agreed: ScalerState | None,
    making: Making,
    *,
    is_named: bool = False,
    base_here: Digest | None = None,
) -> ClosedSet:
    """Read all that an aggregate is made from, each file once.

    Args:
        session: A transaction.
        artifacts: The task's files.
        task: What the models learn.
        rows: The models, one a hospital, by hospital.
        agreed: As ``ClosedSet.agreed_scaler``.
        making: What the director is set to.
        is_named: Whether the admin named these hospitals.
        base_here: The base that was given out for them now: what was trained from it is trained from B, also where the
            same bytes came once before and were rolled back since.

    Raises:
        DamagedArtifactError: A file is not what it was.
    """
    line = line_of(session, task)
    if base_here is not None:
        asked_for = {row.id: line.here for row in rows if row.base == base_here}
        line = replace(line, trained_from={**line.trained_from, **asked_for})
    counts = counts_of(session, task, rows, [row.num_examples for row in rows], making.bounds)
    by_record = [reason_by_record(row, line, is_named=is_named, max_staleness=making.max_staleness) for row in rows]
    start_of = cache(partial(start_named, session, task.name))  # in a round it is the same for all
    found = [
        Contribution(row, each, _opened(artifacts, row, each, task, start_of(row.base)) if not reason else None,
                     is_late(row, line), reason)
        for row, each, reason in zip(rows, counts, by_record, strict=True)
    ]  # fmt: skip
    origin = origin_of(artifacts, task, line.current)
    moving = [each for each in found if each.reason is None]
    if not moving:
        return ClosedSet(found, line, origin, agreed, None, ())
    together = agreed or merge_own([each.model for each in moving], making.bounds)
    earlier, notes = earlier_states(session, artifacts, task, line)
    standing, damaged = _silent(artifacts, task, [each for each in found if each.reason is not None])
    again = repeats([(each.row, each.model) for each in moving], standing, earlier, together)
    found = [replace(each, reason=again.get(each.row.id, each.reason)) for each in found]
    reference = reference_of(session, artifacts, task, together)
    memory = memory_of(artifacts, line.current)
    marked = _marks(session, task, line)
    return ClosedSet(found, line, origin, agreed, reference, [*marked, *notes, *damaged], memory)


def counts_of(
    session: Session, task: Task, rows: Sequence[SubmissionRow], claimed: Sequence[int], bounds: Bounds
) -> Sequence[Count]:
    """Say what each of these hospitals' claims counts for."""
    reported = newest_counts(session, task.name)
    claims = [
        Claim(number, reported.get(row.envoy_id), row.envoy.expected_examples)
        for row, number in zip(rows, claimed, strict=True)
    ]
    return count(claims, bounds.count_ratio)


def closed_of(
    session: Session,
    artifacts: Artifacts,
    task: Task,
    rows: Sequence[SubmissionRow],
    counts: Sequence[Count],
    scaler: ScalerState,
) -> ClosedSet:
    """Read these models for an average of them as they are, whatever they were trained from; raises as ``close_set``.

    Raises:
        NotFoundError: The start of one is not on record.
    """
    line, found = line_of(session, task), []
    for row, counted in zip(rows, counts, strict=True):
        update = _opened(artifacts, row, counted, task, start_named(session, task.name, row.base))
        if update is None:
            raise NotFoundError(
                f"The start of {row.envoy.name}'s model is not on record.", hint="Run: fl-director fsck."
            )
        found.append(Contribution(row, counted, update, is_late=False, reason=None))
    reference = reference_of(session, artifacts, task, scaler)
    marked = _marks(session, task, line)
    return ClosedSet(found, line, origin_of(artifacts, task, line.current), scaler, reference, marked)


def _marks(session: Session, task: Task, line: Line) -> list[str]:
    """Say from whom that has left since what is moved on from learned."""
    return list(marks(learned_from(session, task.name).get(line.here, ())))


def merge_own(updates: Sequence[ModelUpdate], bounds: Bounds) -> ScalerState:
    """Merge the scalers that the models stand behind, where nobody has sent statistics."""
    own = [update.scaler for update in updates]
    claims = [Claim(scaler.num_examples, scaler.num_examples) for scaler in own]
    counts = [each.counted for each in count(claims, bounds.count_ratio)]
    return merge_scalers([counted_as(scaler, number) for scaler, number in zip(own, counts, strict=True)])


def input_of(row: SubmissionRow, num_examples: int, weight: float | None) -> ModelInput:
    """Name a submission as a part of a global model."""
    return ModelInput(
        envoy_name=row.envoy.name,
        version=row.version or 0,
        submission_id=row.id,
        model_sha256=row.digest_of("model"),
        scaler_sha256=row.digest_of("scaler"),
        num_examples=num_examples,
        weight=weight,
    )


def _opened(
    artifacts: Artifacts, row: SubmissionRow, counted: Count, task: Task, start: StartRow | None
) -> ModelUpdate | None:
    """Open a submission and the start that it was trained from for the arithmetic."""
    if start is None:
        return None
    update = _as_sent(artifacts, task, row, counted)
    scaler = update.scaler
    # a start without a scaler is trained from as it is, behind each hospital's own
    stood_behind = artifacts.scaler(start.scaler_sha256) if start.scaler_sha256 else scaler
    base = replace(update, scaler=stood_behind, tensors=artifacts.tensors(start.model_sha256))
    return replace(update, base=behind(base, scaler).tensors)


def _as_sent(artifacts: Artifacts, task: Task, row: SubmissionRow, counted: Count) -> ModelUpdate:
    scaler, digest = artifacts.scaler(row.digest_of("scaler")), row.digest_of("model")
    return ModelUpdate(digest, counted.counted, scaler, task.layout, artifacts.tensors(digest))


def _silent(
    artifacts: Artifacts, task: Task, silent: Sequence[Contribution]
) -> tuple[list[tuple[SubmissionRow, ModelUpdate]], list[str]]:
    """Open what stands still, for what moves is held against it too; a damaged file holds nobody up, it is named."""
    opened, notes = [], []
    for each in silent:
        try:
            opened.append((each.row, _as_sent(artifacts, task, each.row, each.count)))
        except DamagedArtifactError:
            notes.append(
                f"{each.row.envoy.name}'s model is damaged, and nothing was held against it: fl-director fsck."
            )
    return opened, notes
