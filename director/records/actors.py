"""Who acts, as the audit names it; and whether they still may at the moment in which their act begins.

Knows no tokens: whoever's right to act can end brings the question along (``director.members.holders``).
"""

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

HouseName = Literal["director", "code", "admin:cli"]
"""Who acts without a token: the director itself, whoever trades a code, whoever works on the data folder."""

HOUSE: HouseName = "director"


class Actor(str):
    """Who does something. As it is, it can always act; a subclass says when it can't.

    It is a ``str`` for the audit. A text made from it is none any more, and the ledger's types don't take that.
    """

    def require_right(self, session: Session, now: datetime) -> None:
        """Refuse who may act no more. The ledger asks under its write lock, so that nothing comes in between."""
