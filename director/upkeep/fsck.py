"""A look over the whole house: files against their digests, rows against their files, the view against the rows."""

from collections.abc import Iterable, Sequence

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from contract.messages.audit import Checkpoint
from contract.names import Digest, TaskName
from director.errors import DamagedArtifactError
from director.records.audit import links
from director.records.blobs import BlobStore
from director.records.chain import follow
from director.records.database import Database
from director.upkeep.views import Views

_NAMING_FILES = frozenset(("submission_files", "global_model_files", "global_models", "starts", "validation_tables"))
"""The tables whose columns ``…sha256`` name kept files; global models did so themselves until schema 0004."""


def referred_digests(session: Session) -> set[Digest]:
    """Give every digest that a row names; also in a database that an earlier version made, as in an older backup."""
    connection = session.connection()
    tables = inspect(connection)
    found: set[Digest] = set()
    for table in _NAMING_FILES & set(tables.get_table_names()):
        for column in tables.get_columns(table):
            if column["name"].endswith("sha256"):
                named = connection.execute(text(f"SELECT DISTINCT {column['name']} FROM {table}"))  # noqa: S608 - our own names
                found |= {Digest(digest) for digest in named.scalars() if digest is not None}
    return found


def find_defects(
    database: Database,
    blobs: BlobStore,
    views: Views,
    tasks: Iterable[TaskName],
    checkpoints: Sequence[Checkpoint] = (),
) -> list[str]:
    """Read everything and say what is wrong; empty when the house is in order."""
    defects = [f"database: {complaint}" for complaint in database.check_whole()]
    with database.write() as session:  # nobody writes while we compare
        referred = referred_digests(session)
        stored = set(blobs.digests())
        defects += [f"orphan: no row names the stored file {digest}" for digest in sorted(stored - referred)]
        walk = follow(links(session), checkpoints)
        if walk.first_bad is not None:
            defects.append(f"audit: record {walk.first_bad} {walk.defect}")
        defects += [f"view: {difference}" for difference in views.differences(session, tasks)]
    for digest in sorted(referred):  # a file that a row names never changes and never goes: uploads need not wait
        try:
            blobs.check(digest)
        except DamagedArtifactError as error:
            defects.append(f"blob: {error.sentence}")
    return defects
