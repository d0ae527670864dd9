"""The database: one engine, read and write transactions, migrations.

A write transaction takes the write lock first (BEGIN IMMEDIATE), so that what it reads is what it writes upon, in any
number of processes. Nothing here knows what the rows mean.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from director.errors import DatabaseError, NotInitialisedError, StorageError, StorageFullError

REVISION = "0015"
"""The schema that this program works with: the newest migration (held to it by a test)."""

_BUSY_SECONDS = 30
_LEAST_SQLITE = (3, 35)
"""Drops a column without making its table anew."""

_SQLITE_ERRORS = {
    "SQLITE_FULL": StorageFullError,
    "SQLITE_IOERR": StorageError,
    "SQLITE_READONLY": StorageError,
    "SQLITE_CANTOPEN": StorageError,
}
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def url_of(file: Path) -> URL:
    """Give the URL of a database's file, whatever its folder is called: as a text, ``%20`` and ``?`` would be read."""
    return URL.create("sqlite", database=str(file))


class Database:
    """Transactions on one database.

    Args:
        url: An SQLAlchemy URL; ``url_of`` gives a file's.
    """

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self._is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = create_engine(self.url, connect_args={"timeout": _BUSY_SECONDS} if self._is_sqlite else {})
        if self._is_sqlite:
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        self._turns = threading.Lock()
        self._writing = self._engine.execution_options(takes_write_lock=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Read one consistent state."""
        with _faults_named(), Session(self._engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Take the write lock, then commit all or nothing.

        Threads of this process queue for it: SQLite lets whoever finds it taken sleep, longer each time.
        """
        with _faults_named(), self._turn(), Session(self._writing, expire_on_commit=False) as session, session.begin():
            session.connection()  # begins now, and not with the first statement: the lock is held from here on
            yield session

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=_BUSY_SECONDS):
            raise DatabaseError("The database is too busy; nothing was changed.", hint="Try again later.")
        try:
            yield
        finally:
            self._turns.release()

    @property
    def file(self) -> Path | None:
        """The database's file, where it is one."""
        return Path(self.url.database) if self._is_sqlite and self.url.database else None

    @property
    def misplaced(self) -> Path | None:
        """Where an earlier version, which made a text of the path, put this database, if one lies there."""
        if self.file is None:
            return None
        with suppress(ArgumentError, OSError, ValueError):
            place = make_url(f"sqlite:///{self.file}").database
            found = Path(place) if place else self.file
            return found if found != self.file and found.is_file() else None
        return None

    @property
    def is_there(self) -> bool:
        """Tell whether there is a database: an empty file is none, and opening it would make it one."""
        return self.file is None or (self.file.exists() and self.file.stat().st_size > 0)

    def schema(self) -> str | None:
        """Give the schema that a migration left here; None: none has ever ended. Raises as ``check_usable``."""
        with _faults_named():
            return self._revision()

    def is_older(self) -> bool:
        """Tell whether an earlier version of this program made what is here; raises as ``check_usable``."""
        found = self.schema()
        return found is not None and found < REVISION

    def check_usable(self) -> None:
        """Refuse a file that is no whole database, and leave it as it is.

        Raises:
            DatabaseError: It is damaged.
            StorageError: The disk does not give it, or not for writing.
        """
        self.schema()

    def check_ready(self) -> None:
        """Refuse a database that is not there, not whole, or of another schema.

        Raises:
            NotInitialisedError: There is none yet.
            DatabaseError: It is damaged, or of a schema that this program does not know.
        """
        if not self.is_there:
            raise NotInitialisedError("There is no database in the data folder.", hint="Run: fl-director init")
        self.check_usable()
        found = self._revision()
        require_known(found)
        if found != REVISION:
            raise DatabaseError(
                f"The database has schema {found or 'none'}, this program works with {REVISION}.",
                hint="Run: fl-director init (it migrates an older schema)",
            )

    def migrate(self, revision: str = "head") -> None:
        """Bring the schema up to date, or up to a revision; makes the database where there is none.

        Raises:
            DatabaseError: A later version of this program made what is here, or this SQLite is too old.
        """
        if self._is_sqlite and sqlite3.sqlite_version_info < _LEAST_SQLITE:
            raise DatabaseError(
                f"This Python comes with SQLite {sqlite3.sqlite_version}; it takes 3.35 or later.",
                hint="Use a newer Python, or a newer SQLite under it.",
            )
        require_known(self._revision() if self.is_there else None)
        from alembic import command  # late: migrations are rare, and starting up is not
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "director.records:migrations")
        with self._writing.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()

    def change_counter(self) -> "ChangeCounter":
        """Watch for commits by others: another thread, the CLI, another worker."""
        return ChangeCounter(self._engine if self._is_sqlite else None, self)

    def check_whole(self) -> list[str]:
        """Give what SQLite's own integrity check complains of."""
        if not self._is_sqlite:
            return []
        with self.read() as session:
            return [row for row in session.scalars(text("PRAGMA integrity_check")) if row != "ok"]

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _revision(self) -> str | None:
        with self._engine.connect() as connection:
            return revision_in(connection)


def revision_in(connection: Connection) -> str | None:
    """Give the schema's revision; None where there are no tables of this program."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def require_known(revision: str | None) -> None:
    """Let nothing be done with what a later version of this program made.

    Raises:
        DatabaseError: It has a schema that this program does not know.
    """
    if revision is not None and revision > REVISION:
        raise DatabaseError(
            f"The database has schema {revision}, this program works with {REVISION}.",
            hint="A later version made it: use that one, or restore a backup of this one's.",
        )


class ChangeCounter:
    """A number that moves when somebody else has committed."""

    def __init__(self, engine: Engine | None, database: Database) -> None:
        self._database = database
        self._connection: sqlite3.Connection | None = None
        if engine is not None and database.file is not None:
            # isolation_level None: no transaction, so that each look sees the newest commit
            with _faults_named():
                self._connection = sqlite3.connect(database.file, isolation_level=None, check_same_thread=False)

    def value(self) -> int:
        """Look: microseconds, no lock that others wait for."""
        if self._connection is not None:
            with _faults_named():
                return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        with self._database.read() as session:
            return int(session.scalar(text("SELECT coalesce(max(seq), 0) FROM audit")) or 0)

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # the driver shall not begin on its own: see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("takes_write_lock", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _faults_named() -> Iterator[None]:
    """Turn the disk's and the database's faults into errors that say what to do."""
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseError("The database is too busy; nothing was changed.", hint="Try again later.") from error
    except (DBAPIError, sqlite3.Error) as error:  # the second before SQLAlchemy has the connection
        name = getattr(getattr(error, "orig", error), "sqlite_errorname", "") or ""
        for prefix, kind in _SQLITE_ERRORS.items():
            if name.startswith(prefix):
                raise kind(
                    "The database can't be written now; nothing was changed.",
                    hint="Look at the disk's free space and rights, then try again.",
                ) from error
        if name.startswith(_DAMAGED):
            raise DatabaseError(
                "The database is damaged or is no database: it is left as it is.",
                hint="Restore it from the last backup (fl-director restore); PRAGMA integrity_check says more.",
            ) from error
        if isinstance(error, OperationalError | sqlite3.OperationalError):
            raise DatabaseError(
                "The database does not answer; nothing was changed.",
                hint="Try again; if it stays so, see logs/director.log.",
            ) from error
        raise  # a fault of ours, not the disk's
