"""What a killed process left is finished: once before serving, not in each worker."""

import logging

from director.records.blobs import BlobStore
from director.records.failpoints import reach
from director.records.ledger import Ledger
from director.records.references import referred_digests
from director.tasks.catalogue import Catalogue
from director.tasks.service import Tasks
from director.upkeep.views import Views

_log = logging.getLogger(__name__)


def recover(ledger: Ledger, blobs: BlobStore, views: Views, catalogue: Catalogue, tasks: Tasks) -> None:
    """Remove files that no row names, make the starts and the view what the rows say, let the readers read on.

    Holds the write lock while it compares.
    """
    reach("recovery.begun")
    with ledger.act("director") as act:
        catalogue.refresh(act.session)
        # before what nobody names goes: the view knows its own files by what is kept
        is_shown = views.repair(act.session, catalogue)
        removed = blobs.clear_incoming()
        referred = referred_digests(act.session)
        for digest in [digest for digest in blobs.digests() if digest not in referred]:
            blobs.remove(digest)
            removed += 1
            reach("recovery.removed")
        tasks.catch_up(act)
        if not is_shown:  # now that there is room
            views.repair(act.session, catalogue)
        reach("recovery.mended")
    ledger.let_readers_learn()
    if removed:
        _log.info("recovered", extra={"facts": {"orphans_removed": removed}})
