"""What thousands of tests begin with, made once a process: an empty database, and a data folder just begun.

That migrations lead there, and what ``init`` makes, is shown where they are tested (``tests/director``), not anew by
each story.
"""

import shutil
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from director.assembly import Director
from director.records.database import Database
from director.settings import DirectorSettings

_made = TemporaryDirectory()  # gone when the process ends


def put_empty_database(file: Path) -> None:
    """Put one where none is yet."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(_empty(), file)


def put_begun_federation(settings: DirectorSettings, moment: datetime) -> None:
    """Make a data folder a federation's, as ``init`` does at a moment; what is there already is brought up to date."""
    if (settings.data_dir / "director.db").exists() or settings.tasks:
        put_empty_database(settings.data_dir / "director.db")
        _initialise(settings, moment)
    else:
        shutil.copytree(_begun(moment), settings.data_dir, dirs_exist_ok=True)


@cache
def _empty() -> Path:
    file = Path(_made.name) / "empty.db"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@cache
def _begun(moment: datetime) -> Path:
    folder = Path(_made.name) / f"begun-{moment:%Y%m%d%H%M%S%f}"
    put_empty_database(folder / "director.db")
    _initialise(DirectorSettings(data_dir=folder), moment)
    return folder


def _initialise(settings: DirectorSettings, moment: datetime) -> None:
    director = Director(settings, lambda: moment)
    director.initialise()
    director.database.close()
