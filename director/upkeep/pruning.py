"""What is no longer needed goes, by one rule: files alone; rows, lineage and the audit stay.

Kept are the files of each hospital's newest versions; of its newest admitted version of each task as each definition of
it had it; of what waits in quarantine; of what an open run's rounds name; the start that any of these was trained from;
every start before there was a version, and those of versions up to ``max_staleness`` behind the current one, or newer.
Files of global versions are never pruned: they are the lineage.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple, TypeVar

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from contract.names import Digest, EnvoyName, TaskName
from contract.tasks import Task
from director.models.line import line_of
from director.records.ledger import Act
from director.records.run_schema import ContributionRow, RoundRow, RunRow
from director.records.schema import (
    EnvoyRow,
    IdempotencyKeyRow,
    StartRow,
    SubmissionFileRow,
    SubmissionRow,
)
from director.records.verdicts import ADMITTED, QUARANTINED
from director.submissions.quota import kept_by_hospital

KEYS_KEPT = timedelta(days=30)
"""So long a request may be repeated under its key."""

_ENDED = ("finished", "closed")
_AT_ONCE = 500

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Rule:
    """What is kept; see the module.

    Args:
        versions: Of each hospital and task so many of the newest.
        max_staleness: How many versions behind the current one a start may lie.
    """

    versions: int = 50
    max_staleness: int = 3


class _Kept(NamedTuple):
    id: str
    envoy: EnvoyName
    envoy_id: int
    task: TaskName
    task_digest: Digest
    version: int | None
    verdict: str
    base: Digest


@dataclass(frozen=True)
class Pruning:
    """What the rule lets go.

    Args:
        versions: The versions whose files go.
        starts: The ids of the starts whose files go.
        files: The digests of all those files; another row may still name one.
        bytes: What the versions' files take.
    """

    versions: Sequence[_Kept] = ()
    starts: Sequence[int] = ()
    files: frozenset[Digest] = field(default_factory=frozenset)
    bytes: int = 0

    @property
    def by_hospital(self) -> Mapping[str, str]:
        """Hospital and task → the numbers of its versions, such as ``1-80, 83``."""
        found: dict[str, list[int]] = {}
        for each in sorted(self.versions, key=lambda each: (each.envoy.folded, each.task, each.version)):
            found.setdefault(f"{each.envoy} {each.task}", []).append(each.version or 0)
        return {name: _ranges(numbers) for name, numbers in found.items()}


def plan(session: Session, tasks: Collection[Task], rule: Rule) -> Pruning:
    """Find what the rule lets go."""
    versions = list(_with_files(session))
    needed = _needed(session, versions, rule)
    go = [each for each in versions if each.id not in needed]
    starts = list(_starts_that_go(session, tasks, {each.base for each in versions if each.id in needed}, rule))
    files, size = set[Digest](), 0
    for some in _in_stretches([each.id for each in go]):
        of_them = select(SubmissionFileRow.sha256, SubmissionFileRow.bytes).where(
            SubmissionFileRow.submission_id.in_(some)
        )
        for digest, length in session.execute(of_them):
            files.add(digest)
            size += length
    for row in starts:
        files |= {row.model_sha256, *([row.scaler_sha256] if row.scaler_sha256 else [])}
    return Pruning(go, [row.id for row in starts], frozenset(files), size)


def mark(act: Act, pruning: Pruning) -> int:
    """Write down that those files are kept no more, and drop old idempotency keys; gives how many there were."""
    session = act.session
    for some in _in_stretches([each.id for each in pruning.versions]):
        of_them = SubmissionFileRow.submission_id.in_(some)
        session.execute(update(SubmissionFileRow).where(of_them).values(pruned_at=act.now))
    for ids in _in_stretches(pruning.starts):
        session.execute(update(StartRow).where(StartRow.id.in_(ids)).values(pruned_at=act.now))
    _count_anew(session, {each.envoy_id for each in pruning.versions})
    old = IdempotencyKeyRow.created_at < act.now - KEYS_KEPT
    keys = session.scalar(select(func.count()).select_from(IdempotencyKeyRow).where(old)) or 0
    session.execute(delete(IdempotencyKeyRow).where(old))
    return keys


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
    )
    query = select(*columns).join(EnvoyRow, EnvoyRow.id == SubmissionRow.envoy_id)
    newest_first = query.where(SubmissionRow.id.in_(has_files)).order_by(SubmissionRow.version.desc())
    return (_Kept(*row) for row in session.execute(newest_first))


def _needed(session: Session, versions: Sequence[_Kept], rule: Rule) -> set[str]:
    """Name the versions whose files stay; they come newest first."""
    in_open_runs = (
        select(ContributionRow.submission_id)
        .join(RoundRow, RoundRow.id == ContributionRow.round_id)
        .join(RunRow, RunRow.id == RoundRow.run_id)
        .where(RunRow.state.not_in(_ENDED))
    )
    needed = set(session.scalars(in_open_runs))
    seen: dict[tuple[int, str], int] = {}
    answered = set[tuple[int, str, str | None]]()
    for each in versions:
        place = seen[each.envoy_id, each.task] = seen.get((each.envoy_id, each.task), 0) + 1
        is_first = False
        if each.verdict == ADMITTED:
            for key in ((each.envoy_id, each.task, None), (each.envoy_id, each.task, each.task_digest)):
                is_first = is_first or key not in answered
                answered.add(key)
        if place <= rule.versions or each.verdict == QUARANTINED or is_first:
            needed.add(each.id)
    return needed


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


def _ranges(numbers: Sequence[int]) -> str:
    stretches: list[list[int]] = []
    for number in numbers:
        if stretches and number == stretches[-1][-1] + 1:
            stretches[-1][1:] = [number]
        else:
            stretches.append([number])
    return ", ".join("-".join(map(str, each)) for each in stretches)
