"""A look over the whole house: files against their digests, rows against their files, the view against the rows."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.names import Digest, TaskName
from director.blobs import BlobStore
from director.database import Database
from director.errors import DamagedArtifactError
from director.schema import GlobalModelRow, StartRow, SubmissionFileRow, ValidationTableRow
from director.views import Views


def referred_digests(session: Session) -> set[Digest]:
    """Give every digest that a row names."""
    columns = (
        SubmissionFileRow.sha256,
        GlobalModelRow.model_sha256,
        GlobalModelRow.scaler_sha256,
        GlobalModelRow.card_sha256,
        StartRow.model_sha256,
        StartRow.scaler_sha256,
        ValidationTableRow.sha256,
    )
    return {digest for column in columns for digest in session.scalars(select(column).distinct()) if digest is not None}


def find_defects(database: Database, blobs: BlobStore, views: Views, tasks: Iterable[TaskName]) -> list[str]:
    """Read everything and say what is wrong; empty when the house is in order."""
    defects = [f"database: {complaint}" for complaint in database.check_whole()]
    with database.write() as session:  # nobody writes while we compare
        referred = referred_digests(session)
        stored = set(blobs.digests())
        defects += [f"orphan: no row names the stored file {digest}" for digest in sorted(stored - referred)]
        for digest in sorted(referred):
            try:
                blobs.check(digest)
            except DamagedArtifactError as error:
                defects.append(f"blob: {error.sentence}")
        defects += [f"view: {difference}" for difference in views.differences(session, tasks)]
    return defects
