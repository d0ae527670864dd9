"""The admin's validation table: patients of known outcome, which the gate holds every model against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.errors import InvalidInputError
from contract.messages.global_models import HeldOut
from contract.messages.validation import ReplacedTable, ValidationTable
from contract.moments import shown_moment
from contract.names import Digest
from contract.network import Matrix, State, forward
from contract.scaler import ScalerState
from contract.small_counts import FEWEST_TOLD, may_be_told
from contract.tasks import RISK_LEVELS, Task, in_row
from director.models.events import ValidationSet
from director.records.ledger import Act
from director.records.schema import ValidationTableRow
from director.tasks import tables
from director.tasks.artifacts import Artifacts
from director.tasks.publications import current_global_model

LABEL = "label"
_BY_NUMBER = {str(index): level for index, level in enumerate(RISK_LEVELS)}
_LEVELS: Mapping[str, int] = {level: index for index, level in enumerate(RISK_LEVELS)}
_OUTCOMES: Mapping[str, int] = {"0": 0, "1": 1}
_FEWEST_ROWS = 100
_HINT = "The first line names the features and {label}; {label} is one of: {known}."


@dataclass(frozen=True)
class Table:
    """Rows × columns in the task's order, and the index of each row's true risk level, or 0 and 1 of an outcome."""

    x: Matrix
    labels: NDArray[np.int64]

    @property
    def trivial_loss(self) -> float:
        """Mean cross-entropy, in nats, of a model that knows only how frequent each label is."""
        shares = np.bincount(self.labels) / len(self.labels)
        present = shares[shares > 0]
        return float(-(present * np.log(present)).sum())


@dataclass(frozen=True)
class Reference:
    """What a model is held against: the table with its digest, and the current model's loss on it, in nats."""

    table: Table
    sha256: Digest
    loss: float


def read_table(data: bytes, task: Task) -> Table:
    """Read a CSV of the task's features, in any order, and the label.

    Raises:
        MalformedRequestError, TooLargeError, InvalidInputError: As ``tables.read_table``, or a wrong label.
    """
    raw, labels = tables.read_table(data, task, LABEL)
    told = np.array([_label(task, label, row) for row, label in enumerate(labels, start=1)], np.int64)
    return Table(task.encode(raw), told)


def set_table(act: Act, task: Task, sha256: Digest | None, rows: int, notes: Sequence[str] = ()) -> ValidationTable:
    """Let a kept table of so many rows hold from now on; None: no table holds any more. The same again changes nothing.

    Args:
        act: Within which.
        task: Of which task.
        sha256: The table's digest.
        rows: How many it has.
        notes: What the admin should know of it.
    """
    before = describe_table(act.session, task)
    if before.sha256 == sha256:
        same = [f"The same table holds since {shown_moment(before.created_at)}: nothing changed."] if sha256 else []
        return before.model_copy(update={"notes": [*same, *notes]})
    act.session.add(
        ValidationTableRow(
            task=task.name, task_digest=task.digest, sha256=sha256, rows=rows, actor=act.actor, created_at=act.now
        )
    )
    act.tell(ValidationSet(task=task.name, table=sha256, rows=rows))
    replaces = None
    if before.sha256 is not None and before.by is not None and before.created_at is not None:
        replaces = ReplacedTable(sha256=before.sha256, rows=before.rows, by=before.by, created_at=before.created_at)
    return describe_table(act.session, task).model_copy(update={"replaces": replaces, "notes": list(notes)})


