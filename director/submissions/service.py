"""What is done about hospitals' uploads, for the HTTP interface and the commands alike."""

from collections.abc import Sequence

from contract.messages.base import Page, Verdict
from contract.messages.envoys import EnvoyDescription
from contract.messages.uploads import PartReceived, Submission
from contract.names import Digest, EnvoyName, TaskName
from contract.parts import Parcel
from director.errors import UploadRejectedError
from director.members.access import Principal
from director.members.envoys import disable_envoy, enable_envoy, envoy_named
from director.records import verdicts
from director.records.ledger import Act, Ledger
from director.records.paging import EVERYTHING, Span
from director.records.prefixes import ids_beginning_with
from director.records.schema import SubmissionRow
from director.submissions import hospitals, kept
from director.submissions.events import UploadReleased, UploadWithdrawn
from director.submissions.intake import Intake
from director.submissions.parts import ArrivingPart, Parts
from director.tasks.catalogue import Catalogue
from director.tasks.service import Tasks


class Submissions:
    """Receives uploads, shows them, carries out a person's decisions; shows whose they are.

    Args:
        ledger: The rows.
        intake: Where uploads arrive.
        parts: Where parts arrive that are sent before their upload.
        tasks: Whose starts follow what counts.
        catalogue: The tasks of this federation.
    """

    def __init__(self, ledger: Ledger, intake: Intake, parts: Parts, tasks: Tasks, catalogue: Catalogue) -> None:
        self._ledger = ledger
        self._catalogue = catalogue
        self._intake = intake
        self._parts = parts
        self._tasks = tasks

    def receive(
        self, caller: Principal, envoy_name: EnvoyName, parcel: Parcel, key: str | None = None
    ) -> tuple[Submission, bool]:
        """Judge a parcel and keep it; what it names and leaves out is among the parts that came before.

        Raises as ``Parts.completed`` and ``Intake.receive``.
        """
        whole = self._parts.completed(caller, envoy_name, parcel)
        try:
            answer = self._intake.receive(caller, envoy_name, whole, key)
        except UploadRejectedError:
            self._parts.forget(envoy_name, whole)
            raise
        self._parts.forget(envoy_name, whole)
        return answer

    def received_of_part(self, caller: Principal, envoy_name: EnvoyName, digest: Digest) -> PartReceived:
        """Say how much of a part is here; raises as ``Parts.received``."""
        return self._parts.received(caller, envoy_name, digest)

    def expect_part(self, caller: Principal, envoy_name: EnvoyName, digest: Digest, content_range: str) -> ArrivingPart:
        """Let a hospital send the next bytes of a part; raises as ``Parts.expect``."""
        return self._parts.expect(caller, envoy_name, digest, content_range)

    def ids_beginning_with(self, text: str) -> Sequence[str]:
        """Give the submissions whose ids begin so; at most a few."""
        with self._ledger.read() as session:
            return ids_beginning_with(session, SubmissionRow.id, text)

    def list(
        self,
        caller: Principal,
        *,
        envoy_name: EnvoyName | None,
        task: TaskName | None,
        verdict: Verdict | None,
        limit: int,
        cursor: str | None,
        span: Span = EVERYTHING,
    ) -> Page[Submission]:
        """List submissions with their verdicts, newest first; a hospital sees its own."""
        with self._ledger.read() as session:
            return kept.list_submissions(
                session,
                caller,
                envoy_name=envoy_name,
                task=task,
                verdict=verdict,
                limit=limit,
                cursor=cursor,
                span=span,
            )

    def get(self, caller: Principal, submission_id: str) -> Submission:
        """Show one submission with its checks.

        Raises:
            NotFoundError: There is none that the caller may see.
        """
        with self._ledger.read() as session:
            return kept.describe_submission(kept.submission_with_id(session, submission_id, caller))

    def decide(self, caller: Principal, choice: verdicts.Choice, submission_id: str, reason: str) -> Submission:
        """Let a model in quarantine count from now on, or take a model out for good.

        Raises:
            NotFoundError: There is no such submission.
            ConflictError: As ``verdicts.decide``.
        """
        with self._ledger.act(caller.actor) as act:
            return self.decide_within(act, caller, choice, submission_id, reason)

    def decide_within(
        self, act: Act, caller: Principal, choice: verdicts.Choice, submission_id: str, reason: str
    ) -> Submission:
        """Decide as a part of an act that is more than that; raises as ``decide``."""
        row = kept.submission_with_id(act.session, submission_id, caller)
        verdicts.decide(row, choice, reason, by=act.actor, at=act.now)
        kind = UploadReleased if choice == "released" else UploadWithdrawn
        act.tell(kind(envoy=row.envoy.name, submission=row.id, task=row.task, version=row.version or 0, reason=reason))
        return kept.describe_submission(row)

    def list_hospitals(
        self, caller: Principal, *, limit: int, cursor: str | None, span: Span = EVERYTHING
    ) -> Page[EnvoyDescription]:
        """List the hospitals by name: a hospital sees itself, an analyst sees names and current versions."""
        with self._ledger.read() as session:
            return hospitals.list_hospitals(session, self._catalogue, caller, limit=limit, cursor=cursor, span=span)

    def get_hospital(self, caller: Principal, name: EnvoyName) -> EnvoyDescription:
        """Describe one hospital.

        Raises:
            ForbiddenError: The caller is another hospital.
            UnknownEnvoyError: There is none of that name.
        """
        caller.require_envoy(name)
        with self._ledger.read() as session:
            return hospitals.describe_hospital(session, self._catalogue, envoy_named(session, name), caller)

    def disable_hospital(self, caller: Principal, name: EnvoyName) -> EnvoyDescription:
        """Disable a hospital: its tokens stop to hold, its models and statistics stop to count.

        Raises:
            UnknownEnvoyError: There is none of that name.
        """
        with self._ledger.act(caller.actor) as act:
            return self.disable_within(act, caller, name)

    def disable_within(self, act: Act, caller: Principal, name: EnvoyName) -> EnvoyDescription:
        """Disable a hospital as a part of an act that is more than that; raises as ``disable_hospital``."""
        row = disable_envoy(act, name)
        self._tasks.move_starts(act)  # its statistics no longer count
        return hospitals.describe_hospital(act.session, self._catalogue, row, caller)

    def enable_hospital(self, caller: Principal, name: EnvoyName) -> EnvoyDescription:
        """Let a disabled hospital take part again: its tokens that have not ended hold, its models and reports count.

        Raises:
            UnknownEnvoyError: There is none of that name.
        """
        with self._ledger.act(caller.actor) as act:
            row = enable_envoy(act, name)
            self._tasks.move_starts(act)  # its statistics count again
            return hospitals.describe_hospital(act.session, self._catalogue, row, caller)
