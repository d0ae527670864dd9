"""The folder of a saved run: its files all of them or none, and never in the place of something else."""

import os
from collections.abc import Mapping
from contextlib import suppress
from errno import EEXIST, ENOTEMPTY
from pathlib import Path
from tempfile import TemporaryDirectory

from contract.errors import ArtifactError
from contract.plain_files import read_bounded
from contract.visible_text import visible
from simulation.errors import SavedRunError
from simulation.run_record import RunRecord

RECORD, ROWS, MODEL, SCALER, PICTURE = "history.json", "rounds.csv", "model.pt", "scaler.pkl", "rounds.png"
FILES = frozenset({RECORD, ROWS, MODEL, SCALER, PICTURE})
_MAX_RECORD_BYTES = 1 << 22
_NAMED = 40
"""Characters of a folder's name in that of the hidden one beside it, which must not become too long by it."""
_ATTEMPTS = 10
_HINT = "Choose another folder."


def require_free(folder: Path) -> None:
    """Refuse a folder that can't be made, or holds something else than a saved run, which alone is replaced.

    Raises:
        SavedRunError: It does, or it is no folder, or nothing can be put in its place.
    """
    folder = _leading_to(folder)
    _require_movable(folder)
    if not folder.exists():
        return
    if not folder.is_dir():
        raise SavedRunError(f"{_shown(folder)} is no folder.", hint=_HINT)
    found = sorted(path.name for path in folder.iterdir())
    others = [name for name in found if name not in FILES]
    if found and RECORD not in found:
        others = others or found
    if others:
        raise SavedRunError(
            f"{_shown(folder)} holds something else than a saved run: {visible(', '.join(others[:3]))}.", hint=_HINT
        )
    if found:
        try:
            read_record(folder)
        except SavedRunError as error:
            raise SavedRunError(
                f"{_shown(folder)} holds something else than a saved run: {error.sentence}", hint=_HINT
            ) from None


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder with these files in the place of the run that was saved there, if one was.

    Made whole beside it and then moved. What is killed between two moves leaves the one before in a hidden folder.

    Raises:
        SavedRunError: Something else is there.
        OSError: It can't be written; what was there is there still.
    """
    folder = _leading_to(folder)
    require_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name[:_NAMED]}-") as room:
        whole = Path(room) / "whole"
        whole.mkdir()
        for name, data in files.items():
            with (whole / name).open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for attempt in range(_ATTEMPTS):
            require_free(folder)
            try:
                _swap(whole, folder, Path(room) / f"before{attempt}")
            except OSError as error:
                if error.errno not in (ENOTEMPTY, EEXIST) or attempt == _ATTEMPTS - 1:
                    raise
            else:
                return  # else who saves here too came in between: ours comes in its place


def _swap(whole: Path, folder: Path, before: Path) -> None:
    with suppress(FileNotFoundError):  # there was none, or who saves here too has just moved it away
        folder.replace(before)
    try:
        whole.replace(folder)
    except OSError:
        if before.exists() and not folder.exists():
            before.replace(folder)
        raise


def _leading_to(folder: Path) -> Path:
    """Follow links, so that a link stays one."""
    try:
        return folder.resolve()
    except (OSError, RuntimeError, ValueError):  # Python's word for a loop of links, and for a NUL
        raise SavedRunError(f"{_shown(folder)} leads nowhere.", hint=_HINT) from None


def _require_movable(folder: Path) -> None:
    """Refuse what a whole folder can't be moved to: said before a run, for afterwards it would be lost."""
    hint = f"Choose a folder in it, such as {_shown(folder / 'run')}."
    if os.path.ismount(folder):  # pathlib knows no mounts on Windows in Python 3.11
        raise SavedRunError(f"{_shown(folder)} is where a disk is mounted: it can't be replaced as a whole.", hint=hint)
    if Path.cwd().is_relative_to(folder):
        raise SavedRunError(
            f"{_shown(folder)} is where this program runs, which would be gone when it is replaced as a whole.",
            hint=hint,
        )
    above = next(each for each in folder.parents if each.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise SavedRunError(
            f"{_shown(folder)} can't be made or replaced: nothing can be written into {_shown(above)}.", hint=_HINT
        )


def read_record(folder: Path) -> RunRecord:
    """Read what was run.

    Raises:
        SavedRunError: The folder is no saved run.
    """
    return RunRecord.from_file(read_file(folder, RECORD, _MAX_RECORD_BYTES))


def read_file(folder: Path, name: str, max_bytes: int) -> bytes:
    """Read one of its files.

    Raises:
        SavedRunError: It is not there, no plain file, or larger than it can be.
    """
    hint = "Name a folder that History.save or fl-simulate run --out has written."
    try:
        return read_bounded(folder / name, max_bytes)
    except ArtifactError as error:
        raise SavedRunError(f"{_shown(folder)} is no saved run: {error.sentence}", hint=hint) from None
    except OSError as error:
        why = f"{name} can't be read: {error.strerror}."
        raise SavedRunError(f"{_shown(folder)} is no saved run: {why}", hint=hint) from None


def _shown(folder: Path) -> str:
    return visible(str(folder))[:200]
