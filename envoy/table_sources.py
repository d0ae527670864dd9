"""Where a hospital's tables lie, and in which order a table is looked for there; knows no column and no network.

A source is a folder (here) or a part of a bucket (``envoy.bucket``). Whoever reads tables sees no difference.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Protocol

Signature = tuple[str | int, ...]
"""Equal as long as a table has not changed; only those of one source are compared."""
Signatures = tuple[Signature | None, ...]
"""Of each file that a task looks at; None where there is none."""


class FoundTable(Protocol):
    """A table that is there."""

    @property
    def name(self) -> str:
        """Where it lies in its source, such as ``hosp/patients.csv.gz``."""

    @property
    def signature(self) -> Signature | None:
        """What changes with it; None where it is gone meanwhile."""

    def open(self) -> BufferedReader:
        """Open its bytes as they lie there, from the first one on; whoever opens closes."""


class TableSource(Protocol):
    """Tables beside each other. Its text is what a person writes behind ``--data``."""

    def find(self, table: str) -> FoundTable | None:
        """Find a table by its name in MIMIC-IV; None where there is none."""

    def lying(self, names: Iterable[str]) -> Iterator[FoundTable]:
        """Give those of some files that are there, in the order of their names."""


@dataclass(frozen=True)
class TableFile:
    """A table in a folder."""

    folder: Path
    path: Path

    @property
    def name(self) -> str:
        """Where it lies in the folder."""
        return self.path.relative_to(self.folder).as_posix()

    @property
    def signature(self) -> Signature | None:
        """Its path, the time of its last change in nanoseconds, and its size."""
        try:
            found = self.path.stat()
        except OSError:  # gone meanwhile; whoever reads it says so
            return None
        return str(self.path), found.st_mtime_ns, found.st_size

    def open(self) -> BufferedReader:
        """Open the file."""
        return self.path.open("rb")

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class TableFolder:
    """A folder of tables.

    Args:
        path: The folder.
    """

    path: Path

    def find(self, table: str) -> TableFile | None:
        """Find a table's file; the first of its names that is there counts.

        Raises:
            OSError: The folder can't be looked into.
        """
        return next(self.lying(names_of(table)), None)

    def lying(self, names: Iterable[str]) -> Iterator[TableFile]:
        """Give those of some files that are there; raises as ``find``."""
        paths = (self.path / name for name in names)
        return (TableFile(self.path, path) for path in paths if path.is_file())

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class OneFile:
    """A file that a person named; what lies beside it is found by its name.

    Args:
        path: The file.
    """

    path: Path

    @property
    def table(self) -> TableFile:
        """The file itself."""
        return TableFile(self.path.parent, self.path)

    def find(self, table: str) -> TableFile | None:
        """Find no table of several: it is one."""
        del table
        return None

    def lying(self, names: Iterable[str]) -> Iterator[TableFile]:
        """Give those of some files that lie beside it."""
        return TableFolder(self.path.parent).lying(names)

    def __str__(self) -> str:
        return str(self.path)


def source_at(path: Path) -> TableFolder | OneFile:
    """Give what lies at a path: a file, else a folder, though there may be none."""
    return OneFile(path) if path.is_file() else TableFolder(path)


def names_of(table: str) -> Iterator[str]:
    """Give the names under which a table may lie: in ``hosp`` first, and uncompressed first."""
    return (f"{folder}{table}{ending}" for folder in ("hosp/", "") for ending in (".csv", ".csv.gz"))
