"""Who sees which event: the admin all of each, everybody else what the table says, and nothing that it does not say.

A hospital sees all of what is about itself, and its staff the same. Of what is about the whole federation each role
sees the facts that are named: never another hospital's digests, words or answers.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import Literal

from sqlalchemy.orm import Session

from contract.messages.base import Role
from contract.messages.events import ToldEvent
from director.members import events as members
from director.members.access import ADMIN, ANALYST, HOSPITAL, STAFF, Principal
from director.models import events as models
from director.proposals import events as proposals
from director.records import audit
from director.records.database import Database
from director.records.events import Event, Told, UnreadEvent
from director.rounds import events as rounds
from director.submissions import events as submissions
from director.tasks import events as tasks
from director.upkeep import events as upkeep

READ_AT_ONCE = 256
LOOKED_AT = 1000
"""Among so many of the newest events somebody's own are looked for."""


@dataclass(frozen=True)
class Sight:
    """Who sees an event beside the admin.

    Args:
        its_own: Whether the hospital, or the holder of the token, that it is about sees all of it.
        facts: Which of its facts whoever has a role sees; a role that is missing does not learn of it.
    """

    its_own: bool = False
    facts: Mapping[Role, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


ADMIN_ALONE = Sight()
ITS_OWN = Sight(its_own=True)


def _all(*facts: str) -> Sight:
    return Sight(facts={HOSPITAL: facts, ANALYST: facts})


SIGHTS: Mapping[type[Event], Sight] = {
    members.AccessDenied: ADMIN_ALONE,
    members.EnvoyAdded: ITS_OWN,
    members.CodeIssued: ITS_OWN,
    members.EnvoyDisabled: ITS_OWN,
    members.EnvoyEnabled: ITS_OWN,
    members.EnvoyWithdrawn: ITS_OWN,
    members.EnvoyExpected: ITS_OWN,
    members.TokenIssued: ITS_OWN,
    members.TokenIssuedAgain: ITS_OWN,
    members.TokenRotated: ITS_OWN,
    members.TokenRevoked: ITS_OWN,
    members.SessionOpened: ITS_OWN,
    members.SessionEnded: ITS_OWN,
    members.SignInLinkMade: ITS_OWN,
    tasks.TaskAdded: _all("digest"),
    tasks.TaskRetired: _all("digest"),
    tasks.StatisticsKept: ITS_OWN,
    tasks.StatisticsQuarantined: ITS_OWN,
    tasks.StatisticsAdmitted: ITS_OWN,
    tasks.StatisticsReleased: ITS_OWN,
    tasks.StatisticsWithdrawn: ITS_OWN,
    tasks.StartRenewed: Sight(facts={HOSPITAL: ("base", "model", "scaler", "version"), ANALYST: ("version",)}),
    tasks.StartRead: ADMIN_ALONE,
    submissions.UploadAdmitted: ITS_OWN,
    submissions.UploadRejected: ITS_OWN,
    submissions.UploadQuarantined: ITS_OWN,
    submissions.UploadReleased: ITS_OWN,
    submissions.UploadWithdrawn: ITS_OWN,
    models.ModelAggregated: _all("model", "scaler"),
    models.ModelPublished: _all("model"),
    models.BegunAnew: _all(),
    models.ModelAnswered: ITS_OWN,
    models.ModelRead: ADMIN_ALONE,
    models.ModelAliased: _all("alias"),
    models.ModelUnaliased: _all("alias"),
    models.ModelNoted: ADMIN_ALONE,
    models.ValidationSet: ADMIN_ALONE,
    rounds.RunOpened: Sight(
        facts={
            HOSPITAL: ("task", "rounds", "quorum", "strategy", "invited"),
            ANALYST: ("task", "rounds", "quorum", "strategy"),
        }
    ),
    rounds.InvitationAnswered: ITS_OWN,
    rounds.RunPaused: Sight(facts={HOSPITAL: ("reason",), ANALYST: ()}),
    rounds.RunResumed: _all(),
    rounds.RunFinished: _all(),
    rounds.RunClosed: Sight(facts={HOSPITAL: ("reason",), ANALYST: ()}),
    rounds.RoundOpened: Sight(
        facts={
            HOSPITAL: ("round", "task", "number", "attempt", "base", "closes_at"),
            ANALYST: ("round", "task", "number", "attempt", "closes_at"),
        }
    ),
    rounds.RoundExtended: _all("round", "closes_at"),
    rounds.UpdateReturned: Sight(its_own=True, facts={HOSPITAL: ("round", "envoy")}),
    rounds.UpdateRefused: ITS_OWN,
    rounds.ReturnsClosed: _all("round", "returned", "awaited"),
    rounds.RoundWaits: _all("round", "version"),
    rounds.RoundPublished: _all("round", "version"),
    rounds.RoundFailed: Sight(facts={HOSPITAL: ("round", "reason"), ANALYST: ("round",)}),
    rounds.QuiescenceBegan: Sight(facts={HOSPITAL: ()}),
    rounds.QuiescenceEnded: Sight(facts={HOSPITAL: ()}),
    proposals.ProposalMade: ADMIN_ALONE,
    proposals.ProposalApproved: ADMIN_ALONE,
    proposals.ProposalDeclined: ADMIN_ALONE,
    proposals.ProposalWithdrawn: ADMIN_ALONE,
    upkeep.StorePruned: ADMIN_ALONE,
    upkeep.BackupMade: ADMIN_ALONE,
    upkeep.BackupRestored: ADMIN_ALONE,
}
"""What an event's class says → who sees it; one that is not here is the admin's alone."""

_SEES_AS: Mapping[Role, Role] = {STAFF: HOSPITAL}
"""Who sees what another role sees."""


def seen_by(caller: Principal, told: Told) -> ToldEvent | None:
    """Give what a caller sees of an event; None: nothing."""
    event = told.event
    if caller.role == ADMIN:
        if isinstance(event, UnreadEvent):
            return _as_told(told, event.name, event.of, event.said, told.actor)
        return _as_told(told, event.act, event.subject, event.facts, told.actor)
    sight = SIGHTS.get(type(event), ADMIN_ALONE)
    if sight.its_own and _is_about(caller, event):
        return _as_told(told, event.act, event.subject, event.facts)
    shown = sight.facts.get(_sees_as(caller))
    if shown is None:
        return None
    return _as_told(
        told, event.act, event.subject, {name: value for name, value in event.facts.items() if name in shown}
    )


def newest_seen_by(session: Session, caller: Principal, most: int) -> list[ToldEvent]:
    """Give the newest events that a caller sees, newest first; looks back no further than ``LOOKED_AT``."""
    acts = None
    if caller.role != ADMIN:
        sees_as = _sees_as(caller)
        acts = [kind.act for kind, sight in SIGHTS.items() if sees_as in sight.facts or sight.its_own]
    with closing(audit.newest_told(session, acts, most if acts is None else LOOKED_AT)) as told:
        seen = (seen_by(caller, each) for each in told)
        newest = list(islice((each for each in seen if each is not None), most))
    return audit.with_persons(session, newest) if caller.role == ADMIN else newest


def _sees_as(caller: Principal) -> Role:
    return _SEES_AS.get(caller.role, caller.role)


def _is_about(caller: Principal, event: Event) -> bool:
    envoy = getattr(event, "envoy", None)
    if envoy is not None:
        return caller.envoy_name is not None and caller.envoy_name.folded == envoy.folded
    return getattr(event, "token_id", None) == caller.token_id


def _as_told(told: Told, act: str, subject: str, facts: Mapping[str, object], actor: str | None = None) -> ToldEvent:
    return ToldEvent.model_validate(
        {"seq": told.seq, "at": told.at, "actor": actor, "act": act, "subject": subject, "facts": facts}
    )


class EventReel:
    """Knows in memory how far the audit has come, and reads on from a place, a bounded stretch at a time.

    Args:
        database: The rows.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.newest = 0

    def concerns(self, event: Event) -> bool:
        """Tell whether an event may have changed it: each does."""
        return True

    def refresh(self, session: Session) -> None:
        """Learn how far the audit has come."""
        self.newest = audit.newest_seq(session)

    def place(self, after: int | None) -> int:
        """Give where to read on; None: from now on.

        A place that the audit has not come to, as after a restore, is now.
        """
        with self._database.read() as session:
            newest = audit.newest_seq(session)
        return newest if after is None else min(after, newest)

    def has_more(self, place: int) -> Literal[True] | None:
        """Tell, from memory, whether anything was told after a place."""
        return True if self.newest > place else None

    def after(self, place: int) -> Sequence[Told]:
        """Read the next stretch."""
        with self._database.read() as session:
            return audit.told_after(session, place, READ_AT_ONCE)
