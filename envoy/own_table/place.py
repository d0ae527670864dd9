"""Where a task's own table lies, and its map: the file that a person named, or those that bear the task's name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from contract.tasks import Task
from envoy.errors import SettingsError
from envoy.found_tables import say_the_same
from envoy.own_table.table_map import MAX_MAP_BYTES, TableMap, plain_map, read_map
from envoy.table_files import TableFileError
from envoy.table_sources import FoundTable, OneFile, TableFile, TableSource

ENDINGS = (".csv", ".csv.gz", ".parquet")
_CORRECT = "Correct --data, ENVOY_DATA or the settings file."


@dataclass(frozen=True)
class MappedSource:
    """Tables of which a person named the map.

    Args:
        source: Where they lie.
        map_file: The map.
    """

    source: TableSource
    map_file: Path

    def copies(self, table: str) -> Iterator[FoundTable]:
        """Find a table as without a map."""
        return self.source.copies(table)

    def lying(self, names: Iterable[str]) -> Iterator[FoundTable]:
        """Find files as without a map."""
        return self.source.lying(names)

    @property
    def absence(self) -> str | None:
        """Say as without a map why there is no table."""
        return self.source.absence

    @property
    def folder(self) -> Path | None:
        """Where to look around, as without a map."""
        return self.source.folder

    def __str__(self) -> str:
        return str(self.source)


@dataclass(frozen=True)
class OwnFiles:
    """What was found.

    Args:
        table: The table.
        map_file: Its map; None: it has none.
    """

    table: FoundTable
    map_file: FoundTable | None


def find_own(task: Task, source: TableSource) -> OwnFiles:
    """Find a task's table and its map.

    Raises:
        TableFileError: There is no such table, or there are two.
        SettingsError: The map that was named is not there.
        EnvoyError: The bucket can't be read.
    """
    table = _table(task, source)
    if isinstance(source, MappedSource):
        if not source.map_file.is_file():
            raise SettingsError(f"There is no map file {source.map_file}.", hint="Correct --map or ENVOY_MAP.")
        return OwnFiles(table, TableFile(source.map_file.parent, source.map_file))
    return OwnFiles(table, next(source.lying([f"{_bare(table.name)}.map.toml"]), None))


def read_map_of(files: OwnFiles, task: Task) -> TableMap:
    """Read the map, if there is one; raises as ``read_map``."""
    if files.map_file is None:
        return plain_map(task)
    with files.map_file.open() as stream:
        return read_map(stream.read(MAX_MAP_BYTES + 1), task)


def _table(task: Task, source: TableSource) -> FoundTable:
    within = source.source if isinstance(source, MappedSource) else source
    if isinstance(within, OneFile):
        if not within.path.name.lower().endswith(ENDINGS):
            raise _no_table_file(within.path.name)
        return within.table
    names = [f"{task.name}{ending}" for ending in ENDINGS]
    if within.absence is not None:
        said = f"There is no file {within}." if str(within).lower().endswith(ENDINGS) else within.absence
        raise TableFileError("missing_folder", said, hint=_CORRECT)
    found = list(within.lying(names))
    if not found:
        raise TableFileError("missing_file", f"{within} holds none of {', '.join(names)}.", hint="Or name the file.")
    for other in found[1:]:
        if not say_the_same(found[0], other):
            both = f"{found[0].name} and {other.name}"
            raise TableFileError("table_twice", f"The table is there twice: {both}.", hint="Name the one that counts.")
    return found[0]


def _no_table_file(name: str) -> TableFileError:
    what = "Rename it." if "." not in name.strip(".") else "Export it as CSV or Parquet, or unpack it."
    return TableFileError("not_text", f"{name} is none of {', '.join(ENDINGS)}.", hint=what)


def _bare(name: str) -> str:
    """Take a table's ending off."""
    return next(name[: -len(ending)] for ending in ENDINGS[::-1] if name.lower().endswith(ending))
