"""The one form in which a person reads a moment: the day, the time, and that it is UTC. Knows no clock."""

from datetime import UTC, datetime


def shown_moment(at: datetime | None, *, seconds: bool = False) -> str:
    """Write a moment as 2026-11-26 18:35 UTC, whatever zone it was told in; none is an empty text.

    Args:
        at: A moment with its zone.
        seconds: Whether the seconds matter too, as they do on record.
    """
    return "" if at is None else f"{at.astimezone(UTC):{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'} UTC}"
