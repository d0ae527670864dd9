"""Which hospitals' files are no longer needed, by one rule: files alone; rows, lineage and the audit stay.

Needed, whatever its age, is the newest admitted version of each hospital and task as each definition of it had it, and
the one before it, which answers where a person takes the newest out; what waits in quarantine; what an open run's
rounds name. Kept beside it are each hospital's newest versions, as far as no period lets them go; the start that any
of these was trained from; every start before there was a version, and those of versions up to ``max_staleness`` behind
the current one, or newer. Files of global versions are never pruned: they are the lineage.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from contract.names import Digest, EnvoyName, TaskName
from contract.tasks import Task
from director.models.line import line_of
from director.records.ledger import Act
from director.records.run_schema import ContributionRow, RoundRow, RunRow
from director.records.schema import (
    EnvoyRow,
    StartRow,
    SubmissionFileRow,
    SubmissionRow,
)
from director.records.verdicts import ADMITTED, QUARANTINED, REJECTED
from director.retention_settings import NO_PERIODS, RetentionSettings, before
from director.submissions.quota import kept_by_hospital

_ENDED = ("finished", "closed")
_AT_ONCE = 500
_ANSWERING = 2
"""So many admitted versions stay, whatever their age: the one that answers, and the one that would in its place."""

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Rule:
    """What is kept; see the module.

    Args:
        versions: Of each hospital and task so many of the newest.
        max_staleness: How many versions behind the current one a start may lie.
        periods: How long, in days.
    """

    versions: int = 50
    max_staleness: int = 3
    periods: RetentionSettings = NO_PERIODS


class _Kept(NamedTuple):
    id: str
    envoy: EnvoyName
    envoy_id: int
    task: TaskName
    task_digest: Digest
    version: int | None
    verdict: str
    base: Digest
    created_at: datetime
    decision: Mapping[str, Any] | None

    @property
    def taken_out_at(self) -> datetime | None:
        """When a person took it out; None: nobody did."""
        if self.verdict != REJECTED:
            return None
        return datetime.fromisoformat(self.decision["decided_at"]) if self.decision else self.created_at


@dataclass(frozen=True)
class Pruning:
    """What the rule lets go.

    Args:
        versions: The versions whose files go.
        starts: The ids of the starts whose files go.
        files: The digests of all those files; another row may still name one.
        bytes: What the versions' files take, and the training logs.
        logs: The versions of which the training log alone goes.
        periods: What each setting, or period, lets go: its name → how many.
    """

    versions: Sequence[_Kept] = ()
    starts: Sequence[int] = ()
    files: frozenset[Digest] = field(default_factory=frozenset)
    bytes: int = 0
    logs: Sequence[_Kept] = ()
    periods: Mapping[str, int] = field(default_factory=dict)

    @property
    def by_hospital(self) -> Mapping[str, str]:
        """Hospital and task → the numbers of its versions, such as ``1-80, 83``."""
        return _by_hospital(self.versions)

    @property
    def logs_by_hospital(self) -> Mapping[str, str]:
        """The same of the versions of which the training log alone goes."""
        return _by_hospital(self.logs)

    def with_periods(self, others: Mapping[str, int]) -> "Pruning":
        """Say beside the files what further periods let go."""
        return replace(self, periods={**self.periods, **others})


def plan(session: Session, tasks: Collection[Task], rule: Rule, now: datetime | None = None) -> Pruning:
    """Find what the rule lets go.

    Args:
        session: A transaction.
        tasks: The tasks of this federation.
        rule: What stays.
        now: From when the periods count back; None: age alone lets nothing go.
    """
    versions = list(_with_files(session))
    needed = _needed(session, versions)
    why = dict(_why_they_go(versions, needed, rule, now))
    go = [each for each in versions if each.id in why]
    stay = [each for each in versions if each.id not in why]
    logs = tuple(_logs_that_go(session, stay, needed, before(now, rule.periods.training_log_days) if now else None))
    starts = list(_starts_that_go(session, tasks, {each.base for each in stay}, rule))
    files, size = set[Digest](), 0
    for digest, length in chain(_files_of(session, go), _files_of(session, logs, "log")):
        files.add(digest)
        size += length
    for row in starts:
        files |= {row.model_sha256, *([row.scaler_sha256] if row.scaler_sha256 else [])}
    periods = Counter({"training_log_days": len(logs), "max_staleness": len(starts), **Counter(why.values())})
    return Pruning(go, [row.id for row in starts], frozenset(files), size, logs, {**+periods})


def mark(act: Act, pruning: Pruning) -> None:
    """Write down that those files are kept no more."""
    session = act.session
    still: ColumnElement[bool] = SubmissionFileRow.pruned_at.is_(None)
    for some in _in_stretches([each.id for each in pruning.versions]):
        of_them = SubmissionFileRow.submission_id.in_(some)
        session.execute(update(SubmissionFileRow).where(of_them, still).values(pruned_at=act.now))
    still = and_(still, SubmissionFileRow.role == "log")
    for some in _in_stretches([each.id for each in pruning.logs]):
        of_them = SubmissionFileRow.submission_id.in_(some)
        session.execute(update(SubmissionFileRow).where(of_them, still).values(pruned_at=act.now))
    for ids in _in_stretches(pruning.starts):
        session.execute(update(StartRow).where(StartRow.id.in_(ids)).values(pruned_at=act.now))
    _count_anew(session, {each.envoy_id for each in chain(pruning.versions, pruning.logs)})


def _with_files(session: Session) -> Iterator[_Kept]:
    has_files = select(SubmissionFileRow.submission_id).where(SubmissionFileRow.pruned_at.is_(None))
    columns = (
        SubmissionRow.id,
        EnvoyRow.name,
        SubmissionRow.envoy_id,
        SubmissionRow.task,
        SubmissionRow.task_digest,
        SubmissionRow.version,
        SubmissionRow.verdict,
        SubmissionRow.base,
        SubmissionRow.created_at,
        SubmissionRow.decision,
    )
    query = select(*columns).join(EnvoyRow, EnvoyRow.id == SubmissionRow.envoy_id)
    newest_first = query.where(SubmissionRow.id.in_(has_files)).order_by(SubmissionRow.version.desc())
    return (_Kept(*row) for row in session.execute(newest_first))


def _needed(session: Session, versions: Sequence[_Kept]) -> set[str]:
    """Name the versions whose files stay whatever their age and their number; they come newest first."""
    in_open_runs = (
        select(ContributionRow.submission_id)
        .join(RoundRow, RoundRow.id == ContributionRow.round_id)
        .join(RunRow, RunRow.id == RoundRow.run_id)
        .where(RunRow.state.not_in(_ENDED))
    )
    needed = set(session.scalars(in_open_runs))
    admitted = Counter[tuple[int, str, str | None]]()
    for each in versions:
        if each.verdict == QUARANTINED:
            needed.add(each.id)
        elif each.verdict == ADMITTED:
            keys = ((each.envoy_id, each.task, None), (each.envoy_id, each.task, each.task_digest))
            if any(admitted[key] < _ANSWERING for key in keys):
                needed.add(each.id)
            admitted.update(keys)
    return needed


def _why_they_go(
    versions: Sequence[_Kept], needed: Collection[str], rule: Rule, now: datetime | None
) -> Iterator[tuple[str, str]]:
    """Give each version that goes, and the setting that lets it go; they come newest first."""
    came = before(now, rule.periods.version_days) if now else None
    taken_out = before(now, rule.periods.rejected_version_days) if now else None
    place = Counter[tuple[int, str]]()
    for each in versions:
        place[each.envoy_id, each.task] += 1
        if each.id in needed:
            continue
        if place[each.envoy_id, each.task] > rule.versions:
            yield each.id, "keep_versions"
        elif taken_out and each.taken_out_at and each.taken_out_at < taken_out:
            yield each.id, "rejected_version_days"
        elif came and each.created_at < came:
            yield each.id, "version_days"


def _logs_that_go(
    session: Session, stay: Sequence[_Kept], needed: Collection[str], came: datetime | None
) -> Iterator[_Kept]:
    """Give the versions that stay and are too old for their training logs; what is needed is shown with its log."""
    old = [each for each in stay if came and each.created_at < came and each.id not in needed]
    is_log = and_(SubmissionFileRow.role == "log", SubmissionFileRow.pruned_at.is_(None))
    for some in _in_stretches(old):
        of_them = select(SubmissionFileRow.submission_id).where(is_log)
        with_log = set(session.scalars(of_them.where(SubmissionFileRow.submission_id.in_([each.id for each in some]))))
        yield from (each for each in some if each.id in with_log)


def _files_of(session: Session, versions: Sequence[_Kept], role: str | None = None) -> Iterator[tuple[Digest, int]]:
    """Give the versions' files that are here, or those of one role, with their bytes."""
    here = select(SubmissionFileRow.sha256, SubmissionFileRow.bytes).where(SubmissionFileRow.pruned_at.is_(None))
    if role is not None:
        here = here.where(SubmissionFileRow.role == role)
    for some in _in_stretches([each.id for each in versions]):
        for row in session.execute(here.where(SubmissionFileRow.submission_id.in_(some))):
            yield row.sha256, row.bytes


