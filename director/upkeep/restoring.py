"""A federation made from a copy: its files, then its database, which appears whole and with nobody let in unseen."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from contract.messages.audit import Checkpoint
from contract.messages.base import Message
from director.clock import Clock
from director.records.actors import Actor
from director.records.blobs import BlobStore
from director.records.database import Database, url_of
from director.records.failpoints import reach
from director.records.files import half_written_name, storage_faults_named, sync_folder
from director.records.ledger import Ledger
from director.upkeep.backup import BLOBS, DATABASE, SoundCopy
from director.upkeep.events import BackupRestored
from director.upkeep.readmitting import Readmission, readmit
from director.upkeep.recorded import Recorded


class Restored(Message):
    """A federation that was made from a copy.

    Attributes:
        made_at: When the copy was made.
        checkpoint: How far its audit had come.
        known_until: How far the audit had come at last, as somebody kept it; None: nobody did.
        readmission: What became of those who could come in.
    """

    made_at: datetime
    checkpoint: Checkpoint
    known_until: int | None
    readmission: Readmission


def put_in_place(
    copy: SoundCopy,
    later: Recorded | None,
    target: Path,
    blobs: BlobStore,
    *,
    clock: Clock,
    actor: Actor,
    code_holds: timedelta,
) -> Restored:
    """Put a copy that was read whole in place; the database last, since a folder without one is never served.

    It has its name once it is up to date and tokens that nobody vouches for are revoked in it: a restore that is cut
    off at any moment leaves nothing that lets anybody in.

    Args:
        copy: What was read.
        later: What the audit said at last; None: nobody knows.
        target: Where the database goes.
        blobs: Where the files go.
        clock: The time.
        actor: Who restores.
        code_holds: How long a one-time code holds.
    """
    source = BlobStore(copy.folder / BLOBS)
    blobs.prepare()
    for digest in copy.digests:
        blobs.keep(source.read(digest))
    arriving = half_written_name(target)
    with storage_faults_named():
        try:
            arriving.touch(0o600)
            shutil.copyfile(copy.folder / DATABASE, arriving)
            restored = _amend(arriving, copy, later, clock, actor, code_holds)
            _fold(arriving)
            reach("file.written")
            arriving.replace(target)
            sync_folder(target.parent)
        finally:
            for left in target.parent.glob(f"{arriving.name}*"):
                left.unlink()
    return restored


def _amend(
    file: Path, copy: SoundCopy, later: Recorded | None, clock: Clock, actor: Actor, code_holds: timedelta
) -> Restored:
    """Bring the rows up to date, end what nobody vouches for, and put on record what they were made from."""
    head = copy.manifest.checkpoint
    known_until = later.head if later is not None else None
    database = Database(url_of(file))
    try:
        database.migrate()
        with Ledger(database, clock).act(actor) as act:
            readmission = readmit(act, later, head.seq, code_holds=code_holds)
            act.tell(BackupRestored(seq=head.seq, digest=head.digest, known_until=known_until))
    finally:
        database.close()
    return Restored(made_at=copy.manifest.made_at, checkpoint=head, known_until=known_until, readmission=readmission)


def _fold(file: Path) -> None:
    """Make the database one file again, and that durable."""
    with closing(sqlite3.connect(file)) as rows:
        rows.execute("PRAGMA journal_mode=DELETE")
    with file.open("rb") as whole:
        os.fsync(whole.fileno())
