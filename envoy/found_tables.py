"""A table's name → the file that it is read from: one, or several that say the same; else what lies there instead.

Two files of one table that differ are nobody's to choose between: the older one may be the one that is read.
"""

import bz2
import lzma
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path
from typing import IO, cast
from zipfile import BadZipFile, ZipFile

from envoy.table_files import TableFileError, explained, opened
from envoy.table_sources import ENDINGS, UNREAD_ENDINGS, FoundTable, Signatures, TableFolder, TableSource, names_of

_BLOCK_BYTES = 1 << 20
_PACKED = (".zip", ".bz2", ".xz")


@dataclass(frozen=True)
class Copies:
    """The files of one table, all of which say the same.

    Args:
        table: The one that is read.
        others: The names of the others.
    """

    table: FoundTable
    others: tuple[str, ...] = ()


def find_table(source: TableSource | Path, name: str) -> FoundTable | None:
    """Find the file that a table is read from; raises as ``find_copies``."""
    found = find_copies(source, name)
    return None if found is None else found.table


def find_copies(source: TableSource | Path, name: str) -> Copies | None:
    """Find the files of a table: ``hosp/NAME.csv``, ``hosp/NAME.csv.gz``, then the same in ``core`` and without either.

    Args:
        source: Where the tables lie; of a folder its path.
        name: The table's, as MIMIC-IV calls it.

    Raises:
        TableFileError: The folder can't be looked into, or the table is there twice and differs.
        EnvoyError: The bucket can't be read.
    """
    place = TableFolder(source) if isinstance(source, Path) else source
    with explained():
        found = list(place.copies(name))
        if not found:
            return None
        unread = place.lying(names_of(name, _unread_endings(place)))
        others = [*found[1:], *unread]
    for other in others:
        if not say_the_same(found[0], other):
            raise _twice(found[0].name, other.name)
    return Copies(found[0], tuple(each.name for each in others))


def signatures_of(source: TableSource, tables: Iterable[str]) -> Signatures:
    """Give what changes with some tables, all files of each; raises as ``find_copies``, but compares nothing."""
    return tuple(_signature(source, table) for table in tables)


def say_the_same(one: FoundTable, other: FoundTable) -> bool:
    """Tell whether two files hold the same text, compressed or not; one that can't be read does not.

    Raises:
        EnvoyError: The bucket can't be read.
    """
    try:
        with explained(), opened(one) as ours, _unpacked(other) as theirs:
            while block := ours.read(_BLOCK_BYTES):
                if block != theirs.read(len(block)):
                    return False
            return not theirs.read(1)
    except (TableFileError, BadZipFile, LZMAError, NotImplementedError, RuntimeError):  # the last two: of a zip
        return False


@contextmanager
def _unpacked(table: FoundTable) -> Iterator[IO[bytes]]:
    """Open a table's text also where it is packed in a way that tables are not read from."""
    ending = table.name.lower().rpartition(".")[2]
    if ending not in ("zip", "bz2", "xz"):
        with opened(table) as text:
            yield text
        return
    with table.open() as raw:
        if ending == "zip":
            with ZipFile(raw) as archive, archive.open(_only(archive)) as text:
                yield text
        else:
            with bz2.open(raw) if ending == "bz2" else lzma.open(raw) as text:
                yield cast(IO[bytes], text)


def _only(archive: ZipFile) -> str:
    names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
    if len(names) != 1:
        raise BadZipFile
    return names[0]


def _unread_endings(place: TableSource) -> Sequence[str]:
    """Give what else a table may be kept as: in a bucket each name is a request."""
    return UNREAD_ENDINGS[:1] if place.folder is None else UNREAD_ENDINGS


def _signature(source: TableSource, table: str) -> tuple[str | int, ...] | None:
    with explained():
        found = [part for each in source.copies(table) for part in each.signature or ()]
    return tuple(found) or None


def _twice(one: str, other: str) -> TableFileError:
    why = "the two differ" if other.lower().endswith((*ENDINGS, *_PACKED)) else "the latter can't be read here"
    said = f"The table is there twice: {one} and {other}; {why}."
    return TableFileError("table_twice", said, hint="Move away the one that is out of date.")


# Where a table is not, somebody has often put it somewhere else.

_MOST_LOOKED_AT = 5_000
_DEEPEST = 3
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".7z")


def instead_of(source: TableSource | Path, table: str) -> str:
    """Say of a table that was not found what there is instead: another form of it, another place; "": nothing.

    Raises:
        EnvoyError: The bucket can't be read.
    """
    place = TableFolder(source) if isinstance(source, Path) else source
    try:
        with explained():
            other = next(iter(place.lying(names_of(table, _unread_endings(place)))), None)
            if other is not None:
                return f"There is {other.name}, which is not read: export or unpack it as .csv or .csv.gz."
            return next(_around(place.folder, table), "") if place.folder is not None else ""
    except TableFileError:
        return ""


def _around(folder: Path, table: str) -> Iterator[str]:
    """Look around a folder for a table: beside it, then below it."""
    beside = folder.resolve().parent
    if folder.is_dir() and next(TableFolder(beside).copies(table), None) is not None:
        yield f"It lies beside that folder: give --data {beside}"
    below = list(_below(folder))
    names = [name.casefold() for name in names_of(table) if "/" not in name]
    for path in below:
        if path.name.casefold() in names:
            top = path.parent.parent if path.parent.name.casefold() in ("hosp", "core") else path.parent
            yield f"It lies in {path.parent.relative_to(folder).as_posix()}: give --data {top}"
    for path in below:
        if path.name.casefold().lstrip(".").startswith(table):
            yield f"There is {path.relative_to(folder).as_posix()}, which is not read: is it the table? Then rename it."
    for path in below:
        if path.name.casefold().endswith(_ARCHIVES) and path.parent == folder:
            yield f"There is {path.name}: unpack it."


def _below(folder: Path) -> Iterator[Path]:
    """Give the files below a folder, the nearest first; not all of very many."""
    looked_at, level = 0, [folder]
    for _ in range(_DEEPEST + 1):
        deeper = []
        for each in level:
            try:
                entries = sorted(each.iterdir())
            except OSError:  # what can't be looked into does not help
                continue
            for path in entries:
                looked_at += 1
                if looked_at > _MOST_LOOKED_AT:
                    return
                if path.is_dir() and not path.is_symlink():
                    deeper.append(path)
                else:
                    yield path
        level = deeper