def _starts_that_go(
    session: Session, tasks: Collection[Task], bases: Collection[Digest], rule: Rule
) -> Iterator[StartRow]:
    in_open_runs = set(
        session.scalars(
            select(RoundRow.start_id).join(RunRow, RunRow.id == RoundRow.run_id).where(RunRow.state.not_in(_ENDED))
        )
    )
    for task in tasks:
        line = line_of(session, task)
        newest = session.scalar(select(func.max(StartRow.id)).where(StartRow.task == task.name))
        of_versions = StartRow.global_version.is_not(None)
        for row in session.scalars(select(StartRow).where(StartRow.task == task.name, of_versions)):
            version = row.global_version or 0
            is_near = version > line.here or line.ages.get(version, rule.max_staleness + 1) <= rule.max_staleness
            is_used = row.id == newest or row.id in in_open_runs or row.base in bases
            if row.pruned_at is None and not (is_near or is_used):
                yield row


def _count_anew(session: Session, envoys: Collection[int]) -> None:
    kept = kept_by_hospital(session)
    for envoy in session.scalars(select(EnvoyRow).where(EnvoyRow.id.in_(envoys))):
        envoy.kept_versions, envoy.kept_bytes = kept.get(envoy.id, (0, 0))


def _in_stretches(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for place in range(0, len(items), _AT_ONCE):
        yield items[place : place + _AT_ONCE]


def _by_hospital(versions: Sequence[_Kept]) -> Mapping[str, str]:
    found: dict[str, list[int]] = {}
    for each in sorted(versions, key=lambda each: (each.envoy.folded, each.task, each.version)):
        found.setdefault(f"{each.envoy} {each.task}", []).append(each.version or 0)
    return {name: _ranges(numbers) for name, numbers in found.items()}


def _ranges(numbers: Sequence[int]) -> str:
    stretches: list[list[int]] = []
    for number in numbers:
        if stretches and number == stretches[-1][-1] + 1:
            stretches[-1][1:] = [number]
        else:
            stretches.append([number])
    return ", ".join("-".join(map(str, each)) for each in stretches)
