"""A whole copy of a federation, taken while it serves, and read back.

A copy is a folder: the database as it was at one moment, every file that its rows name, and a manifest. Rows lose their
files by a prune or a hospital's leave alone, which wait for a copy (``director.upkeep.turn``), so that files copied
after the database are all that it names. It has its final name only when it was written, synced and read back whole.
What ``director.upkeep.soundness`` finds wrong is neither copied nor taken for a copy.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from contract.messages.audit import Checkpoint
from contract.messages.base import Message
from contract.names import Digest
from director.errors import DamagedArtifactError, UsageError
from director.records import audit
from director.records.actors import Actor, HouseName
from director.records.blobs import BlobStore
from director.records.database import Database, require_known, revision_in
from director.records.files import half_written_name, replace_whole, storage_faults_named, sync_folder
from director.records.ledger import Ledger
from director.records.references import referred_digests
from director.upkeep.events import BackupMade
from director.upkeep.recorded import Recorded
from director.upkeep.soundness import require_sound

MANIFEST, DATABASE, BLOBS = "manifest.json", "director.db", "blobs"


class Manifest(Message):
    """What a copy holds; the digest of the database vouches for the rows, and those for the files."""

    made_at: datetime
    database: Digest
    files: int = Field(ge=0)
    checkpoint: Checkpoint


@dataclass(frozen=True)
class SoundCopy:
    """A copy that was read whole.

    Args:
        folder: Where it lies.
        manifest: What it holds.
        recorded: What its audit says.
        digests: The files that its rows name.
    """

    folder: Path
    manifest: Manifest
    recorded: Recorded
    digests: Sequence[Digest]


def make_backup(ledger: Ledger, blobs: BlobStore, target: Path, *, actor: Actor | HouseName) -> Manifest:
    """Copy a federation to ``target``, which must not be there yet.

    Raises:
        UsageError: ``target`` is there, or the database is none that can be copied.
        AuditDamagedError, DamagedArtifactError: The federation is not sound, or a file of it is not what it was; no
            copy is made, for it could not be restored.
        StorageError: The target's disk does not take it; no copy is made.
    """
    database = ledger.database
    tell_of_backup(ledger, target, actor)
    with storage_faults_named():
        target.parent.mkdir(parents=True, exist_ok=True)
        arriving = half_written_name(target)
        arriving.mkdir(mode=0o700)
        try:
            now = ledger.clock()
            manifest = _copy(database, blobs, arriving, now)
            read_backup(arriving, now)
            arriving.rename(target)
            sync_folder(target.parent)
        finally:
            shutil.rmtree(arriving, ignore_errors=True)
    return manifest


def read_backup(folder: Path, now: datetime, checkpoints: Sequence[Checkpoint] = ()) -> SoundCopy:
    """Read a copy whole.

    Args:
        folder: Where it lies.
        now: When it is read.
        checkpoints: What its audit is held against, as far as it goes.

    Raises:
        UsageError: It is no copy.
        DatabaseError: A later version of this program made it.
        AuditDamagedError: A checkpoint knows another audit.
        DamagedArtifactError: A file of it is missing or not what it was, and the first one is named; or its rows are
            not what this program writes.
    """
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{folder} is no backup.", hint="Name a folder that fl-director backup made.") from None
    except ValidationError:
        raise _damaged(MANIFEST) from None
    if _digest_of(folder / DATABASE) != manifest.database:
        raise _damaged(DATABASE)
    blobs = BlobStore(folder / BLOBS)
    with rows_of(folder / DATABASE) as session:
        require_known(revision_in(session.connection()))
        head = manifest.checkpoint
        recorded = require_sound(session, now, [each for each in checkpoints if each.seq <= head.seq], of_copy=True)
        digests, found = sorted(referred_digests(session)), audit.head(session, now)
    if (found.seq, found.digest, len(digests)) != (head.seq, head.digest, manifest.files):
        raise _damaged(MANIFEST)
    for digest in digests:
        try:
            blobs.check(digest)
        except DamagedArtifactError:
            raise _damaged(f"{BLOBS}/{digest[:2]}/{digest}") from None
    return SoundCopy(folder, manifest, recorded, digests)


def require_file(database: Database) -> Path:
    """Give the database's file.

    Raises:
        UsageError: It has none: a server keeps it.
    """
    if database.file is None:
        raise UsageError(
            f"A backup covers SQLite; this database is kept by {database.url.get_backend_name()}.",
            hint="Copy it with its own tools (pg_dump), then the folder blobs/.",
        )
    return database.file


def tell_of_backup(ledger: Ledger, target: Path, actor: Actor | HouseName) -> None:
    """Put on record, and so into the copy, that it is made; raises UsageError as ``make_backup``."""
    require_file(ledger.database)
    if target.exists():
        raise UsageError(f"{target} is there already.", hint="Name one that is not there yet.")
    with ledger.act(actor) as act:
        act.tell(BackupMade())


@dataclass(frozen=True)
class Snapshot:
    """The rows as they were at one moment, in a file of their own.

    Args:
        manifest: What a copy of them holds.
        digests: The files that they name.
    """

    manifest: Manifest
    digests: Sequence[Digest]

    @property
    def manifest_file(self) -> bytes:
        """The manifest as a copy has it."""
        return self.manifest.model_dump_json(indent=2).encode() + b"\n"


def take_snapshot(database: Database, file: Path, now: datetime) -> Snapshot:
    """Copy the rows to a file, as they are now, and look whether they are sound; raises as ``make_backup``."""
    with database.read() as session, closing(sqlite3.connect(file)) as copy:
        live: Any = session.connection().connection.driver_connection
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, that reading does not change
    with rows_of(file) as session:
        require_sound(session, now)
        digests = sorted(referred_digests(session))
        checkpoint = audit.head(session, now)
    manifest = Manifest(made_at=now, database=_digest_of(file), files=len(digests), checkpoint=checkpoint)
    return Snapshot(manifest, digests)


def _copy(database: Database, blobs: BlobStore, folder: Path, now: datetime) -> Manifest:
    snapshot = take_snapshot(database, folder / DATABASE, now)
    kept = BlobStore(folder / BLOBS)
    kept.prepare()
    for digest in snapshot.digests:
        kept.keep(blobs.read(digest))
    replace_whole(folder / MANIFEST, [snapshot.manifest_file])
    sync_folder(folder)
    return snapshot.manifest


@contextmanager
def rows_of(file: Path) -> Iterator[Session]:
    """Read a copied database without changing a byte of it, and without doing what its schema may ask for."""
    address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True)
        connection.execute("PRAGMA trusted_schema=OFF")
        return connection

    engine = create_engine("sqlite://", creator=connect)
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


def _digest_of(file: Path) -> Digest:
    try:
        with file.open("rb") as opened:
            return Digest(hashlib.file_digest(opened, "sha256").hexdigest())
    except FileNotFoundError:
        raise _damaged(file.name) from None


def _damaged(name: str) -> DamagedArtifactError:
    return DamagedArtifactError(
        f"The backup is damaged: {name} is missing or not what it was.", hint="Use another backup; nothing was changed."
    )
