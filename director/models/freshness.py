"""Whether what a draft rests on is still so when it becomes a version: asked under the write lock.

A draft is computed from one consistent state, without holding anybody up; meanwhile somebody may have rejected a model,
disabled a hospital, published another version, or set another validation table.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tasks import Task
from director.models.draft import Draft
from director.models.validation import describe_table
from director.records.schema import EnvoyRow, SubmissionRow
from director.records.verdicts import ADMITTED
from director.tasks.publications import current_global_model


def still_stands(session: Session, task: Task, draft: Draft) -> bool:
    """Tell whether a draft may become a version."""
    current = current_global_model(session, task)
    if (current.version if current else None) != draft.lineage.parent:
        return False
    if describe_table(session, task).sha256 != draft.table_sha256:
        return False
    return do_count(session, [each.submission_id for each in draft.lineage.inputs])


def do_count(session: Session, submissions: Iterable[str]) -> bool:
    """Tell whether uploads count still: admitted, of hospitals that are not disabled."""
    wanted = set(submissions)
    counting = select(SubmissionRow.id).join(EnvoyRow, EnvoyRow.id == SubmissionRow.envoy_id)
    counting = counting.where(SubmissionRow.verdict == ADMITTED, EnvoyRow.disabled_at.is_(None))
    return set(session.scalars(counting.where(SubmissionRow.id.in_(wanted)))) == wanted
