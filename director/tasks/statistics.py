"""Hospitals' statistics: held against the task and against each other, kept, merged into the common scaler."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aggregation.counting import Claim, count
from aggregation.scaling import merge_scalers
from aggregation.screening import Bounds, screen_report
from contract.messages.base import Page
from contract.messages.decisions import Decision
from contract.messages.problems import Check
from contract.messages.statistics import StatisticsDescription, StatisticsReport
from contract.names import TaskName
from contract.scaler import ScalerState
from contract.tasks import Task
from director.errors import MalformedRequestError, NotFoundError
from director.members.access import ADMIN, Principal
from director.records import verdicts
from director.records.ledger import Act
from director.records.paging import EVERYTHING, Span, page_of
from director.records.schema import EnvoyRow, StatisticsRow
from director.records.verdicts import ADMITTED, GATE, OUT, QUARANTINED, follow_checks, may_be_quarantined
from director.tasks.events import StatisticsAdmitted, StatisticsKept, StatisticsQuarantined, StatisticsWithdrawn

MOST_REPORTS = 100
"""So many of a hospital's reports on a task are kept: the newest one counts, the others are for whoever looks back."""

_HOUSE = "director"
_DEFINED_ANEW = "The task has been defined anew."


def check_report(report: StatisticsReport, task: Task) -> None:
    """Hold a report against the task: no rows within the features' bounds could have other means or deviations.

    Raises:
        MalformedRequestError: Another number of features, or a value that no such rows have.
        ExamplesOutOfBoundsError: Fewer or more rows than the task takes.
    """
    columns = len(task.columns)
    if len(report.mean) != columns or len(report.m2) != columns:
        raise MalformedRequestError(
            f"mean and m2 must have {columns} values each.",
            hint=f"In the order of the task's columns (GET /tasks/{task.name}).",
        )
    task.require_examples(report.num_examples)
    column = task.impossible_moment(report.num_examples, report.mean, report.m2)
    if column is not None:
        raise MalformedRequestError(
            f"No {column.unit} between {column.minimum:g} and {column.maximum:g} have this mean and m2.",
            hint="m2 is the sum of squared deviations from the mean.",
            feature=column.name,
        )


def keep_report(act: Act, task: Task, envoy: EnvoyRow, report: StatisticsReport) -> tuple[StatisticsRow, bool]:
    """Keep a hospital's report; the same report again changes nothing (False)."""
    last = act.session.scalars(
        select(StatisticsRow)
        .where(StatisticsRow.envoy_id == envoy.id, StatisticsRow.task == task.name)
        .order_by(StatisticsRow.version.desc())
        .limit(1)
    ).first()
    mean, m2 = list(report.mean), list(report.m2)
    if (
        last is not None
        and not _was_of_another(last)
        and (last.num_examples, last.mean, last.m2) == (report.num_examples, mean, m2)
    ):
        return last, False
    row = StatisticsRow(
        envoy=envoy,
        task=task.name,
        version=last.version + 1 if last else 1,
        num_examples=report.num_examples,
        mean=mean,
        m2=m2,
        verdict=ADMITTED,
        checks=[],
        decision=None,
        created_at=act.now,
    )
    act.session.add(row)
    act.tell(StatisticsKept(envoy=envoy.name, task=task.name, version=row.version))
    _forget_old(act.session, row)
    return row, True


def _forget_old(session: Session, newest: StatisticsRow) -> None:
    """Drop a hospital's oldest reports, but for those that count or wait: each stays in the audit."""
    of_it = select(StatisticsRow).where(StatisticsRow.envoy_id == newest.envoy.id, StatisticsRow.task == newest.task)
    rows = session.scalars(of_it.order_by(StatisticsRow.version.desc())).unique().all()
    counting = next((row for row in rows[1:] if row.verdict == ADMITTED), None)
    for row in rows[MOST_REPORTS:]:
        if row is not counting and row.verdict != QUARANTINED:
            session.delete(row)


def withdraw_reports(act: Act, task: TaskName) -> None:
    """Take every report out of the common scaler, for the task asks for other numbers from now on."""
    rows = act.session.scalars(
        select(StatisticsRow).where(StatisticsRow.task == task, StatisticsRow.verdict.not_in(OUT))
    )
    for row in rows.unique().all():
        verdicts.decide(row, "rejected", _DEFINED_ANEW, by=_HOUSE, at=act.now)
        act.tell(
            StatisticsWithdrawn(envoy=row.envoy.name, task=row.task, version=row.version, reason=_DEFINED_ANEW),
            actor=_HOUSE,
        )


def screen_reports(act: Act, task: TaskName, bounds: Bounds) -> None:
    """Hold the hospitals' newest reports against each other; all of them anew, so that no order matters."""
    rows = _newest(act.session, task)
    reported = [scaler_of(row) for row in rows]
    for place, row in enumerate(rows):
        if not may_be_quarantined(row):
            continue
        checks = screen_report(reported[place], reported[:place] + reported[place + 1 :], bounds)
        if follow_checks(row, checks):
            kind = StatisticsQuarantined if row.verdict == QUARANTINED else StatisticsAdmitted
            failed = tuple(check.name for check in checks if not check.passed)
            act.tell(kind(envoy=row.envoy.name, task=task, version=row.version, failed=failed), actor=GATE)


