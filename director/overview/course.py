"""A hospital's models over time, as it reported them: local against the global that each was trained from."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from contract.errors import FederationError
from contract.messages.base import MetricValue
from contract.messages.overview import CoursePoint, HospitalCourse
from contract.names import Digest, TaskName
from director.overview.reported import known_metrics
from director.overview.training_logs import first_line
from director.records.blobs import BlobStore
from director.records.schema import EnvoyRow, StartRow, SubmissionFileRow, SubmissionRow

MOST = 500
"""Of a hospital's models the newest so many are told."""

_log = logging.getLogger(__name__)


def course_of(session: Session, blobs: BlobStore, envoy: EnvoyRow, task: TaskName) -> HospitalCourse:
    """Show how a hospital's models did, oldest first."""
    columns = (
        SubmissionRow.id,
        SubmissionRow.version,
        SubmissionRow.created_at,
        SubmissionRow.verdict,
        SubmissionRow.base,
        SubmissionRow.metadata_json,
        SubmissionFileRow.sha256.label("log"),
    )
    is_log = (SubmissionFileRow.submission_id == SubmissionRow.id) & (SubmissionFileRow.role == "log")
    is_log &= SubmissionFileRow.pruned_at.is_(None)
    query = (
        select(*columns)
        .outerjoin(SubmissionFileRow, is_log)
        .where(SubmissionRow.envoy_id == envoy.id, SubmissionRow.task == task, SubmissionRow.version.is_not(None))
        .order_by(SubmissionRow.version.desc())
        .limit(MOST)
    )
    rows = session.execute(query).all()[::-1]
    starts = _starts(session, task, {row.base for row in rows})
    points = [_point(blobs, row, starts.get(row.base, ())) for row in rows]
    return HospitalCourse(envoy_name=envoy.name, task=task, points=points)


def _point(blobs: BlobStore, row: Row[Any], starts: Sequence[Row[Any]]) -> CoursePoint:
    # two versions may have one model, and so starts of one name: the one that was given out last before it came
    before = [each for each in starts if each.created_at <= row.created_at] or starts
    return CoursePoint(
        version=row.version,
        at=row.created_at,
        verdict=row.verdict,
        round=row.metadata_json.get("round"),
        global_version=before[-1].global_version if before else None,
        local=known_metrics(row.metadata_json),
        start=_before_training(blobs, row.log),
    )


def _before_training(blobs: BlobStore, log: Digest | None) -> Mapping[str, MetricValue]:
    """Give what a training log says of the start: of epoch 0, on the hospital's own held-out patients."""
    if log is None:
        return {}
    try:
        line = first_line(blobs.read(log))
    except FederationError as error:  # a damaged log is fsck's to tell; the others are shown all the same
        _log.warning("course.log_unread", extra={"facts": {"why": error.sentence}})
        return {}
    validation = line.get("validation")
    return validation if line.get("epoch") == 0 and isinstance(validation, dict) else {}


def _starts(session: Session, task: TaskName, bases: set[Digest]) -> Mapping[Digest, Sequence[Row[Any]]]:
    columns = (StartRow.base, StartRow.global_version, StartRow.created_at)
    given = select(*columns).where(StartRow.task == task, StartRow.base.in_(bases)).order_by(StartRow.id)
    found: dict[Digest, list[Row[Any]]] = {}
    rows: Iterable[Row[Any]] = session.execute(given)
    for row in rows:
        found.setdefault(row.base, []).append(row)
    return found
