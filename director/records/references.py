"""Which kept files rows refer to: the others are orphans. Knows the tables by their columns' names alone."""

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from contract.names import Digest

_NAMING_FILES = frozenset(("submission_files", "global_model_files", "global_models", "starts", "validation_tables"))
"""The tables whose columns ``…sha256`` name kept files; global models did so themselves until schema 0004."""


def referred_digests(session: Session) -> set[Digest]:
    """Give every digest that a row names; also in a database that an earlier version made, as in an older backup."""
    connection = session.connection()
    tables = inspect(connection)
    found: set[Digest] = set()
    for table in _NAMING_FILES & set(tables.get_table_names()):
        for column in tables.get_columns(table):
            if column["name"].endswith("sha256"):
                named = connection.execute(text(f"SELECT DISTINCT {column['name']} FROM {table}"))  # noqa: S608 - our own names
                found |= {Digest(digest) for digest in named.scalars() if digest is not None}
    return found