def merged_scaler(session: Session, task: TaskName, bounds: Bounds, minimum_hospitals: int) -> ScalerState | None:
    """Merge the reports that count, each hospital's rows capped as its models are (``aggregation.counting``).

    Exact where no cap bites. None while fewer hospitals than the minimum have a report that counts.
    """
    rows = _counting(session, task)
    if len(rows) < max(1, minimum_hospitals):
        return None
    claims = [Claim(row.num_examples, row.num_examples, row.envoy.expected_examples) for row in rows]
    counts = count(claims, bounds.count_ratio)
    return merge_scalers([counted_as(scaler_of(row), each.counted) for row, each in zip(rows, counts, strict=True)])


def have_all_reported(session: Session, task: TaskName) -> bool:
    """Tell whether every enabled hospital has a report that is not out."""
    enabled = set(session.scalars(select(EnvoyRow.id).where(EnvoyRow.disabled_at.is_(None))))
    return enabled <= {row.envoy_id for row in _newest(session, task)}


def counted_as(scaler: ScalerState, number: int) -> ScalerState:
    """Let a scaler count with another number of rows; its mean and variance stay."""
    if number == scaler.num_examples:
        return scaler
    return ScalerState.from_moments(number, scaler.mean, tuple(variance * number for variance in scaler.variance))


def newest_counts(session: Session, task: TaskName) -> Mapping[int, int]:
    """Give hospital → the number of rows in its newest admitted report, also where a newer one waits in quarantine."""
    admitted = select(StatisticsRow.envoy_id, StatisticsRow.num_examples).where(
        StatisticsRow.task == task, StatisticsRow.verdict == ADMITTED
    )
    return {row.envoy_id: row.num_examples for row in session.execute(admitted.order_by(StatisticsRow.version))}


def newest_admitted(session: Session, envoy: EnvoyRow, task: TaskName) -> ScalerState | None:
    """Give a hospital's own scaler, as its newest report that counts says; None: there is none."""
    row = session.scalars(
        select(StatisticsRow)
        .where(StatisticsRow.envoy_id == envoy.id, StatisticsRow.task == task, StatisticsRow.verdict == ADMITTED)
        .order_by(StatisticsRow.version.desc())
        .limit(1)
    ).first()
    return scaler_of(row) if row is not None else None


def list_reports(
    session: Session,
    caller: Principal,
    task: TaskName | None,
    *,
    limit: int,
    cursor: str | None,
    span: Span = EVERYTHING,
) -> Page[StatisticsDescription]:
    """Give a page of the reports that the caller may see, newest first."""
    query = select(StatisticsRow).join(EnvoyRow, EnvoyRow.id == StatisticsRow.envoy_id)
    if caller.role != ADMIN:
        query = query.where(EnvoyRow.name == caller.envoy_name)
    if task is not None:
        query = query.where(StatisticsRow.task == task)
    key = (StatisticsRow.id,)
    return page_of(
        session,
        query,
        key,
        describe_report,
        limit=limit,
        cursor=cursor,
        newest_first=True,
        at=StatisticsRow.created_at,
        span=span,
    )


def report_of(session: Session, envoy: EnvoyRow, task: TaskName, version: int) -> StatisticsRow:
    """Find one report.

    Raises:
        NotFoundError: There is none.
    """
    row = session.scalars(
        select(StatisticsRow).where(
            StatisticsRow.envoy_id == envoy.id, StatisticsRow.task == task, StatisticsRow.version == version
        )
    ).first()
    if row is None:
        raise NotFoundError(f"{envoy.name} sent no statistics {version} of task {task}.", hint="See GET /statistics.")
    return row


def describe_report(row: StatisticsRow) -> StatisticsDescription:
    """Turn a row into the message."""
    return StatisticsDescription(
        envoy_name=row.envoy.name,
        task=row.task,
        version=row.version,
        num_examples=row.num_examples,
        mean=tuple(row.mean),
        m2=tuple(row.m2),
        verdict=row.verdict,
        checks=[Check.model_validate(check) for check in row.checks],
        decision=Decision.model_validate(row.decision) if row.decision else None,
        created_at=row.created_at,
    )


def _was_of_another(row: StatisticsRow) -> bool:
    """Tell whether a report is out because the task was defined anew; the same numbers may come again."""
    return row.decision is not None and row.decision["by"] == _HOUSE


def _counting(session: Session, task: TaskName) -> Sequence[StatisticsRow]:
    return [row for row in _newest(session, task) if row.verdict == ADMITTED]


def _newest(session: Session, task: TaskName) -> Sequence[StatisticsRow]:
    """Give each hospital's newest report that is not rejected, of hospitals that are not disabled."""
    newest = (
        select(StatisticsRow.envoy_id, func.max(StatisticsRow.version).label("version"))
        .where(StatisticsRow.task == task, StatisticsRow.verdict.not_in(OUT))
        .group_by(StatisticsRow.envoy_id)
        .subquery()
    )
    return (
        session.scalars(
            select(StatisticsRow)
            .join(newest, (StatisticsRow.envoy_id == newest.c.envoy_id) & (StatisticsRow.version == newest.c.version))
            .join(EnvoyRow, EnvoyRow.id == StatisticsRow.envoy_id)
            .where(StatisticsRow.task == task, EnvoyRow.disabled_at.is_(None))
            .order_by(EnvoyRow.folded_name)
        )
        .unique()
        .all()
    )


def scaler_of(row: StatisticsRow) -> ScalerState:
    """Turn a report into the scaler of its rows."""
    return ScalerState.from_moments(row.num_examples, tuple(row.mean), tuple(row.m2))
