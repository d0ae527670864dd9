"""Events in order, and the rows that they speak of → what a tracker has to hold. Reads only; knows no tracker.

Told the same events again it says the same again: what was cut off half-way is told once more, and nothing is there
twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.names import TaskName
from director.members.access import ANALYST, Principal
from director.members.events import EnvoyWithdrawn
from director.models.aliases import aliases_in
from director.models.departures import learned_from
from director.models.events import BegunAnew, ModelAggregated, ModelAliased, ModelPublished, ModelUnaliased
from director.models.publishing import was_published
from director.models.versions import as_seen_by, describe_version, version_of
from director.records import audit
from director.records.events import Told
from director.records.run_schema import RoundRow, RunRow
from director.records.schema import GlobalModelRow
from director.rounds.events import (
    RoundPublished,
    RunClosed,
    RunEvent,
    RunFinished,
    RunOpened,
    RunPaused,
    RunResumed,
)
from director.rounds.transitions import version_of_round
from director.tasks.catalogue import Catalogue
from director.tracking.growing import GrowingFamily
from director.tracking.points import MOST_CHILDREN, Measured
from director.tracking.tracked import Ending, Projection, Registration

_READER = Principal("tracker", ANALYST)
"""Whoever looks into a tracker learns no more of a version than an analyst does."""
_ENDINGS: Mapping[str, Ending] = {"finished": "finished", "closed": "closed"}
"""A run's state → how it ended."""


