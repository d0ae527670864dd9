"""Whether a database is made as the migrations make one: tables, columns, indexes, and nothing that acts by itself.

What the migrations make is the one definition: it is made anew in memory, up to the same revision, and described in
the same way. What a description leaves out: a column's default, since every insert names every column; and what SQLite
keeps for itself. Knows SQLite alone: another database's owner looks after its schema.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from director.records.database import Database, revision_in

_SQLITES_OWN = "sqlite_"
_CLAUSES = re.compile(r"\b(CHECK|COLLATE|CONFLICT|WITHOUT|STRICT)\b", re.IGNORECASE)
"""What a table's text may say beyond its columns; none of ours does."""


@dataclass(frozen=True)
class SchemaDefect:
    """Something that is other than the migrations make it.

    Args:
        sentence: What, in words.
        is_missing: Whether rows can't be read for want of it.
    """

    sentence: str
    is_missing: bool = False


def schema_defects(session: Session) -> list[SchemaDefect]:
    """Hold a database against what the migrations make of an empty one; empty: there is no difference."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return []
    try:
        revision = revision_in(connection)
        found = _described(connection)
    except DBAPIError:
        return [SchemaDefect("its schema can't be read", is_missing=True)]
    if revision not in known_revisions():
        said = f"schema {str(revision)[:32]!r} is none that this program knows" if revision else "it has no schema"
        return [SchemaDefect(said, is_missing=True)]
    return _differences(_made_by_migrations(revision), found)


def known_revisions() -> list[str]:
    """Give the revisions that the migrations lead through, in order."""
    return sorted(file.name[:4] for file in Path(__file__).parent.glob("migrations/versions/[0-9]*.py"))


def _differences(made: Mapping[str, Mapping[str, str]], found: Mapping[str, Mapping[str, str]]) -> list[SchemaDefect]:
    """Name each thing that is missing, that no migration made, or that is made otherwise."""
    defects = [SchemaDefect(f"{place} is missing", is_missing=True) for place in made if place not in found]
    defects += [SchemaDefect(f"{place} is there, and no migration made it") for place in found if place not in made]
    for place, there in found.items():
        ours = made.get(place, there)
        defects += [
            SchemaDefect(f"{each} is missing", each.startswith("column ")) for each in ours if each not in there
        ]
        defects += [SchemaDefect(f"{each} is there, and no migration made it") for each in there if each not in ours]
        defects += [
            SchemaDefect(f"{each} is {there[each] or 'plain'}, and not {how or 'plain'}")
            for each, how in ours.items()
            if there.get(each, how) != how
        ]
    return defects


@cache
def _made_by_migrations(revision: str) -> Mapping[str, Mapping[str, str]]:
    database = Database("sqlite://")
    try:
        database.migrate(revision)
        with database.read() as session:
            return _described(session.connection())
    finally:
        database.close()


def _described(connection: Connection) -> Mapping[str, Mapping[str, str]]:
    """Give, for each table, view and trigger, its parts, and how each is made."""
    things: dict[str, dict[str, str]] = {}
    for kind, name, sql in connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master").all():
        if kind == "index" or str(name).startswith(_SQLITES_OWN):
            continue  # the indexes are described with their tables
        things[f"{kind} {name}"] = parts = {}
        if kind == "table":
            clauses = " ".join(sorted(each.upper() for each in _CLAUSES.findall(str(sql))))
            parts[f"table {name}"] = clauses
            parts |= _columns_of(connection, name) | _keys_of(connection, name)
    return things


def _columns_of(connection: Connection, table: str) -> dict[str, str]:
    columns = connection.exec_driver_sql(
        'SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?)', (table,)
    )
    return {
        f"column {table}.{name}": " ".join(
            word
            for word, holds in (
                (kind.upper(), True),
                ("NOT NULL", required),
                (f"key {place}", place),
                ("generated", hidden),
            )
            if holds
        )
        for name, kind, required, place, hidden in columns.all()
    }


def _keys_of(connection: Connection, table: str) -> dict[str, str]:
    """Describe a table's indexes, constraints and references."""
    keys: dict[str, str] = {}
    indexes = connection.exec_driver_sql('SELECT name, "unique", origin, partial FROM pragma_index_list(?)', (table,))
    for index, is_unique, origin, is_partial in indexes.all():
        parts = connection.exec_driver_sql(
            """SELECT coalesce(name, 'an expression'), "desc", coll
            FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno""",
            (index,),
        )
        on = ", ".join(
            f"{name}{' descending' if falls else ''}{'' if coll == 'BINARY' else f' {coll}'}"
            for name, falls, coll in parts.all()
        )
        how = f"on {table} ({on}){' unique' if is_unique else ''}{' partial' if is_partial else ''}"
        keys[f"index {index}" if origin == "c" else f"constraint {how}"] = how if origin == "c" else ""
    references = connection.exec_driver_sql(
        'SELECT "from", "table", "to", on_update, on_delete FROM pragma_foreign_key_list(?)', (table,)
    )
    for column, to, key, updated, deleted in references.all():
        keys[f"reference {table}.{column} to {to}.{key}"] = f"{updated}, {deleted}"
    return keys
