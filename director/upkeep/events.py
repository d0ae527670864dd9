"""What is done to the federation as a whole."""

from contract.names import Digest
from director.records.events import Event


class BackupMade(Event, act="backup.make"):
    """A copy of the federation was taken."""


class BackupRestored(Event, act="backup.restore"):
    """This federation was made from a copy, as the audit then was."""

    seq: int
    digest: Digest