class Projector:
    """Says what a tracker has to hold of a task.

    Args:
        session: Reads one consistent state.
        catalogue: The tasks of this federation.
        task: The task.
    """

    def __init__(self, session: Session, catalogue: Catalogue, task: TaskName) -> None:
        self._session = session
        self._catalogue = catalogue
        self._task = task
        self._families: dict[str, GrowingFamily] = {}
        self._registered: dict[int, GlobalModelRow] = {}
        self._dropped: set[str] = set()
        self._moves_aliases = False

    def project(self, told: Iterable[Told], *, only: str | None = None, is_whole: bool = False) -> Projection:
        """Go through events in order.

        Args:
            told: What happened.
            only: A family's key, where nothing else is asked for.
            is_whole: Whether these are all events from the first one on.
        """
        for each in told:
            match each.event:
                case RunOpened() | RunPaused() | RunResumed() | RoundPublished() | RunFinished() | RunClosed():
                    self._follow_run(each, each.event, only)
                case ModelAggregated() if each.event.task == self._task:
                    self._follow_aggregate(each, each.event, only)
                case ModelPublished() | ModelAliased() if each.event.task == self._task and only is None:
                    self._register(self._version(each.event.version))
                case EnvoyWithdrawn() if only is None:
                    self._mark(each.event)
                case BegunAnew() if each.event.task == self._task and only is None:
                    self._moves_aliases = True
                case ModelUnaliased() if each.event.task == self._task and only is None:
                    self._moves_aliases = True
                    self._dropped.add(each.event.alias)
                case _:
                    pass
        aliases = self._aliases() if self._moves_aliases else None
        return Projection(
            task=self._task,
            families=[family.grown(is_whole=is_whole) for family in self._families.values()],
            registrations=[self._registration(row) for row in self._registered.values()],
            aliases=aliases,
            dropped_aliases=frozenset(self._dropped.difference(aliases or ())),
        )

    def _follow_run(self, told: Told, event: RunEvent, only: str | None) -> None:
        run = self._session.get(RunRow, event.run)
        if run is None or run.task != self._task or only not in (None, _key_of_run(run.id)):
            return
        family = self._family_of_run(run)
        if isinstance(event, RunOpened):
            family.is_begun_here = True
        if isinstance(event, RoundPublished):
            row = self._session.get_one(RoundRow, event.round)
            version = version_of_round(self._session, row)
            if version is not None:
                family.add(_measured(version, row.number, told.at))
        if isinstance(event, RunFinished | RunClosed) and run.ended_at is not None:
            for name in self._who_took_part(run):
                family.part(name)
            family.end(_ENDINGS[run.state], run.ended_at)

    def _family_of_run(self, run: RunRow) -> GrowingFamily:
        key = _key_of_run(run.id)
        if key not in self._families:
            asked = {
                "strategy": run.strategy,
                "rounds": run.rounds,
                "quorum": run.quorum,
                "deadline_seconds": run.deadline_seconds,
                "late": run.late,
                "seed": run.seed,
                "patience": run.patience,
                "invited": len(run.invitations),
                **{f"strategy.{name}": value for name, value in run.parameters.items()},
            }
            tags = {"run": str(run.id), "state": run.state, "reason": run.reason or ""}
            has_parts = len(run.invitations) <= MOST_CHILDREN
            self._families[key] = GrowingFamily(
                key, f"{key}, {run.strategy}", run.opened_at, asked, tags, has_parts=has_parts
            )
        return self._families[key]

    def _who_took_part(self, run: RunRow) -> Sequence[str]:
        of_run = select(GlobalModelRow.inputs).join(RoundRow, GlobalModelRow.round_id == RoundRow.id)
        rows = self._session.scalars(of_run.where(RoundRow.run_id == run.id, RoundRow.state == "published"))
        return sorted({each["envoy_name"] for inputs in rows for each in inputs})

    def _follow_aggregate(self, told: Told, event: ModelAggregated, only: str | None) -> None:
        row = self._version(event.version)
        self._moves_aliases = self._moves_aliases or only is None  # the newest version is the challenger
        key = _key_of(self._session, row)
        if row.round_id is not None or only not in (None, key):
            return
        asked = {
            "strategy": row.strategy,
            "scaler": row.scaler,
            "parent": row.parent,
            **{f"strategy.{name}": value for name, value in row.parameters.items()},
        }
        tags = {"version": str(row.version), "sha256": row.digest_of("model")}
        has_parts = len(row.inputs) <= MOST_CHILDREN
        name = f"aggregate {row.version}, {row.strategy}"
        family = GrowingFamily(key, name, told.at, asked, tags, has_parts=has_parts)
        family.is_begun_here = True
        family.add(_measured(row, row.version, told.at))
        family.end("finished", told.at)
        self._families[key] = family

    def _register(self, row: GlobalModelRow) -> None:
        self._registered[row.version] = row
        self._moves_aliases = True

    def _mark(self, event: EnvoyWithdrawn) -> None:
        """Let those versions that are registered say that they learned from a hospital which has left."""
        for version in event.learned.get(self._task, ()):
            row = self._version(version)
            if was_published(self._session, row):
                self._registered[version] = row

    def _aliases(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for row_id, aliases in aliases_in(self._session, self._catalogue, self._task).items():
            row = self._session.get_one(GlobalModelRow, row_id)
            self._registered.setdefault(row.version, row)
            found |= dict.fromkeys(map(str, aliases), row.version)
        return found

    def _version(self, version: int) -> GlobalModelRow:
        return version_of(self._session, self._task, version)

    def _registration(self, row: GlobalModelRow) -> Registration:
        seen = as_seen_by(_READER, describe_version(self._session, row, self._catalogue))
        card = seen.model_copy(update={"published": False, "waiting": False, "answers": [], "aliases": []})
        subject = f"{row.task} {row.version}"
        entry = audit.first_of(self._session, ModelPublished.act, subject)
        made = audit.first_of(self._session, ModelAggregated.act, subject)
        tags = {
            "version": str(row.version),
            "sha256": row.digest_of("model"),
            "scaler_sha256": row.digest_of("scaler"),
            "strategy": row.strategy,
            "audit_entry": str(entry or made or ""),
        }
        gone = learned_from(self._session, row.task).get(row.version, ())
        tags |= {"withdrawn": ", ".join(gone)} if gone else {}
        family = _key_of(self._session, row)
        return Registration(self._task, row.version, family, card.model_dump_json(indent=2), tags, seen.notice)


def begin_of(session: Session, task: TaskName, family: str) -> int:
    """Say at which record a family begins: before it nothing was told of it; 1: nothing on record says so."""
    kind, _, number = family.partition(" ")
    if kind == "run":
        return audit.first_of(session, RunOpened.act, number) or 1
    return audit.first_of(session, ModelAggregated.act, f"{task} {number}") or 1


def _measured(row: GlobalModelRow, step: int, at: datetime) -> Measured:
    return Measured(
        step=step,
        at=at,
        inputs={each["envoy_name"]: each for each in row.inputs},
        metrics=row.metrics,
        held_out=row.held_out,
        num_examples=row.num_examples,
    )


def _key_of(session: Session, row: GlobalModelRow) -> str:
    if row.round_id is None:
        return f"version {row.version}"
    return _key_of_run(session.get_one(RoundRow, row.round_id).run_id)


def _key_of_run(run: int) -> str:
    return f"run {run}"
