"""Updates as they return: each to the round that it was trained for, late ones by the run's declared rule."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages.uploads import UploadMetadata
from contract.names import EnvoyName
from director.errors import BaseUnknownError, ConflictError, NotFoundError, RoundClosedError
from director.members.access import Principal
from director.members.envoys import envoy_named
from director.records.ledger import Act, Ledger
from director.records.run_schema import ContributionRow, InvitationRow, RoundRow
from director.records.schema import EnvoyRow, SubmissionRow
from director.records.verdicts import OUT
from director.rounds import transitions
from director.rounds.deadlines import returns_of
from director.rounds.events import UpdateRefused, UpdateReturned


class RoundReturns:
    """Takes updates for rounds: what ``director.submissions.intake.Returns`` asks for.

    Args:
        ledger: The rows.
        max_staleness: How many rounds late an update may be carried.
    """

    def __init__(self, ledger: Ledger, max_staleness: int) -> None:
        self._ledger = ledger
        self._max_staleness = max_staleness

    def check(self, session: Session, envoy: EnvoyRow, metadata: UploadMetadata) -> None:
        """Refuse an update that no round takes, before anybody looks at its files; raises as ``_round_for``."""
        if metadata.round is not None:
            try:
                _round_for(session, envoy, metadata, metadata.round, self._max_staleness)
            except RoundClosedError:
                row = session.get(RoundRow, metadata.round)
                if row is None or row.run.late != "carry":  # one that was carried may come again: ``take`` knows it
                    raise

    def take(self, act: Act, submission: SubmissionRow, metadata: UploadMetadata) -> None:
        """Take a kept upload as its hospital's update; the last one that is missing closes the round. Raises likewise.

        The same again changes nothing.
        """
        if metadata.round is None:
            return
        envoy = submission.envoy
        if _was_carried(act.session, submission, metadata.round):
            return
        row = _round_for(act.session, envoy, metadata, metadata.round, self._max_staleness)
        earlier = act.session.get(ContributionRow, (row.id, envoy.id))
        if earlier is not None:
            if earlier.submission_id != submission.id:
                raise ConflictError(
                    f"{envoy.name} has returned another update in round {row.number} of run {row.run_id}.",
                    hint="One update of a hospital counts in a round: wait for the next round.",
                    round=row.id,
                )
            return
        if submission.verdict in OUT:
            raise ConflictError(
                "This very update was rejected by a person.", hint="Ask the consortium's admin why.", round=row.id
            )
        if row.state != "collecting":  # it stands in the round already that was closed with it
            raise _too_late(row)
        row.contributions.append(
            ContributionRow(
                round_id=row.id,
                envoy_id=envoy.id,
                submission_id=submission.id,
                envoy=envoy,
                cohort=metadata.cohort,
                returned_at=act.now,
            )
        )
        act.session.flush()
        act.tell(
            UpdateReturned(
                run=row.run_id,
                round=row.id,
                envoy=envoy.name,
                submission=submission.id,
                changed_cohort=has_changed(_invitation(row, envoy), metadata.cohort),
                late=row.id != metadata.round,
            )
        )
        if returns_of(row).due(act.now):
            transitions.close_due(act, row)

    def note_refused(self, caller: Principal, envoy_name: EnvoyName, metadata: UploadMetadata) -> None:
        """Put on record that an update came too late."""
        with self._ledger.act(caller.actor) as act:
            row = act.session.get(RoundRow, metadata.round)
            if row is not None:
                name = envoy_named(act.session, envoy_name).name
                act.tell(UpdateRefused(run=row.run_id, round=row.id, envoy=name))


def _was_carried(session: Session, submission: SubmissionRow, named: int) -> bool:
    """Tell whether an update that came too late for its round was taken for a later one."""
    row = session.get(RoundRow, named)
    if row is None or row.state == "collecting":
        return False
    later = (RoundRow.run_id == row.run_id, RoundRow.id > named, ContributionRow.submission_id == submission.id)
    taken = select(ContributionRow.round_id).join(RoundRow, RoundRow.id == ContributionRow.round_id)
    return session.scalars(taken.where(*later)).first() is not None


def has_changed(invitation: InvitationRow | None, cohort: str | None) -> bool:
    """Tell whether a hospital trained on other patients than it took part with."""
    return invitation is not None and cohort is not None and invitation.cohort not in (None, cohort)


def _round_for(session: Session, envoy: EnvoyRow, metadata: UploadMetadata, named: int, max_staleness: int) -> RoundRow:
    """Find the round that takes an update: the one that it names, or of a run that carries late ones the one now open.

    Raises:
        NotFoundError: There is no such round.
        ConflictError: It is of another task, or this hospital takes no part in it.
        BaseUnknownError: The update was trained from something else than the round's base.
        RoundClosedError: It came too late.
    """
    row = session.get(RoundRow, named)
    if row is None or row.run.task != metadata.task:
        raise NotFoundError(f"There is no round {named} of task {metadata.task}.", hint="See GET /rounds/{n}.")
    invitation = _invitation(row, envoy)
    if invitation is None or invitation.choice != "take_part":
        why = "was not invited to" if invitation is None else "has not said that it takes part in"
        raise ConflictError(
            f"{envoy.name} {why} run {row.run_id}.",
            hint=f"Answer the invitation first (POST /runs/{row.run_id}/answers).",
            round=named,
        )
    if metadata.base != row.start.base:
        raise BaseUnknownError(
            f"The update was not trained from the base of round {row.number} of run {row.run_id}.",
            hint="Ask what to train from (GET /envoys/{envoy_name}/work).",
            base=metadata.base,
            round=named,
        )
    if row.state == "collecting" or session.get(ContributionRow, (row.id, envoy.id)) is not None:
        return row
    if row.run.late == "carry":
        latest = transitions.newest_round(session, row.run)
        is_open = latest is not None and latest.state == "collecting" and latest.id > row.id
        is_fresh = latest is not None and latest.number - row.number <= max_staleness
        # an older step than one that has returned since is in nobody's way
        if latest is not None and is_open and is_fresh and not _has_returned_since(session, envoy, row):
            return latest
    raise _too_late(row)


def _has_returned_since(session: Session, envoy: EnvoyRow, row: RoundRow) -> bool:
    """Tell whether a hospital has returned something in a later round of the run."""
    later = select(ContributionRow.round_id).join(RoundRow, RoundRow.id == ContributionRow.round_id)
    later = later.where(RoundRow.run_id == row.run_id, RoundRow.id > row.id, ContributionRow.envoy_id == envoy.id)
    return session.scalars(later.limit(1)).first() is not None


def _too_late(row: RoundRow) -> RoundClosedError:
    return RoundClosedError(
        f"Round {row.number} of run {row.run_id} takes no further update: it is {row.state}.",
        hint="Take part in the next round; this update is not used.",
        run=row.run_id,
        round=row.id,
    )


def _invitation(row: RoundRow, envoy: EnvoyRow) -> InvitationRow | None:
    return next((each for each in row.run.invitations if each.envoy_id == envoy.id), None)
