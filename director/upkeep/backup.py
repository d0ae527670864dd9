"""A whole copy of a federation, taken while it serves, and a federation made from a copy.

A copy is a folder: the database as it was at one moment, every file that its rows name, and a manifest. Rows never
lose their files, so that files copied after the database are all that it names. It has its final name only when it
was written, synced and read back whole.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
from director.records.chain import follow
from director.records.database import Database, require_known, revision_in
from director.records.files import half_written_name, replace_whole, storage_faults_named, sync_folder
from director.records.ledger import Ledger
from director.records.references import referred_digests
from director.upkeep.events import BackupMade

MANIFEST, DATABASE, BLOBS = "manifest.json", "director.db", "blobs"


class Manifest(Message):
    """What a copy holds; the digest of the database vouches for the rows, and those for the files."""

    made_at: datetime
    database: Digest
    files: int = Field(ge=0)
    checkpoint: Checkpoint


def make_backup(ledger: Ledger, blobs: BlobStore, target: Path, *, actor: Actor | HouseName) -> Manifest:
    """Copy a federation to ``target``, which must not be there yet.

    Raises:
        UsageError: ``target`` is there, or the database is none that can be copied.
        DamagedArtifactError: A file of the federation is not what it was; no copy is made.
        StorageError: The target's disk does not take it; no copy is made.
    """
    database = ledger.database
    require_file(database)
    if target.exists():
        raise UsageError(f"{target} is there already.", hint="Name a folder that is not there yet.")
    with ledger.act(actor) as act:
        act.tell(BackupMade())
    with storage_faults_named():
        target.parent.mkdir(parents=True, exist_ok=True)
        arriving = half_written_name(target)
        arriving.mkdir(mode=0o700)
        try:
            manifest = _copy(database, blobs, arriving, ledger.clock())
            read_backup(arriving)
            arriving.rename(target)
            sync_folder(target.parent)
        finally:
            shutil.rmtree(arriving, ignore_errors=True)
    return manifest


def read_backup(folder: Path) -> Manifest:
    """Read a copy whole.

    Raises:
        UsageError: It is no copy.
        DatabaseError: A later version of this program made it.
        DamagedArtifactError: A file of it is missing or not what it was; the first one is named.
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
    with _rows_of(folder / DATABASE) as session:
        require_known(revision_in(session.connection()))
        digests = sorted(referred_digests(session))
        walk = follow(audit.links(session), [manifest.checkpoint])
    if walk.first_bad is not None or len(digests) != manifest.files:
        raise _damaged(MANIFEST)
    for digest in digests:
        try:
            blobs.check(digest)
        except DamagedArtifactError:
            raise _damaged(f"{BLOBS}/{digest[:2]}/{digest}") from None
    return manifest


def unpack_backup(folder: Path, database: Database, blobs: BlobStore) -> None:
    """Put a copy that was read whole in place; the database last, since a folder without one is never served."""
    target = require_file(database)
    source = BlobStore(folder / BLOBS)
    with _rows_of(folder / DATABASE) as session:
        digests = sorted(referred_digests(session))
    blobs.prepare()
    for digest in digests:
        blobs.keep(source.read(digest))
    with storage_faults_named(), (folder / DATABASE).open("rb") as copy:
        replace_whole(target, iter(lambda: copy.read(2**20), b""))
        sync_folder(target.parent)


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


def _copy(database: Database, blobs: BlobStore, folder: Path, now: datetime) -> Manifest:
    with database.read() as session, closing(sqlite3.connect(folder / DATABASE)) as copy:
        live: Any = session.connection().connection.driver_connection
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, that reading does not change
    kept = BlobStore(folder / BLOBS)
    kept.prepare()
    with _rows_of(folder / DATABASE) as session:
        digests = referred_digests(session)
        checkpoint = audit.head(session, now)
    for digest in sorted(digests):
        kept.keep(blobs.read(digest))
    manifest = Manifest(made_at=now, database=_digest_of(folder / DATABASE), files=len(digests), checkpoint=checkpoint)
    replace_whole(folder / MANIFEST, [manifest.model_dump_json(indent=2).encode() + b"\n"])
    sync_folder(folder)
    return manifest


@contextmanager
def _rows_of(file: Path) -> Iterator[Session]:
    """Read a copied database without changing a byte of it."""
    address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True))
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
