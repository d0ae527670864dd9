"""Hospitals in one look."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.messages.overview import HospitalTile
from contract.names import TaskName
from director.members.access import ADMIN, Principal
from director.members.presence import Presence
from director.overview.cards import OpenRun
from director.records.schema import EnvoyRow, SubmissionRow
from director.records.verdicts import ADMITTED


def tiles_of(
    session: Session, caller: Principal, task: TaskName, presence: Presence, runs: Sequence[OpenRun]
) -> list[HospitalTile]:
    """Give each hospital that the caller may see, by name; an analyst learns names and versions alone."""
    query = select(EnvoyRow).order_by(EnvoyRow.folded_name)
    if caller.envoy_name is not None:
        query = query.where(EnvoyRow.folded_name == caller.envoy_name.folded)
    versions = _current_versions(session, task)
    knows_states = caller.role == ADMIN or caller.envoy_name is not None
    return [
        HospitalTile(
            envoy_name=row.name,
            state=presence.state_of(row) if knows_states else None,
            last_seen_at=presence.last_seen(row) if knows_states else None,
            version=versions.get(row.id),
            awaited_in=[run.last.id for run in runs if run.last is not None and row.id in run.awaited],
        )
        for row in session.scalars(query)
    ]


def _current_versions(session: Session, task: TaskName) -> Mapping[int, int]:
    newest = select(SubmissionRow.envoy_id, func.max(SubmissionRow.version)).where(
        SubmissionRow.task == task, SubmissionRow.verdict == ADMITTED
    )
    rows = session.execute(newest.group_by(SubmissionRow.envoy_id))
    return {envoy: version for envoy, version in rows if version is not None}
