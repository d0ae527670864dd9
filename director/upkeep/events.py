"""What is done to the federation as a whole."""

from pydantic import Field

from contract.names import Digest
from director.records.events import Event


class BackupMade(Event, act="backup.make"):
    """A copy of the federation was taken."""


class StorePruned(Event, act="store.prune"):
    """What the rule and the periods no longer keep was let go; of versions and starts the rows stay.

    ``versions``: hospital and task → the numbers of its versions; ``logs``: the same of those of which the training
    log alone went; ``starts`` and ``keys``: how many. ``went``: each setting, or period, that let something go → how
    many things, and ``days``: how long those periods are. The versions before said neither.
    """

    versions: dict[str, str]
    files: int
    bytes: int
    starts: int
    keys: int
    keep_versions: int
    max_staleness: int
    logs: dict[str, str] | None = Field(default=None, exclude_if=lambda value: value is None)
    went: dict[str, int] | None = Field(default=None, exclude_if=lambda value: value is None)
    days: dict[str, int] | None = Field(default=None, exclude_if=lambda value: value is None)


class BackupRestored(Event, act="backup.restore"):
    """This federation was made from a copy, as the audit then was."""

    seq: int
    digest: Digest
    known_until: int | None = Field(default=None, exclude_if=lambda value: value is None)
    """The last record of the time after the copy, as somebody had kept it; none: nobody had, and no token holds."""
