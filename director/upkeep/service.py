"""What keeps the house in order, for the server, the HTTP interface and the commands alike."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from contract.errors import FederationError
from contract.messages.audit import AuditRecord, AuditVerification, Checkpoint
from contract.messages.base import Page
from contract.names import Digest, EnvoyName
from director.errors import OperatorError, UsageError
from director.members.access import LOCAL_ADMIN, Principal
from director.records import audit
from director.records.audit import HeadFile
from director.records.blobs import BlobStore
from director.records.chain import follow
from director.records.files import storage_faults_named
from director.records.ledger import Ledger
from director.records.paging import EVERYTHING, Span
from director.records.references import referred_digests
from director.submissions.part_files import PartFiles
from director.tasks.catalogue import Catalogue
from director.tasks.service import Tasks
from director.upkeep.backup import Manifest, make_backup, read_backup, require_file
from director.upkeep.events import StorePruned
from director.upkeep.fsck import find_defects
from director.upkeep.later_acts import Evidence, later_acts
from director.upkeep.leaving import Leave, what_leaving_ends, withdraw
from director.upkeep.old_logs import let_go, old_logs
from director.upkeep.old_rows import count_old_rows, forget_old_rows
from director.upkeep.pruning import Pruning, Rule, mark, plan
from director.upkeep.recovery import recover
from director.upkeep.restoring import Restored, put_in_place
from director.upkeep.sealed_backup import SealedBackup, make_sealed_backup, unsealed
from director.upkeep.sealing import Seal
from director.upkeep.turn import in_turn
from director.upkeep.verification import note_verified
from director.upkeep.views import Views

_REMOVED_AT_ONCE = 500


class Upkeep:
    """Looks after the records as a whole.

    Args:
        folder: The data folder.
        ledger: The rows.
        blobs: The files.
        parts: What has come of uploads that are not here yet.
        views: The friendly paths.
        catalogue: The tasks of this federation.
        tasks: Whose starts follow what counts.
    """

    def __init__(
        self,
        folder: Path,
        ledger: Ledger,
        blobs: BlobStore,
        parts: PartFiles,
        views: Views,
        catalogue: Catalogue,
        tasks: Tasks,
    ) -> None:
        self._folder = folder
        self._ledger = ledger
        self._blobs = blobs
        self._parts = parts
        self._views = views
        self._catalogue = catalogue
        self._tasks = tasks
        self._head = HeadFile(folder / "audit.head")

    def recover(self) -> None:
        """Finish what a killed process left; raises where there is no whole federation here."""
        self._ledger.database.check_ready()
        self._blobs.prepare()
        with storage_faults_named():
            self._views.prepare()
        self._parts.forget_old(self._ledger.clock())  # the others wait for their rest
        recover(self._ledger, self._blobs, self._views, self._catalogue, self._tasks)
        self.note_head()

    def states(self) -> dict[str, str]:
        """Say of the database and the disk whether they do their work: ``ok``, or why not."""
        states = {}
        for name, check in (("database", self._ledger.database.check_ready), ("storage", self._blobs.check_writable)):
            try:
                check()
                states[name] = "ok"
            except FederationError as error:
                states[name] = error.sentence
        return states

    def defects(self) -> list[str]:
        """Look over the whole house, and hold the audit against the head that the folder keeps; empty: all in order."""
        return find_defects(
            self._ledger.database, self._blobs, self._views, self._catalogue, self._ledger.clock(), self._known_head()
        )

    def back_up(self, caller: Principal, target: Path) -> Manifest:
        """Copy the whole federation, also while it serves; raises as ``make_backup`` and ``in_turn``."""
        with in_turn(self._folder):
            return make_backup(self._ledger, self._blobs, target, actor=caller.actor)

    def prune(self, caller: Principal, rule: Rule, *, is_real: bool = True) -> Pruning:
        """Let go what the rule and its periods no longer keep, also while the director serves.

        Args:
            caller: Who does it.
            rule: What stays.
            is_real: False: only say what would go.

        Returns:
            What went, or would go.

        Raises:
            UsageError: A backup is being made, and takes long.
        """
        tasks, logs = list(self._catalogue.values()), self._folder / "logs"
        if not is_real:
            with self._ledger.read() as session:
                now = self._ledger.clock()
                found = old_logs(logs, rule.periods, now)
                rows = count_old_rows(session, rule.periods, now)
                return plan(session, tasks, rule, now).with_periods({**rows, **found.went})
        with in_turn(self._folder):
            with self._ledger.act(caller.actor) as act:
                found = old_logs(logs, rule.periods, act.now)
                pruning = plan(act.session, tasks, rule, act.now)
                mark(act, pruning)
                rows = forget_old_rows(act.session, rule.periods, act.now)
                pruning = pruning.with_periods({**rows, **found.went})
                if pruning.periods:
                    act.tell(_told(pruning, rule))
            self._remove_unnamed(sorted(pruning.files))
            let_go(logs, found)
        return pruning

    def what_leaving_ends(self, caller: Principal, name: EnvoyName) -> Leave:
        """Say what ends and goes where a hospital leaves; raises as ``leaving.what_leaving_ends``."""
        with self._ledger.read() as session:
            return what_leaving_ends(session, self._catalogue, name)

    def withdraw(self, caller: Principal, name: EnvoyName, reason: str) -> Leave:
        """Let a hospital leave for good, also while the director serves: its files go at once.

        Again is no error: what a crash, or a backup that was restored, left here goes too.

        Raises:
            UnknownEnvoyError: There is none of that name.
            UsageError: A backup is being made, and takes long; nothing was done.
        """
        with in_turn(self._folder):
            with self._ledger.act(caller.actor) as act:
                leave, digests = withdraw(act, self._catalogue, name, reason)
                self._tasks.move_starts(act)  # its statistics no longer count
            with self._ledger.read() as session:
                left_behind = self._views.take_down(session, leave.envoy_name)
            self._remove_unnamed(sorted(digests))  # after the view, which knows its own files by what is kept
        self._parts.forget_all(leave.envoy_name)
        return leave.model_copy(update={"left_behind": tuple(left_behind)})

    def _remove_unnamed(self, digests: Sequence[Digest]) -> None:
        """Remove those files that no row names any more; what a crash leaves here the next start removes."""
        for place in range(0, len(digests), _REMOVED_AT_ONCE):
            some = set(digests[place : place + _REMOVED_AT_ONCE])
            with self._ledger.act("director") as act:  # whoever brings one of them meanwhile waits, and keeps it again
                for digest in some - referred_digests(act.session, some):
                    self._blobs.remove(digest)

    def _require_empty(self) -> None:
        """Refuse a data folder that holds something.

        Raises:
            UsageError: It does.
        """
        found = [
            path
            for path in (require_file(self._ledger.database), self._folder / "blobs", self._head.path)
            if path.exists()
        ]
        for view in ("received_results", "aggregated"):
            found += [path for path in (self._folder / view).glob("*") if not path.name.startswith(".")]
        if found:
            raise UsageError(
                f"The data folder is not empty: {found[0].name} is there.",
                hint="Restore into a new folder: set DIRECTOR_DATA_DIR, or move the old one away.",
            )

    def back_up_sealed(self, caller: Principal, target: Path, seal: Seal) -> SealedBackup:
        """Copy the whole federation to an encrypted file, also while it serves.

        Raises as ``make_sealed_backup`` and ``in_turn``.
        """
        with in_turn(self._folder):
            return make_sealed_backup(self._ledger, self._blobs, target, seal, actor=caller.actor)

    def restore(
        self, caller: Principal, copy: Path, identity: Path | None, evidence: Evidence, *, code_holds: timedelta
    ) -> Restored:
        """Put a backup into the data folder, which must be empty, and let nobody in whom nobody vouches for.

        Args:
            caller: Who does it.
            copy: The backup, a folder or an encrypted file.
            identity: The key's file, where it needs one.
            evidence: What is known of the time after it.
            code_holds: How long a one-time code holds.

        Raises:
            UsageError: The data folder is not empty, ``copy`` is no backup, or the key is not its.
            AuditDamagedError, DamagedArtifactError: The backup is damaged, or not what the evidence knows; nothing
                was changed.
            DatabaseError: A later version of this program made it; nothing was changed.
        """
        self._require_empty()
        target, clock = require_file(self._ledger.database), self._ledger.clock
        with unsealed(copy, identity, self._folder) as folder:
            found = read_backup(folder, clock(), evidence.all_checkpoints)
            later = later_acts(found, evidence)
            with storage_faults_named():
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return put_in_place(
                found, later, target, self._blobs, clock=clock, actor=caller.actor, code_holds=code_holds
            )

    def list_audit(
        self,
        *,
        act: str | None,
        actor: str | None,
        subject: str | None,
        limit: int,
        cursor: str | None,
        span: Span = EVERYTHING,
    ) -> Page[AuditRecord]:
        """List what is on record, newest first; each filter takes a whole name."""
        with self._ledger.read() as session:
            return audit.page(session, act=act, actor=actor, subject=subject, limit=limit, cursor=cursor, span=span)

    def audit_record(self, seq: int) -> AuditRecord:
        """Give one record of the audit; raises as ``audit.record_with_number``."""
        with self._ledger.read() as session:
            return audit.record_with_number(session, seq)

    def verify_audit(
        self, checkpoints: Sequence[Checkpoint] = (), *, caller: Principal = LOCAL_ADMIN
    ) -> AuditVerification:
        """Follow the whole chain, also against the head that the data folder keeps; what was found is remembered."""
        known = [*checkpoints, *self._known_head()]
        with self._ledger.read() as session:
            found = audit.as_message(follow(audit.links(session), known), self._ledger.clock())
        with suppress(OperatorError), self._ledger.act(caller.actor) as act:  # a full disk says enough by itself
            note_verified(act, found)
        return found

    def export_audit(self) -> Iterator[bytes]:
        """Give every record, one canonical JSON line each."""
        with self._ledger.read() as session:
            for link in audit.links(session):
                yield link.line

    def checkpoint(self) -> Checkpoint:
        """Give the newest record's place and digest."""
        with self._ledger.read() as session:
            return audit.head(session, self._ledger.clock())

    def note_head(self) -> None:
        """Write down how far the audit has come, beside the database."""
        with storage_faults_named(), self._ledger.read() as session:
            self._head.renew(session, self._ledger.clock())

    def _known_head(self) -> list[Checkpoint]:
        known = self._head.read()
        return [known] if known else []


def _told(pruning: Pruning, rule: Rule) -> StorePruned:
    days = {name: getattr(rule.periods, name) for name in pruning.periods if name in type(rule.periods).model_fields}
    return StorePruned(
        versions=dict(pruning.by_hospital),
        files=len(pruning.files),
        bytes=pruning.bytes,
        starts=len(pruning.starts),
        keys=pruning.periods.get("key_days", 0),
        keep_versions=rule.versions,
        max_staleness=rule.max_staleness,
        logs=dict(pruning.logs_by_hospital) or None,
        went=dict(pruning.periods),
        days=days,
    )
