"""The folder of a saved run: its files all of them or none, and never in the place of something else."""

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from contract.artifacts.visible_text import visible
from contract.errors import ArtifactError
from contract.plain_files import read_bounded
from simulation.errors import SavedRunError
from simulation.run_record import RunRecord

RECORD, ROWS, MODEL, SCALER, PICTURE = "history.json", "rounds.csv", "model.pt", "scaler.pkl", "rounds.png"
FILES = frozenset({RECORD, ROWS, MODEL, SCALER, PICTURE})
_MAX_RECORD_BYTES = 1 << 22
_HINT = "Choose another folder."


def require_free(folder: Path) -> None:
    """Refuse a folder that holds something else than a saved run, which alone is replaced.

    Raises:
        SavedRunError: It does, or it is no folder.
    """
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
    folder = folder.resolve()  # where a link leads, so that the link stays one
    require_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as room:
        whole, before = Path(room) / "whole", Path(room) / "before"
        whole.mkdir()
        for name, data in files.items():
            with (whole / name).open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        if folder.exists():
            folder.replace(before)
        try:
            whole.replace(folder)
        except OSError:
            if before.exists():
                before.replace(folder)
            raise


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
