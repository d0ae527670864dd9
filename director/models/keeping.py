"""How a draft becomes a version: its files kept, its row written, what failed set aside, the pointer moved.

Each is one act; what the draft rests on is asked once more in it.
"""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.orm import Session

from contract.messages.global_models import GlobalModel, ModelInput
from contract.names import Digest
from contract.parts import GlobalFileRole
from contract.tasks import Task
from director.errors import ConflictError
from director.members.holders import TokenHolder
from director.models import publishing, validation, versions
from director.models.aliases import aliases_in
from director.models.contributions import Making
from director.models.draft import Draft
from director.models.freshness import do_count, still_stands
from director.models.memory import remembered_as
from director.models.round_updates import has_round_of_another, require_no_round
from director.models.screened import Screened
from director.records import idempotency
from director.records.actors import Actor, HouseName
from director.records.blobs import BlobStore
from director.records.failpoints import reach
from director.records.ledger import Act, Ledger
from director.records.references import referred_digests
from director.records.schema import GlobalModelRow, SubmissionRow
from director.records.verdicts import ADMITTED, GATE, follow_checks, may_be_quarantined
from director.submissions.events import UploadQuarantined
from director.tasks.artifacts import Artifacts
from director.tasks.catalogue import Catalogue
from director.tasks.publications import current_global_model, published
from director.tasks.service import Tasks

_LATER = {"published", "stale", "waiting", "answers", "aliases", "note", "withdrawn"}
"""What becomes of a version after it was made: no word of it on its card."""


