"""A run's rounds, each with every hospital's part: what it sent, what it weighed, what it reported."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, lazyload

from contract.messages.base import Page
from contract.messages.overview import RoundPart, RoundRecord
from contract.metrics import summarise
from contract.names import EnvoyName
from director.members.access import ADMIN, Principal
from director.overview.cards import sorted_names
from director.overview.reported import known_metrics
from director.records.paging import page_of_rows
from director.records.run_schema import ContributionRow, RoundRow, RunRow
from director.records.schema import AuditRow, EnvoyRow, GlobalModelRow, SubmissionFileRow, SubmissionRow
from director.rounds.events import UpdateRefused

PARTS_AT_ONCE = 800
"""A page holds no more hospitals' parts: of many hospitals it is so much shorter than was asked for."""


@dataclass(frozen=True)
class _Known:
    """What the rounds of a page have, by round."""

    parts: Mapping[int, Sequence[Row[Any]]]
    versions: Mapping[int, Row[Any]]
    refused: Mapping[int, Sequence[EnvoyName]]
    returned: Mapping[int, Collection[int]]


def page_of_rounds(
    session: Session, run: RunRow, caller: Principal, *, limit: int, cursor: str | None
) -> Page[RoundRecord]:
    """Give a page of a run's rounds, newest first; a hospital sees its own part of each."""
    query = select(RoundRow).where(RoundRow.run_id == run.id)
    query = query.options(lazyload(RoundRow.contributions), lazyload(RoundRow.start), lazyload(RoundRow.run))
    parts_of_a_round = max(1, len(run.invitations)) if caller.role == ADMIN else 1
    return page_of_rows(
        session,
        query,
        (RoundRow.id,),
        lambda rows: _records(session, run, rows, caller),
        limit=max(1, min(limit, PARTS_AT_ONCE // parts_of_a_round)),
        cursor=cursor,
        newest_first=True,
    )


def _records(session: Session, run: RunRow, rows: Sequence[RoundRow], caller: Principal) -> list[RoundRecord]:
    rounds = [row.id for row in rows]
    known = _Known(
        parts=_by_round(session.execute(_parts(rounds, caller))),
        versions={each.round_id: each for each in session.execute(_versions(rounds))},
        refused=_refused(session, run, caller),
        returned=_returned(session, [row.id for row in rows if row.closing is None]),
    )
    return [_record(run, row, known) for row in rows]


def _record(run: RunRow, row: RoundRow, known: _Known) -> RoundRecord:
    version = known.versions.get(row.id)
    weights = {each["submission_id"]: each["weight"] for each in version.inputs} if version is not None else {}
    scores = summarise(version.metrics.values() if version is not None else ())
    parts = [_part(row, each, weights) for each in known.parts.get(row.id, ())]
    return RoundRecord(
        n=row.id,
        number=row.number,
        attempt=row.attempt,
        state=row.state,
        reason=row.reason,
        opened_at=row.opened_at,
        closes_at=row.closes_at,
        closed_at=row.closing.closed_at if row.closing is not None else None,
        global_version=version.version if version is not None else None,
        awaited=_awaited(run, row, known),
        refused=sorted_names(set(known.refused.get(row.id, ()))),
        bytes=sum(each.bytes for each in parts),
        mean=dict(scores.mean),
        worst=dict(scores.worst),
        held_out=version.held_out if version is not None else None,
        parts=parts,
    )


def _part(row: RoundRow, found: Row[Any], weights: Mapping[str, float | None]) -> RoundPart:
    return RoundPart(
        envoy_name=found.name,
        submission_id=found.submission_id,
        returned_at=found.returned_at,
        bytes=found.bytes or 0,
        num_examples=found.num_examples,
        weight=weights.get(found.submission_id),
        verdict=found.verdict,
        is_late=found.metadata_json.get("round") != row.id,
        metrics=known_metrics(found.metadata_json),
    )


def _parts(rounds: Sequence[int], caller: Principal) -> Select[*tuple[Any, ...]]:
    size = select(func.sum(SubmissionFileRow.bytes)).where(SubmissionFileRow.submission_id == SubmissionRow.id)
    columns = (
        ContributionRow.round_id,
        ContributionRow.submission_id,
        ContributionRow.returned_at,
        EnvoyRow.name,
        SubmissionRow.num_examples,
        SubmissionRow.verdict,
        SubmissionRow.metadata_json,
        size.scalar_subquery().label("bytes"),
    )
    query = (
        select(*columns)
        .join(SubmissionRow, SubmissionRow.id == ContributionRow.submission_id)
        .join(EnvoyRow, EnvoyRow.id == ContributionRow.envoy_id)
        .where(ContributionRow.round_id.in_(rounds))
        .order_by(EnvoyRow.folded_name)
    )
    if caller.role == ADMIN:
        return query
    return query.where(EnvoyRow.folded_name == (caller.envoy_name.folded if caller.envoy_name else None))


def _versions(rounds: Sequence[int]) -> Select[*tuple[Any, ...]]:
    columns = (
        GlobalModelRow.round_id,
        GlobalModelRow.version,
        GlobalModelRow.inputs,
        GlobalModelRow.metrics,
        GlobalModelRow.held_out,
    )
    return select(*columns).where(GlobalModelRow.round_id.in_(rounds))


def _by_round(rows: Iterable[Row[Any]]) -> Mapping[int, Sequence[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.round_id, []).append(row)
    return found


def _refused(session: Session, run: RunRow, caller: Principal) -> Mapping[int, Sequence[EnvoyName]]:
    """Give round → whose update came too late for it; to a hospital its own alone, as the event is told."""
    told = select(AuditRow.facts).where(AuditRow.act == UpdateRefused.act, AuditRow.subject == str(run.id))
    found: dict[int, list[EnvoyName]] = {}
    for facts in session.scalars(told):
        name = EnvoyName(facts["envoy"])
        if caller.role == ADMIN or name == caller.envoy_name:
            found.setdefault(facts["round"], []).append(name)
    return found


def _returned(session: Session, rounds: Sequence[int]) -> Mapping[int, Collection[int]]:
    """Give of each open round who has returned, as a set that tells who has not."""
    returned = select(ContributionRow.round_id, ContributionRow.envoy_id).where(ContributionRow.round_id.in_(rounds))
    found: dict[int, set[int]] = {}
    for round_id, envoy_id in session.execute(returned):
        found.setdefault(round_id, set()).add(envoy_id)
    return found


def _awaited(run: RunRow, row: RoundRow, known: _Known) -> list[EnvoyName]:
    if row.closing is not None:
        return []
    come = known.returned.get(row.id, ())
    expected = (each for each in run.invitations if each.choice != "refuse" and each.envoy.disabled_at is None)
    return sorted_names(each.envoy.name for each in expected if each.envoy_id not in come)
