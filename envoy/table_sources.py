"""Where a hospital's tables lie, and under which names a table is looked for there; knows no column and no network.

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
"""Of each table that a task looks at; None where there is none."""

FOLDERS = ("hosp", "core", "")
"""Where a table may lie: until MIMIC-IV 1.0 some lay in ``core``."""
ENDINGS = (".csv", ".csv.gz")
UNREAD_ENDINGS = (
    ".parquet",
    ".csv.zip",
    ".zip",
    ".csv.bz2",
    ".csv.xz",
    ".csv.zst",
    ".csv.txt",
    ".tsv",
    ".xlsx",
    ".xls",
)
"""What a table may be kept as beside that, and is not read from."""


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

    def copies(self, table: str) -> Iterator[FoundTable]:
        """Give every file that a table of MIMIC-IV can be read from, in the order of ``names_of``."""

    def lying(self, names: Iterable[str]) -> Iterator[FoundTable]:
        """Give those of some files that are there, in the order of their names, however these are capitalised."""

    @property
    def absence(self) -> str | None:
        """Say why there can be no table of several: nothing lies where the source is said to be; None: something."""

    @property
    def folder(self) -> Path | None:
        """The folder that can be looked around in; None: it is none."""


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

    def copies(self, table: str) -> Iterator[TableFile]:
        """Give every file of a table.

        Raises:
            OSError: The folder can't be looked into.
        """
        return self.lying(names_of(table))

    def lying(self, names: Iterable[str]) -> Iterator[TableFile]:
        """Give those of some files that are there; raises as ``copies``."""
        listed: dict[Path, list[Path]] = {}
        for name in names:
            *folders, file = name.split("/")
            for folder in _folders(self.path, folders, listed):
                found = [path for path in _named(folder, file, listed) if path.is_file()]
                yield from (TableFile(self.path, path) for path in found)

    @property
    def absence(self) -> str | None:
        """Say that there is no such folder."""
        return None if self.path.is_dir() else f"There is no folder {self.path}."

    @property
    def folder(self) -> Path:
        """The folder itself."""
        return self.path

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

    def copies(self, table: str) -> Iterator[TableFile]:
        """Give no table of several: it is one."""
        del table
        return iter(())

    def lying(self, names: Iterable[str]) -> Iterator[TableFile]:
        """Give those of some files that lie beside it."""
        return TableFolder(self.path.parent).lying(names)

    @property
    def absence(self) -> str | None:
        """Say that one file is not several tables."""
        return f"{self.path} is one file; MIMIC-IV's tables lie beside each other in a folder."

    @property
    def folder(self) -> None:
        """None: nobody looks around a file."""

    def __str__(self) -> str:
        return str(self.path)


def source_at(path: Path) -> TableFolder | OneFile:
    """Give what lies at a path: a file, else a folder, though there may be none."""
    return OneFile(path) if path.is_file() else TableFolder(path)


def names_of(table: str, endings: Iterable[str] = ENDINGS) -> Iterator[str]:
    """Give the names under which a table may lie: in ``hosp``, then ``core``, then beside them; uncompressed first."""
    endings = tuple(endings)
    return (f"{folder}/{table}{ending}".lstrip("/") for folder in FOLDERS for ending in endings)


def _folders(top: Path, names: list[str], listed: dict[Path, list[Path]]) -> list[Path]:
    """Give the folders below another one that have these names one below the other, in any capitals."""
    found = [top]
    for name in names:
        found = [path for folder in found for path in _named(folder, name, listed) if path.is_dir()]
    return found


def _named(folder: Path, name: str, listed: dict[Path, list[Path]]) -> list[Path]:
    """Give what lies in a folder by a name, that written exactly so first."""
    if folder not in listed:
        try:
            listed[folder] = sorted(folder.iterdir())
        except PermissionError:  # it may be one that can be entered and not listed
            return [path for path in [folder / name] if path.exists()]
        except (FileNotFoundError, NotADirectoryError):
            listed[folder] = []
    alike = [path for path in listed[folder] if path.name.casefold() == name.casefold()]
    return sorted(alike, key=lambda path: path.name != name)
