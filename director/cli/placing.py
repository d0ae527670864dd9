"""Where a command is at work: which data folder, who said so, whether it can be one, whether a federation is there."""

import os

from director.assembly import Director
from director.errors import NotInitialisedError, StorageError, UsageError
from director.settings import DATA_DIR_VARIABLE, DirectorSettings


def place_line(settings: DirectorSettings) -> str:
    """Name the data folder in one short line; who said so only where nobody did, and the database where it is apart."""
    folder = settings.data_dir.resolve()
    nobody = "" if settings.data_dir_from.startswith("as ") else f" ({settings.data_dir_from})"
    apart = f", database {settings.url.database}" if settings.database_url is not None else ""
    return f"in {folder}{nobody}{apart}"


def require_folder(settings: DirectorSettings) -> None:
    """Refuse a data folder that is none, or that this user can't work in; one that is not there yet passes.

    Raises:
        UsageError: Something else has its name.
        StorageError: It can't be read, or not be written.
    """
    folder = settings.data_dir.resolve()
    where = f"The data folder {folder} ({settings.data_dir_from})"
    try:
        is_there, is_folder = folder.exists(), folder.is_dir()
    except OSError as error:
        raise StorageError(f"{where} can't be looked at: {error.strerror}.", hint=_HINT) from error
    if is_there and not is_folder:
        raise UsageError(f"{where} is a file, not a folder.", hint=f"Correct {DATA_DIR_VARIABLE}, or give --data-dir.")
    if is_there and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise StorageError(f"{where} can't be written by this user, or its disk can only be read.", hint=_HINT)


def make_folder(settings: DirectorSettings) -> None:
    """Make the data folder where it is missing: hospitals' models are nobody else's.

    Raises:
        StorageError: It can't be made.
    """
    folder = settings.data_dir.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        where = f"The data folder {folder} ({settings.data_dir_from})"
        raise StorageError(f"{where} can't be made: {error.strerror}.", hint=_HINT) from error


def is_untouched(director: Director) -> bool:
    """Tell whether the data folder holds nothing of a federation yet."""
    database = director.database.file
    return database is not None and not database.exists() and not (director.settings.data_dir / "blobs").exists()


def require_touched(director: Director, *, or_else: str = "") -> None:
    """Refuse a folder in which there is no federation yet, and say how one was led there.

    Args:
        director: On that folder.
        or_else: What else the command could do.

    Raises:
        NotInitialisedError: There is none.
    """
    if not is_untouched(director):
        _require_placed(director)
        return
    settings = director.settings
    folder = settings.data_dir.resolve()
    missing = "" if folder.is_dir() else ", which is not there"
    raise NotInitialisedError(
        f"There is no federation in {folder}{missing} ({settings.data_dir_from}).",
        hint=f"Is it elsewhere? Set {DATA_DIR_VARIABLE}, or give --data-dir. "
        f"To make one here: fl-director init{or_else}",
    )


def _require_placed(director: Director) -> None:
    """Refuse a folder whose database an earlier version put beside it, misled by the folder's name.

    Raises:
        NotInitialisedError: It did.
    """
    file = director.database.file
    if file is None or file.exists():
        return
    elsewhere = director.database.misplaced
    if elsewhere is not None:
        raise NotInitialisedError(
            f"The database of this data folder is not in it: an earlier version, misled by the folder's name, put it "
            f"at {elsewhere}.",
            hint=f"Stop whatever uses it; if it is no other federation's, move it (and -wal, -shm beside it) to {file}",
        )


_HINT = "Look at its rights and its disk, or name another folder."