class Keeper:
    """Makes drafts versions, and versions the current one.

    Args:
        ledger: The rows.
        blobs: The files.
        catalogue: The tasks of this federation.
        tasks: Whose starts follow what is published.
        making: How versions are made and published.
    """

    def __init__(self, ledger: Ledger, blobs: BlobStore, catalogue: Catalogue, tasks: Tasks, making: Making) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._catalogue = catalogue
        self._tasks = tasks
        self._making = making

    def keep(
        self,
        actor: Actor | HouseName,
        artifacts: Artifacts,
        draft: Draft,
        *,
        key: str | None = None,
        as_asked: Sequence[str] = (),
        round_id: int | None = None,
        also: Callable[[Act, GlobalModelRow, bool], None] = lambda act, row, is_published: None,
    ) -> tuple[GlobalModel, bool] | None:
        """Make a draft a version; None: what it rests on is no longer so, and it must be computed anew.

        Args:
            actor: Who makes it.
            artifacts: The task's files.
            draft: It.
            key: The request's Idempotency-Key, and what was asked with it in ``as_asked``.
            as_asked: See there.
            round_id: The round that gives it.
            also: What else happens in the act that makes it, told the version and whether it is published.
        """
        task, inputs = draft.task, draft.lineage.inputs
        if len(inputs) < self._making.minimum_hospitals:
            raise ConflictError(
                f"{len(inputs)} hospitals would make this version, and it takes {self._making.minimum_hospitals}.",
                hint="Wait for more hospitals to upload; or lower minimum_hospitals, which shows more of each.",
            )
        files = _keep_files(artifacts, draft)
        reach("aggregate.kept")
        with self._ledger.act(actor, committed="pointer.committed") as act:
            earlier = idempotency.find(act.session, str(actor), key, as_asked)
            if earlier is not None:
                self._drop_unnamed(act, files)
                row = versions.version_of(act.session, task.name, int(earlier))
                return versions.describe_version(act.session, row, self._catalogue), True
            if round_id is None:
                require_no_round(act.session, task.name)  # one may have been opened meanwhile
            if not still_stands(act.session, task, draft):
                self._drop_unnamed(act, files)
                return None
            waiting = versions.same_as(act.session, draft, files["model"])
            if waiting is not None:
                self._drop_unnamed(act, files)
                again = self._looked_at_again(act, task, waiting, draft, waits=self._waits(actor, draft))
                if round_id is not None:
                    waiting.round_id = round_id  # it is what this round gives too
                    act.session.flush()
                also(act, waiting, again.published)
                return again, False
            if not all(self._blobs.has(digest) for digest in files.values()):
                _keep_files(artifacts, draft)  # a recovery may have taken them for orphans before this row named them
            version, is_published = versions.next_version(act.session, task.name), not self._waits(actor, draft)
            described = draft.described(version, act.now, files["model"], files["scaler"], is_published=is_published)
            card = described.model_dump_json(indent=2, exclude=_LATER).encode() + b"\n"
            row = versions.add_version(act, draft, version, {**files, "card": self._blobs.keep(card)[0]}, round_id)
            _quarantine(act, draft.lineage.quarantined)
            idempotency.keep(act, key, as_asked, str(version))
            if is_published:
                publishing.point_to(act, row)
                self._tasks.move_start(act, task, artifacts)
            act.session.flush()
            also(act, row, is_published)
            names = aliases_in(act.session, self._catalogue, task.name).get(row.id, [])
            reach("aggregate.written")
        notes = list(described.notes)
        if not is_published and self._making.publish == "at_once":
            notes.append(f"Global model {version} waits for a second admin: propose to publish it.")
        became = {"waiting": not is_published, "round": round_id, "aliases": names, "notes": notes}
        return described.model_copy(update=became), True

    def _looked_at_again(
        self, act: Act, task: Task, waiting: GlobalModelRow, draft: Draft, *, waits: bool
    ) -> GlobalModel:
        """Judge a version that waits by what is set now, where an aggregate comes to the same model once more."""
        waiting.held_out = draft.lineage.held_out.model_dump(mode="json") if draft.lineage.held_out else None
        note = f"Nothing is new: global model {waiting.version} is the same, and waits to be confirmed."
        if not waits:
            self.point_to(act, task, waiting, reason=publishing.BY_SETTING, actor=GATE)
            note = f"Global model {waiting.version}, which waited, is the same; nothing holds it back any more."
        found = versions.describe_version(act.session, waiting, self._catalogue)
        return found.model_copy(update={"notes": [note, *found.notes]})

    def publish(self, act: Act, task: Task, version: int, reason: str | None) -> GlobalModel:
        """Make a version the current one, if it may be; raises as ``Models.publish``."""
        row = versions.require_publishable(act.session, task, version, reason)
        current = current_global_model(act.session, task)
        if current is None or current.version != version:
            self.point_to(act, task, row, reason=reason)
        else:
            self.check_files(row)
        return versions.describe_version(act.session, row, self._catalogue)

    def point_to(
        self, act: Act, task: Task, row: GlobalModelRow, *, reason: str | None = None, actor: str | None = None
    ) -> None:
        """Make a version that is kept the current one, if its files are what they were; the start moves with it."""
        self.check_files(row)
        publishing.point_to(act, row, reason=reason, actor=actor)
        self._tasks.move_start(act, task)
        act.session.flush()

    def begin_anew(self, act: Act, task: Task, reason: str) -> int | None:
        """Let no version be the current one; the start moves back to the shared one. As ``Models.begin_anew``."""
        before = published(act.session, task.name)
        if before is None:
            return None
        publishing.begin_anew(act, task.name, reason)
        act.session.flush()
        self._tasks.move_start(act, task)
        return before.version

    def check_files(self, row: GlobalModelRow) -> None:
        """Refuse a version whose files are not what they were.

        Raises:
            DamagedArtifactError: They are not.
        """
        for role in ("model", "scaler"):
            self._blobs.check(row.digest_of(role))

    def set_aside(self, actor: Actor | HouseName, screened: Sequence[Screened]) -> None:
        """Let what failed wait for a person, where no version is made that would say so."""
        failed = [each.as_input(None) for each in screened if not each.counts]
        if failed:
            with self._ledger.act(actor) as act:
                _quarantine(act, failed)

    def confirms(self, session: Session, task: Task, row: GlobalModelRow) -> bool:
        """Tell whether the hospitals' word publishes a version now: where it must be confirmed and no table speaks."""
        return (
            self._making.publish == "confirmed"
            and validation.describe_table(session, task).sha256 is None
            and row.task_digest == task.digest
            and do_count(session, [each["submission_id"] for each in row.inputs])
            and publishing.is_waiting(session, row)
            and publishing.is_confirmed(session, row)
            and not has_round_of_another(session, row)
        )

    def _drop_unnamed(self, act: Act, files: Mapping[GlobalFileRole, Digest]) -> None:
        """Remove the files of a draft that becomes no version; whoever names one meanwhile keeps it again first."""
        digests = set(files.values())
        for digest in digests - referred_digests(act.session, digests):
            self._blobs.remove(digest)

    def _waits(self, actor: Actor | HouseName, draft: Draft) -> bool:
        """Tell whether a version is not published in the act that makes it.

        Where versions must be confirmed: until the table accepts it. Else where it takes two admins and one asks alone:
        with a token, that is. A round is the director's own, and whoever works on the data folder has all of it.
        """
        if self._making.publish == "confirmed":
            return draft.on_the_table is None or not draft.on_the_table.passed
        return self._making.has_second and isinstance(actor, TokenHolder)


def _keep_files(artifacts: Artifacts, draft: Draft) -> Mapping[GlobalFileRole, Digest]:
    files: dict[GlobalFileRole, Digest] = {
        "model": artifacts.keep_state(draft.state),
        "scaler": artifacts.keep_scaler(draft.scaler),
    }
    for name, state in draft.memory.items():
        files[remembered_as(name)] = artifacts.keep_state(state)
    return files


def _quarantine(act: Act, failed: Sequence[ModelInput]) -> None:
    """Let what failed wait for a person, unless one has spoken meanwhile."""
    for each in failed:
        row = act.session.get_one(SubmissionRow, each.submission_id)
        if row.verdict == ADMITTED and may_be_quarantined(row) and follow_checks(row, each.checks):
            names = tuple(check.name for check in each.checks if not check.passed)
            act.tell(
                UploadQuarantined(
                    envoy=row.envoy.name,
                    submission=row.id,
                    task=row.task,
                    version=row.version or 0,
                    failed=names,
                )
            )
