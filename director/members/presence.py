"""Who is there: when each hospital's machine was last seen, and whether that is too long ago."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from director.members.access import HOSPITAL
from director.records.schema import EnvoyRow, TokenRow


@dataclass(frozen=True)
class Presence:
    """When each hospital's machine was last seen.

    Args:
        seen: Hospital → when; one that was never seen is missing.
        now: The moment that it is asked about.
        silent_after: One that joined and was not seen for longer is silent.
    """

    seen: Mapping[int, datetime]
    now: datetime
    silent_after: timedelta

    def last_seen(self, row: EnvoyRow) -> datetime | None:
        """Say when a hospital was last seen; None: never."""
        return self.seen.get(row.id)

    def is_silent(self, row: EnvoyRow) -> bool:
        """Tell whether a hospital is silent: one that is shut out or never joined is not."""
        if row.joined_at is None or row.disabled_at is not None:
            return False
        return self.now - max(self.seen.get(row.id, row.joined_at), row.joined_at) > self.silent_after

    def state_of(self, row: EnvoyRow) -> Literal["enrolled", "in_touch", "silent", "disabled", "withdrawn"]:
        """Say how a hospital is there."""
        if row.disabled_at is not None:
            return "withdrawn" if row.withdrawn_at is not None else "disabled"
        if row.joined_at is None:
            return "enrolled"
        return "silent" if self.is_silent(row) else "in_touch"


def seen_at(session: Session, envoys: Collection[int] | None = None) -> Mapping[int, datetime]:
    """Give hospital → when its machine was last seen; a person of it with a token of their own is not its machine.

    Args:
        session: A transaction.
        envoys: Of these alone; None: of all.
    """
    newest = select(TokenRow.envoy_id, func.max(TokenRow.last_used_at)).where(
        TokenRow.role == HOSPITAL, TokenRow.last_used_at.is_not(None)
    )
    if envoys is not None:
        newest = newest.where(TokenRow.envoy_id.in_(envoys))
    rows = session.execute(newest.group_by(TokenRow.envoy_id))
    return {envoy: at for envoy, at in rows if envoy is not None and at is not None}
