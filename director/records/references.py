"""Which kept files rows refer to: the others are orphans. Knows the tables by their columns' names alone.

A row that has a moment in ``pruned_at`` still says what its file was, and keeps it no more.
"""

from collections.abc import Collection

from sqlalchemy import String, inspect, select
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.orm import Session

from contract.names import Digest

_NAMING_FILES = frozenset(("submission_files", "global_model_files", "global_models", "starts", "validation_tables"))
"""The tables whose columns ``…sha256`` name kept files; global models did so themselves until schema 0004."""


def referred_digests(session: Session, among: Collection[Digest] | None = None) -> set[Digest]:
    """Give every digest that a row names; also in a database that an earlier version made, as in an older backup.

    Args:
        session: A transaction.
        among: Look for these alone, which costs no look at every row.
    """
    connection = session.connection()
    tables = inspect(connection)
    found: set[Digest] = set()
    for table in _NAMING_FILES & set(tables.get_table_names()):
        columns = tables.get_columns(table)
        has_pruned = any(column["name"] == "pruned_at" for column in columns)
        for column in columns:
            if column["name"].endswith("sha256"):
                digest = sql_column(column["name"], String)
                query = select(digest).select_from(sql_table(table)).where(digest.is_not(None)).distinct()
                if has_pruned:
                    query = query.where(sql_column("pruned_at", String).is_(None))
                if among is not None:
                    query = query.where(digest.in_(among))
                found |= {Digest(each) for each in connection.execute(query).scalars()}
    return found
