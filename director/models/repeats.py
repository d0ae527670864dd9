"""Models that are nothing new by their numbers: a state of the federation's own, or another hospital's model, again.

Whatever start a model claims and whatever scaler it stands behind: else a replay, or an upload, could undo a rollback.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from aggregation.clipping import norm
from aggregation.movement import Origin
from aggregation.sameness import NEARLY, are_same, differ, rounding
from aggregation.scaling import behind
from aggregation.updates import ModelUpdate, Tensors, TensorsInMemory
from contract.scaler import ScalerState
from contract.tasks import Task
from director.errors import DamagedArtifactError
from director.models.line import SHARED_START, Line
from director.models.standing import name_of
from director.records.schema import GlobalModelRow, SubmissionRow
from director.tasks.artifacts import Artifacts
from director.tasks.starts import shared_starts

Sent = tuple[SubmissionRow, ModelUpdate]
"""An upload, and its model as it was sent; of one that may move with its base."""


@dataclass(frozen=True)
class EarlierState:
    """A state that the federation has given out.

    Args:
        version: Its number; 0: the shared start.
        origin: Its numbers, and what they stand behind.
        counted: The uploads that it was made from.
    """

    version: int
    origin: Origin
    counted: frozenset[str]

    def behind(self, scaler: ScalerState, update: ModelUpdate) -> Tensors:
        """Put it behind the scaler; a start that stands behind none is taken behind the model's own."""
        stands_behind = self.origin.scaler or update.scaler
        return Origin(self.origin.tensors, stands_behind).behind(scaler, update)


def origin_of(artifacts: Artifacts, task: Task, version: GlobalModelRow | None) -> Origin:
    """Open a version as B, or with None the shared start."""
    if version is None:
        return Origin(TensorsInMemory(task.initial_state()), None)
    return Origin(artifacts.tensors(version.digest_of("model")), artifacts.scaler(version.digest_of("scaler")))


def earlier_states(
    session: Session, artifacts: Artifacts, task: Task, line: Line
) -> tuple[Sequence[EarlierState], Sequence[str]]:
    """Open every state that the federation has given out, newest first; and say which are damaged.

    A start of a version is that version behind another scaler, so versions and shared starts are all.
    """
    found, notes = [], []
    for row in reversed(line.versions):
        counted = frozenset(each["submission_id"] for each in row.inputs)
        try:
            found.append(EarlierState(row.version, origin_of(artifacts, task, row), counted))
        except DamagedArtifactError:
            notes.append(f"Global model {row.version} is damaged, and nothing was held against it: fl-director fsck.")
    for start in shared_starts(session, task):
        try:
            scaler = artifacts.scaler(start.scaler_sha256) if start.scaler_sha256 else None
            found.append(EarlierState(SHARED_START, Origin(artifacts.tensors(start.model_sha256), scaler), frozenset()))
        except DamagedArtifactError:
            notes.append("A shared start is damaged, and nothing was held against it: fl-director fsck.")
    return found, notes


def repeats(
    moving: Sequence[Sent], standing: Sequence[Sent], earlier: Sequence[EarlierState], scaler: ScalerState
) -> Mapping[str, str]:
    """Give upload → why it is nothing new, for those that are not.

    Args:
        moving: The models that the records let move.
        standing: The newest uploads of the hospitals that stand still, likewise opened.
        earlier: All states that the federation has given out.
        scaler: Behind which all are compared.
    """
    found = {}
    for row, update in moving:
        reason = _of_the_federation(row, update, earlier, scaler)
        if reason is not None:
            found[row.id] = reason
    new = sorted((each for each in moving if each[0].id not in found), key=lambda each: _arrival(each[0]))
    for row, other in _of_another_hospital(new, standing, scaler):
        found[row.id] = f"It is the model of {other.envoy.name} over again."
    return found


def _of_the_federation(
    row: SubmissionRow, update: ModelUpdate, earlier: Sequence[EarlierState], scaler: ScalerState
) -> str | None:
    """Say which state of the federation's own a model is.

    It is its own start if it did not move at all, and another state if it lies within ``NEARLY`` of its own way from
    it, for a little noise makes nothing new. A version that was made from this very upload is no earlier one.
    """
    beside = behind(update, scaler)
    way, noise = norm(beside.layout, beside.change), rounding(update, scaler)
    if way <= noise:
        return "It is the start that it was trained from: nothing was learned."
    for each in earlier:
        if row.id in each.counted:
            continue
        if not differ(beside.layout, beside.tensors, each.behind(scaler, update), max(NEARLY * way, noise)):
            return f"It is {name_of(each.version)} over again."
    return None


def _of_another_hospital(
    new: Sequence[Sent], standing: Sequence[Sent], scaler: ScalerState
) -> Iterator[tuple[SubmissionRow, SubmissionRow]]:
    """Give each upload that repeats an earlier one of another hospital, and that one."""
    for row, update in new:
        for other, its_update in (*standing, *new):
            if _arrival(other) < _arrival(row) and are_same(its_update, update, scaler):
                yield row, other
                break


def _arrival(row: SubmissionRow) -> tuple[object, str]:
    return row.created_at, row.id
