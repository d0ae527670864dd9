"""What waits for a second admin, for the HTTP interface and the commands alike.

Two admins are two persons: two tokens alone don't prove that. Whoever works on the data folder has everything, and is
not asked for a second one.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import and_, select

from contract.messages.base import Page
from contract.messages.envoys import EnvoyDescription
from contract.messages.global_models import GlobalModel
from contract.messages.proposals import Proposal, ProposalState, ProposedAct
from contract.messages.statistics import StatisticsDescription
from contract.messages.uploads import Submission
from contract.names import EnvoyName, TaskName
from director.errors import ConflictError, ForbiddenError
from director.members.access import Principal
from director.members.holders import TokenHolder
from director.models.service import Models
from director.proposals.acts import Acts, Asked, Disabling, ModelRelease, Publication, ReportRelease, read, written
from director.proposals.events import ProposalApproved, ProposalDeclined, ProposalMade, ProposalWithdrawn
from director.proposals.kept import (
    NAMED,
    decide,
    describe_proposal,
    is_in,
    is_own,
    nobody_named,
    open_proposal,
    person_of,
    proposal_with_number,
    require_standing,
)
from director.records.ledger import Act, Ledger
from director.records.paging import EVERYTHING, Span, page_of
from director.records.proposal_schema import ProposalRow
from director.submissions.service import Submissions
from director.tasks.catalogue import Catalogue
from director.tasks.service import Tasks

_Done = TypeVar("_Done")


@dataclass(frozen=True)
class SecondAdmin:
    """What takes one.

    Args:
        acts: The acts that wait for one.
        holds: How long a proposal can be approved.
    """

    acts: Collection[ProposedAct]
    holds: timedelta


class Proposals:
    """Does an admin's act, or keeps it until another admin approves it.

    Args:
        ledger: The rows.
        catalogue: The tasks of this federation.
        models: Publishes.
        submissions: Releases models, disables hospitals.
        tasks: Releases reports.
        second: What takes a second admin.
    """

    def __init__(
        self,
        ledger: Ledger,
        catalogue: Catalogue,
        models: Models,
        submissions: Submissions,
        tasks: Tasks,
        second: SecondAdmin,
    ) -> None:
        self._ledger = ledger
        self._models = models
        self._submissions = submissions
        self._tasks = tasks
        self._acts = Acts(catalogue, models, submissions, tasks)
        self._second = second

    def publish(
        self, caller: Principal, task_name: TaskName, version: int, reason: str | None
    ) -> GlobalModel | Proposal:
        """Make a version the current one, or propose it; raises as ``Models.publish`` and ``propose``."""
        if self._waits(caller, "publish"):
            asked = Publication(task_name, version)
            return self._propose(
                caller, asked, reason, lambda act: self._models.publish_within(act, task_name, version, reason)
            )
        return self._models.publish(caller, task_name, version, reason)

    def release(self, caller: Principal, submission_id: str, reason: str) -> Submission | Proposal:
        """Let a model in quarantine count, or propose it; raises as ``Submissions.decide`` and ``propose``."""
        if self._waits(caller, "release"):
            return self._propose(
                caller,
                ModelRelease(submission_id),
                reason,
                lambda act: self._submissions.decide_within(act, caller, "released", submission_id, reason),
            )
        return self._submissions.decide(caller, "released", submission_id, reason)

    def release_statistics(
        self, caller: Principal, envoy_name: EnvoyName, task_name: TaskName, version: int, reason: str
    ) -> StatisticsDescription | Proposal:
        """Let a report in quarantine count, or propose it; raises as ``Tasks.decide_statistics`` and ``propose``."""
        if self._waits(caller, "release"):
            return self._propose(
                caller,
                ReportRelease(envoy_name, task_name, version),
                reason,
                lambda act: self._tasks.decide_statistics_within(
                    act, "released", envoy_name, task_name, version, reason
                ),
            )
        return self._tasks.decide_statistics(caller, "released", envoy_name, task_name, version, reason)

    def disable_hospital(self, caller: Principal, name: EnvoyName) -> EnvoyDescription | Proposal:
        """Disable a hospital, or propose it; raises as ``Submissions.disable_hospital`` and ``propose``."""
        if self._waits(caller, "disable"):
            return self._propose(
                caller, Disabling(name), None, lambda act: self._submissions.disable_within(act, caller, name)
            )
        return self._submissions.disable_hospital(caller, name)

    def approve(self, caller: Principal, number: int) -> Proposal:
        """Approve what another admin proposed: it is done in the same act, as if it were asked now.

        Where it can't be done any more nothing is, and the proposal stays open: decline it.

        Raises:
            NotFoundError: There is no such proposal.
            ConflictError: It is decided, its time is up, or it stands no more.
            ForbiddenError: It is the caller's own, or the token does not say whose it is.
            FederationError: As the act itself.
        """
        with self._ledger.act(caller.actor) as act:
            row = open_proposal(act.session, number, act.now)
            person = person_of(act.session, caller)
            if is_own(row, caller, person):
                raise ForbiddenError(
                    "You proposed this yourself: another admin approves it.",
                    hint=f"Ask one who has a token of their own; or decline it, which withdraws it. {NAMED}",
                    proposal=number,
                )
            if person is None:
                raise nobody_named("approve")
            asked = self._standing(act, row)
            decide(row, "approved", act, person)
            act.tell(ProposalApproved(proposal=row.id, what=row.act, of=row.subject, proposed_by=row.proposed_by))
            self._acts.do(act, caller, asked, row.reason)
            return describe_proposal(row, caller, person, act.now)

    def decline(self, caller: Principal, number: int, reason: str) -> Proposal:
        """Decline what another admin proposed, or withdraw one's own; nothing else is done.

        Raises:
            NotFoundError: There is no such proposal.
            ConflictError: It is decided, or its time is up.
        """
        with self._ledger.act(caller.actor) as act:
            row = open_proposal(act.session, number, act.now)
            person = person_of(act.session, caller)
            if is_own(row, caller, person):
                decide(row, "withdrawn", act, person, reason)
                act.tell(ProposalWithdrawn(proposal=row.id, what=row.act, of=row.subject, reason=reason))
            else:
                decide(row, "declined", act, person, reason)
                act.tell(
                    ProposalDeclined(
                        proposal=row.id, what=row.act, of=row.subject, proposed_by=row.proposed_by, reason=reason
                    )
                )
            return describe_proposal(row, caller, person, act.now)

    def list(
        self,
        caller: Principal,
        state: ProposalState | None,
        *,
        limit: int,
        cursor: str | None,
        span: Span = EVERYTHING,
    ) -> Page[Proposal]:
        """List what was proposed, newest first."""
        now = self._ledger.clock()
        with self._ledger.read() as session:
            person, query = person_of(session, caller), select(ProposalRow)
            if state is not None:
                query = query.where(is_in(state, now))
            return page_of(
                session,
                query,
                (ProposalRow.id,),
                lambda row: describe_proposal(row, caller, person, now),
                limit=limit,
                cursor=cursor,
                newest_first=True,
                at=ProposalRow.proposed_at,
                span=span,
            )

    def get(self, caller: Principal, number: int) -> Proposal:
        """Show one proposal.

        Raises:
            NotFoundError: There is no such proposal.
        """
        with self._ledger.read() as session:
            row = proposal_with_number(session, number)
            return describe_proposal(row, caller, person_of(session, caller), self._ledger.clock())

    def _standing(self, act: Act, row: ProposalRow) -> Asked:
        """Give what a proposal asks for, where it can still be approved.

        Raises:
            ConflictError: The token that proposed it was revoked, or it would take back what was done since.
        """
        require_standing(act.session, row)
        asked = read(row.act, row.request)
        self._acts.require_meant(act.session, asked, row.proposed_at)
        return asked

    def _waits(self, caller: Principal, what: ProposedAct) -> bool:
        return what in self._second.acts and isinstance(caller.actor, TokenHolder)

    def _propose(
        self, caller: Principal, asked: Asked, reason: str | None, do: Callable[[Act], _Done]
    ) -> _Done | Proposal:
        """Keep an act until another admin approves it; the same again by the same person changes nothing.

        What is so already waits for nobody: it would be done once it is so no more.

        Raises:
            ForbiddenError: The token does not say whose it is: nobody could approve it.
            ConflictError: The act waits already, proposed by another, or otherwise.
            CallerError: As the act itself, where it could not be done now either.
        """
        with self._ledger.act(caller.actor) as act:
            person = person_of(act.session, caller)
            if person is None:
                raise nobody_named("propose")
            asked = self._acts.require_possible(act.session, caller, asked, reason)
            if self._acts.is_so(act.session, asked):
                return do(act)
            same = and_(ProposalRow.act == asked.act, ProposalRow.subject == asked.subject, is_in("open", act.now))
            row = act.session.scalars(select(ProposalRow).where(same)).first()
            if row is None:
                row = ProposalRow(
                    act=asked.act,
                    subject=asked.subject,
                    request=written(asked),
                    reason=reason,
                    state="open",
                    token_id=caller.token_id,
                    proposed_by=act.actor,
                    person=person,
                    proposed_at=act.now,
                    expires_at=act.now + self._second.holds,
                )
                act.session.add(row)
                act.session.flush()
                act.tell(ProposalMade(proposal=row.id, what=row.act, of=row.subject, reason=reason))
            elif not is_own(row, caller, person) or row.reason != reason:
                raise ConflictError(
                    f"Proposal {row.id} by {row.person} waits for a second admin already, and asks for this.",
                    hint=f"Approve or decline that one (POST /proposals/{row.id}/approve, or …/decline).",
                    proposal=row.id,
                )
            else:
                self._standing(act, row)  # else it could not be approved, and whoever asks again is to know
            return describe_proposal(row, caller, person, act.now)
