"""One memory of compiled statements for all databases of a test process.

SQLAlchemy compiles a statement once for each engine; thousands of tests begin with a database of their own, and a
quarter of their time went into the same texts. What is compiled depends on the dialect's kind alone.
"""

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_compiled: LRUCache[object, object] = LRUCache(5000)


def share_compiled_statements() -> None:
    """Let every engine of this process from now on look there."""

    for name, method in {"__eq__": _is_alike, "__hash__": _hash_of_kind}.items():  # the dialect is a part of the key
        setattr(SQLiteDialect_pysqlite, name, method)
    event.listen(Engine, "engine_connect", _look_there)


def _look_there(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_compiled)


def _is_alike(one: object, other: object) -> bool:
    return type(one) is type(other)


def _hash_of_kind(one: object) -> int:
    return hash(type(one))
