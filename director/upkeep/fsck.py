"""A look over the whole house: files against their digests, rows against their files, the view against the rows."""

from collections.abc import Iterable, Sequence

from contract.messages.audit import Checkpoint
from contract.names import TaskName
from director.errors import DamagedArtifactError
from director.records.audit import links
from director.records.blobs import BlobStore
from director.records.chain import follow
from director.records.database import Database
from director.records.references import referred_digests
from director.submissions.quota import miscounted
from director.upkeep.views import Views


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
        defects += [f"quota: {each}" for each in miscounted(session)]
        defects += [f"view: {difference}" for difference in views.differences(session, tasks)]
    for digest in sorted(referred):  # a file that a row names never changes and never goes: uploads need not wait
        try:
            blobs.check(digest)
        except DamagedArtifactError as error:
            defects.append(f"blob: {error.sentence}")
    return defects
