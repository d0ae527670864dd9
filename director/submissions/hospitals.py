"""A hospital as the federation sees it: whether it takes part, when it was last there, what counts of it."""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages.base import Page
from contract.messages.envoys import CurrentVersion, EnvoyDescription
from director.members.access import ADMIN, ANALYST, Principal
from director.members.presence import seen_at
from director.records.paging import EVERYTHING, Span, page_of_rows
from director.records.schema import EnvoyRow
from director.submissions.kept import answering_submissions, describe_current
from director.tasks.catalogue import Catalogue


def list_hospitals(
    session: Session,
    catalogue: Catalogue,
    caller: Principal,
    *,
    limit: int,
    cursor: str | None,
    span: Span = EVERYTHING,
) -> Page[EnvoyDescription]:
    """Give a page of the hospitals that the caller may see, by name."""
    query = select(EnvoyRow)
    if caller.envoy_name is not None:
        query = query.where(EnvoyRow.folded_name == caller.envoy_name.folded)
    return page_of_rows(
        session,
        query,
        (EnvoyRow.folded_name,),
        lambda rows: _describe(session, catalogue, rows, caller),
        limit=limit,
        cursor=cursor,
        at=EnvoyRow.created_at,
        span=span,
    )


def describe_hospital(session: Session, catalogue: Catalogue, row: EnvoyRow, caller: Principal) -> EnvoyDescription:
    """Describe a hospital as far as the caller may know it."""
    return _describe(session, catalogue, [row], caller)[0]


def _state_of(row: EnvoyRow) -> Literal["enrolled", "active", "disabled", "withdrawn"]:
    if row.disabled_at is not None:
        return "withdrawn" if row.withdrawn_at is not None else "disabled"
    return "active" if row.joined_at is not None else "enrolled"


def _describe(
    session: Session, catalogue: Catalogue, rows: Sequence[EnvoyRow], caller: Principal
) -> list[EnvoyDescription]:
    """Describe hospitals; the database is asked as often for many as for one."""
    ids = [row.id for row in rows]
    current: dict[int, list[CurrentVersion]] = {}
    for each in answering_submissions(session, [task.digest for task in catalogue.values()], ids):
        described = describe_current(each, is_stale=catalogue.is_stale(each.task, each.task_digest))
        current.setdefault(each.envoy_id, []).append(described)
    if caller.role == ANALYST:
        return [
            EnvoyDescription(envoy_name=row.name, state=None, last_seen_at=None, current=current.get(row.id, []))
            for row in rows
        ]
    seen = seen_at(session, ids)
    return [
        EnvoyDescription(
            envoy_name=row.name,
            state=_state_of(row),
            last_seen_at=seen.get(row.id),
            current=current.get(row.id, []),
            expected_examples=row.expected_examples if caller.role == ADMIN else None,
        )
        for row in rows
    ]
