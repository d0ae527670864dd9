"""A look over the whole house.

Files against their digests, tables against the migrations, rows against their files and against the audit, the view
against the rows.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from contract.messages.audit import Checkpoint
from contract.names import TaskName
from director.errors import DamagedArtifactError
from director.records.audit import links
from director.records.blobs import BlobStore
from director.records.chain import follow
from director.records.database import Database
from director.records.known_schema import schema_defects
from director.records.references import referred_digests
from director.submissions.quota import miscounted
from director.upkeep.agreement import disagreements
from director.upkeep.recorded import Recorded
from director.upkeep.views import Views


def find_defects(
    database: Database,
    blobs: BlobStore,
    views: Views,
    tasks: Iterable[TaskName],
    now: datetime,
    checkpoints: Sequence[Checkpoint] = (),
) -> list[str]:
    """Read everything and say what is wrong; empty when the house is in order."""
    defects = [f"database: {complaint}" for complaint in database.check_whole()]
    with database.write() as session:  # nobody writes while we compare
        schema = schema_defects(session)
        defects += [f"schema: {each.sentence}" for each in schema]
        if any(each.is_missing for each in schema):
            return defects  # what is not there can't be read
        referred = referred_digests(session)
        stored = set(blobs.digests())
        defects += [f"orphan: no row names the stored file {digest}" for digest in sorted(stored - referred)]
        recorded = Recorded()
        walk = follow(recorded.reading(links(session)), checkpoints)
        if walk.first_bad is not None:
            defects.append(f"audit: record {walk.first_bad} {walk.defect}")
        else:  # a chain that does not hold says nothing of any row
            defects += [f"rows: {each}" for each in disagreements(session, recorded, now)]
        defects += [f"quota: {each}" for each in miscounted(session)]
        defects += [f"view: {difference}" for difference in views.differences(session, tasks)]
    for digest in sorted(referred):  # a file that a row names never changes and never goes: uploads need not wait
        try:
            blobs.check(digest)
        except DamagedArtifactError as error:
            defects.append(f"blob: {error.sentence}")
    return defects
