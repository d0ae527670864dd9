"""Hospitals in one look."""

from collections.abc import Mapping, Sequence

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from contract.messages.overview import HospitalTile
from contract.tasks import Task
from director.members.access import ADMIN, Principal
from director.members.presence import Presence
from director.overview.cards import OpenRun
from director.records.schema import EnvoyRow, SubmissionRow
from director.records.verdicts import ADMITTED


def tiles_of(
    session: Session, caller: Principal, task: Task, presence: Presence, runs: Sequence[OpenRun]
) -> list[HospitalTile]:
    """Give each hospital that the caller may see, by name; an analyst learns names and versions alone."""
    query = select(EnvoyRow).order_by(EnvoyRow.folded_name)
    if caller.envoy_name is not None:
        query = query.where(EnvoyRow.folded_name == caller.envoy_name.folded)
    newest, answering = _newest_versions(session, task)
    knows_states = caller.role == ADMIN or caller.envoy_name is not None
    return [
        HospitalTile(
            envoy_name=row.name,
            state=presence.state_of(row) if knows_states else None,
            last_seen_at=presence.last_seen(row) if knows_states else None,
            version=answering.get(row.id, newest.get(row.id)),
            stale=row.id in newest and row.id not in answering,
            awaited_in=[run.last.id for run in runs if run.last is not None and row.id in run.awaited],
        )
        for row in session.scalars(query)
    ]


def _newest_versions(session: Session, task: Task) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Give each hospital's newest admitted version: of all, and of those for the task as it is defined now."""
    for_now = case((SubmissionRow.task_digest == task.digest, SubmissionRow.version))
    query = select(SubmissionRow.envoy_id, func.max(SubmissionRow.version), func.max(for_now)).where(
        SubmissionRow.task == task.name, SubmissionRow.verdict == ADMITTED
    )
    rows = session.execute(query.group_by(SubmissionRow.envoy_id)).all()
    newest = {envoy: version for envoy, version, _ in rows if version is not None}
    return newest, {envoy: version for envoy, _, version in rows if version is not None}
