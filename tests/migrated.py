"""An empty database of the newest schema, made once a process: thousands of tests begin with one.

That migrations lead there is shown where they are tested (``tests/director/records``), not anew by each story.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from director.records.database import Database


def put_empty_database(file: Path) -> None:
    """Put one where none is yet."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_empty())


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "director.db"
        database = Database(f"sqlite:///{file}")
        database.migrate()
        database.close()
        return file.read_bytes()
