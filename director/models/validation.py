"""The admin's validation table: patients of known risk level, which the gate holds every model against."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.errors import InvalidInputError
from contract.messages import MAX_BATCH_ROWS, HeldOut, ValidationTable
from contract.network import Matrix, State, forward
from contract.scaler import ScalerState
from contract.tasks import RISK_LEVELS, Task, in_row
from director.errors import MalformedRequestError, TooLargeError
from director.records import audit
from director.records.blobs import BlobStore
from director.records.schema import ValidationTableRow

LABEL = "label"
_BY_NUMBER = {str(index): level for index, level in enumerate(RISK_LEVELS)}
_HINT = f"The first line names the features and {LABEL}; {LABEL} is one of: {', '.join(RISK_LEVELS)}."


@dataclass(frozen=True)
class Table:
    """Rows × features in the task's order, and the index of each row's true risk level."""

    x: Matrix
    labels: NDArray[np.int64]

    @property
    def trivial_loss(self) -> float:
        """Mean cross-entropy, in nats, of a model that knows only how frequent each risk level is."""
        shares = np.bincount(self.labels) / len(self.labels)
        present = shares[shares > 0]
        return float(-(present * np.log(present)).sum())


def read_table(data: bytes, task: Task) -> Table:
    """Read a CSV of the task's features, in any order, and the label.

    Raises:
        MalformedRequestError: It is no such table.
        TooLargeError: It has more rows than a batch takes.
        InvalidInputError: A feature is missing or unknown, or a value is not allowed; the fact ``row`` says where.
    """
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        names = list(reader.fieldnames or ())
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise MalformedRequestError(f"The table is no CSV in UTF-8: {str(error)[:120]}.", hint=_HINT) from None
    if names.count(LABEL) != 1 or len(set(names)) != len(names):
        raise MalformedRequestError(f"The first line must name each column once, and {LABEL}.", hint=_HINT)
    task.require_features([name for name in names if name != LABEL])
    if not rows:
        raise MalformedRequestError(
            "The table holds no rows.", hint="Give at least one patient; some hundred are useful."
        )
    if len(rows) > MAX_BATCH_ROWS:
        raise TooLargeError(f"The table holds {len(rows):,} rows.", hint=f"Give at most {MAX_BATCH_ROWS:,}.")
    x, labels = np.empty((len(rows), len(task.features))), np.empty(len(rows), np.int64)
    for index, row in enumerate(rows):
        try:
            x[index], labels[index] = _read_row(row, task)
        except InvalidInputError as error:
            raise in_row(error, index + 1) from None
    task.check_matrix(x)
    return Table(x, labels)


def set_table(
    session: Session, blobs: BlobStore, task: Task, data: bytes | None, *, now: datetime, actor: str
) -> ValidationTable:
    """Let a table hold from now on; None: no table holds any more.

    Raises:
        MalformedRequestError, TooLargeError, InvalidInputError: As ``read_table``.
    """
    rows = len(read_table(data, task).labels) if data is not None else 0
    sha256 = blobs.keep(data)[0] if data is not None else None
    row = ValidationTableRow(
        task=task.name, task_digest=task.digest, sha256=sha256, rows=rows, actor=actor, created_at=now
    )
    session.add(row)
    session.flush()
    audit.record(session, at=now, actor=actor, act="validation.set", subject=task.name, table=sha256, rows=rows)
    return describe_table(session, task)


def describe_table(session: Session, task: Task) -> ValidationTable:
    """Say which table holds."""
    row = _row(session, task)
    if row is None:
        return ValidationTable(task=task.name, sha256=None, rows=0, by=None, created_at=None)
    return ValidationTable(task=task.name, sha256=row.sha256, rows=row.rows, by=row.actor, created_at=row.created_at)


def current_table(session: Session, blobs: BlobStore, task: Task) -> Table | None:
    """Give the table that holds; None: there is none, or its labels are those of an older definition of the task.

    Raises:
        DamagedArtifactError: Its file is not what it was.
    """
    row = _row(session, task)
    return read_table(blobs.read(row.sha256), task) if row is not None and row.sha256 is not None else None


def held_out(task: Task, state: State, scaler: ScalerState, table: Table) -> HeldOut:
    """Hold a model against the table."""
    logits = forward(task.architecture, state, scaler.transform(table.x))
    highest = logits.max(axis=1, keepdims=True)
    log_total = np.log(np.exp(logits - highest).sum(axis=1)) + highest[:, 0]
    loss = (log_total - logits[np.arange(len(logits)), table.labels]).mean()
    return HeldOut(loss=float(loss), accuracy=float((logits.argmax(axis=1) == table.labels).mean()))


def _row(session: Session, task: Task) -> ValidationTableRow | None:
    row = session.scalars(
        select(ValidationTableRow)
        .where(ValidationTableRow.task == task.name)
        .order_by(ValidationTableRow.id.desc())
        .limit(1)
    ).first()
    return row if row is not None and row.task_digest == task.digest else None


def _read_row(row: dict[str | None, str | None], task: Task) -> tuple[list[float], int]:
    if None in row or None in row.values():
        raise InvalidInputError("It has another number of values than the first line names.", hint=_HINT)
    label = str(row[LABEL]).strip().lower()
    label = _BY_NUMBER.get(label, label)
    if label not in RISK_LEVELS:
        raise InvalidInputError(f"{label[:40]!r} is no risk level.", hint=_HINT, feature=LABEL)
    values = []
    for feature in task.features:
        try:
            values.append(float(str(row[feature.name])))
        except ValueError:
            raise InvalidInputError(
                f"Feature {feature.name} is not a number.", hint=_HINT, feature=feature.name
            ) from None
    return values, RISK_LEVELS.index(label)
