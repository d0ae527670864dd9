"""Where the script's result goes: all of it or nothing, and what lay there before stays whole until then.

Written beside and moved into place. A run that is killed between two moves leaves files of two results; the digests in
card.json then say so, and an import refuses them.
"""

import os
import shutil
import stat
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from aggregation.errors import AggregationError
from aggregation.script.shown import shown, shown_path

_HINT = "Choose another folder with --out."


def require_place(out: Path, names: Iterable[str], sources: Iterable[Path]) -> None:
    """Refuse an ``--out`` that can't take the result, before anything is computed.

    Args:
        out: A folder that is there or can be made.
        names: The files that shall lie in it.
        sources: The folders that are read.

    Raises:
        AggregationError: It is no folder, one of the sources, within or around one, something else than a file has a
            name of the result's, or other files lie there than those of a result.
    """
    due = frozenset(names)
    try:
        is_there = _is_there(out, stat.S_ISDIR, "no folder")
        for source in sources:
            _require_apart(out, source)
        if is_there:
            for name in due:
                _is_there(out / name, stat.S_ISREG, "no plain file")
            _require_own_files(out, due)
    except OSError as error:
        raise AggregationError(f"--out {shown_path(out)} can't be used: {error.strerror}.", hint=_HINT) from None


def write_result(out: Path, files: Mapping[str, bytes]) -> None:
    """Write all files into a folder, which is made where it is not there.

    Args:
        out: The folder.
        files: Name → bytes, in the order in which they come into place.

    Raises:
        AggregationError: It can't be written. Then what was there before is there still, and nothing else.
    """
    try:
        is_new = not out.exists()
        out.mkdir(parents=True, exist_ok=True)
        try:
            with TemporaryDirectory(dir=out, prefix=".aggregation-") as room:
                _write_all(Path(room), files)
                _move_all(Path(room), out, list(files))
        except OSError:
            if is_new:
                with suppress(OSError):
                    out.rmdir()
            raise
    except OSError as error:
        raise AggregationError(
            f"The result can't be written to {shown_path(out)}: {error.strerror}.",
            hint="Nothing in it has changed. Make room there, or choose another folder with --out.",
        ) from error


def _require_apart(out: Path, source: Path) -> None:
    """Demand that neither folder is the other, nor lies in it, by whatever names."""
    if not source.exists():
        return
    if _is_one_of(source, [out]):
        raise AggregationError(
            f"--out {shown_path(out)} is a folder that is read: its model would be lost.", hint=_HINT
        )
    if _is_one_of(source, out.resolve().parents):
        raise AggregationError(f"--out {shown_path(out)} lies in {shown_path(source)}, which is read.", hint=_HINT)
    if _is_one_of(out, source.resolve().parents):
        raise AggregationError(f"--out {shown_path(out)} holds {shown_path(source)}, which is read.", hint=_HINT)


def _is_one_of(folder: Path, others: Iterable[Path]) -> bool:
    return folder.exists() and any(other.exists() and folder.samefile(other) for other in others)


def _require_own_files(out: Path, names: Collection[str]) -> None:
    """Demand a folder of results: what else lies there may be a hospital's, whose model would be lost."""
    for path in sorted(out.iterdir()):
        if path.name not in names and not path.name.startswith("."):
            raise AggregationError(
                f"--out {shown_path(out)} holds {shown(path.name)}, which is no part of a result.",
                hint="Choose a new folder with --out, or one that holds an earlier result alone.",
            )


def _is_there(path: Path, is_right: Callable[[int], bool], wrong: str) -> bool:
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    if not is_right(found.st_mode):
        raise AggregationError(f"--out: {shown_path(path)} is {wrong}.", hint=_HINT)
    return True


def _write_all(room: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        with (room / name).open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def _move_all(room: Path, out: Path, names: list[str]) -> None:
    """Move the files into place; where one can't be, put back what was there."""
    before = room / "before"
    before.mkdir()
    for name in names:
        if (out / name).exists():
            _keep(out / name, before / name)
    moved: list[str] = []
    try:
        for name in names:
            (room / name).replace(out / name)
            moved.append(name)
    except OSError:
        for name in moved:
            if (before / name).exists():
                (before / name).replace(out / name)
            else:
                (out / name).unlink()
        raise


def _keep(file: Path, beside: Path) -> None:
    """Give a file a second name, or where the disk knows no such thing, copy it."""
    try:
        beside.hardlink_to(file)
    except OSError:
        shutil.copyfile(file, beside)
