"""Ids by their beginnings, as a person types them; over the interface an id is whole."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

MOST_CANDIDATES = 6
_HEX = frozenset("0123456789abcdef")


def ids_beginning_with(session: Session, column: InstrumentedAttribute[Any], text: str) -> list[str]:
    """Give the ids of a column that begin with a text: the one that is the text, else at most ``MOST_CANDIDATES``.

    Args:
        session: A transaction.
        column: Ids in hexadecimal.
        text: What was typed.
    """
    begun = text.strip().lower()
    if not begun or not _HEX.issuperset(begun):
        return []
    found = session.scalars(
        select(column).where(column >= begun, column < f"{begun}g").order_by(column).limit(MOST_CANDIDATES)
    ).all()
    return [begun] if begun in found else list(found)