def notes_on_table(task: Task, table: Table) -> list[str]:
    """Say where a table has too few rows to judge by: of a label, or in all.

    Below eleven patients a share says more of each of them than of the model; the same number that is never told of.
    With fewer than a hundred rows one patient moves the accuracy by more than a percentage point.
    """
    names = list(_OUTCOMES if task.is_binary else _LEVELS)
    counted = dict(zip(names, np.bincount(table.labels, minlength=len(names)).tolist(), strict=True))
    few = [f"{label} {count}" for label, count in counted.items() if not may_be_told(count)]
    notes = []
    if few:
        notes.append(f"Few rows of some labels: {', '.join(few)}; give at least {FEWEST_TOLD} of each.")
    if len(table.labels) < _FEWEST_ROWS:
        moves = 100 / len(table.labels)
        notes.append(
            f"Few rows in all: with {len(table.labels)} one patient moves the accuracy by {moves:.1f} percentage "
            f"points; give at least {_FEWEST_ROWS}."
        )
    return notes


def describe_table(session: Session, task: Task) -> ValidationTable:
    """Say which table holds."""
    row = _row(session, task)
    if row is None:
        newest = _newest(session, task)
        if newest is None or newest.sha256 is None:
            return ValidationTable(task=task.name, sha256=None, rows=0, by=None, created_at=None)
        stale = (
            f"The table of {newest.rows:,} rows that {newest.actor} set at {shown_moment(newest.created_at)} is stale: "
            f"it is for another definition of {task.name}. Set one for the task as it is now."
        )
        return ValidationTable(task=task.name, sha256=None, rows=0, by=None, created_at=None, notes=[stale])
    return ValidationTable(task=task.name, sha256=row.sha256, rows=row.rows, by=row.actor, created_at=row.created_at)


def reference_of(session: Session, artifacts: Artifacts, task: Task, scaler: ScalerState) -> Reference | None:
    """Give the table that holds, with the loss of the current model: the global one, else the shared start.

    None: there is no table, or its labels are those of an older definition of the task.

    Args:
        session: A transaction.
        artifacts: The task's files.
        task: What the models learn.
        scaler: Behind which the shared start stands, where there is no global model yet.

    Raises:
        DamagedArtifactError: A file is not what it was.
    """
    row = _row(session, task)
    if row is None or row.sha256 is None:
        return None
    table, model = read_table(artifacts.read(row.sha256), task), current_global_model(session, task)
    if model is None:
        return Reference(table, row.sha256, held_out(task, task.initial_state(), scaler, table).loss)
    stands_behind, state = artifacts.scaler(model.digest_of("scaler")), artifacts.state(model.digest_of("model"))
    return Reference(table, row.sha256, held_out(task, state, stands_behind, table).loss)


def held_out(task: Task, state: State, scaler: ScalerState, table: Table) -> HeldOut:
    """Hold a model against the table: mean cross-entropy, and how often the most probable label is the true one."""
    logits = forward(task.architecture, state, scaler.transform(table.x))
    if task.is_binary:  # the softmax of (0, logit) is the sigmoid
        logits = np.concatenate([np.zeros_like(logits), logits], axis=1)
    highest = logits.max(axis=1, keepdims=True)
    log_total = np.log(np.exp(logits - highest).sum(axis=1)) + highest[:, 0]
    loss = (log_total - logits[np.arange(len(logits)), table.labels]).mean()
    return HeldOut(loss=float(loss), accuracy=float((logits.argmax(axis=1) == table.labels).mean()))


def _row(session: Session, task: Task) -> ValidationTableRow | None:
    row = _newest(session, task)
    return row if row is not None and row.task_digest == task.digest else None


def _newest(session: Session, task: Task) -> ValidationTableRow | None:
    of_task = select(ValidationTableRow).where(ValidationTableRow.task == task.name)
    return session.scalars(of_task.order_by(ValidationTableRow.id.desc()).limit(1)).first()


def _label(task: Task, text: str, row: int) -> int:
    label = text.strip().lower()
    known = _OUTCOMES if task.is_binary else _LEVELS
    found = known.get(label if task.is_binary else _BY_NUMBER.get(label, label))
    if found is None:
        why = "neither 0 nor 1" if task.is_binary else "no risk level"
        hint = _HINT.format(label=LABEL, known=", ".join(known))
        raise in_row(InvalidInputError(f"{label[:40]!r} is {why}.", hint=hint, feature=LABEL), row)
    return found
