"""The one form in which a person reads a moment: the day, the time, and that it is UTC; and how one writes it.

Knows no clock.
"""

import re
from datetime import UTC, datetime, timedelta

WRITTEN_AS = "2026-11-26, '2026-11-26 18:35' (UTC), or 7d: so long ago"
_AGO = re.compile(r"([1-9][0-9]{0,4})([dhms])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}


def shown_moment(at: datetime | None, *, seconds: bool = False) -> str:
    """Write a moment as 2026-11-26 18:35 UTC, whatever zone it was told in; none is an empty text.

    Args:
        at: A moment with its zone.
        seconds: Whether the seconds matter too, as they do on record.
    """
    return "" if at is None else f"{at.astimezone(UTC):{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'} UTC}"


def read_moment(text: str, now: datetime) -> datetime | None:
    """Read a moment as a person writes it, or a list shows it: a day, with a time or without, or how long ago.

    Args:
        text: What was written; without a zone it is UTC.
        now: From when a span counts back, with its zone.

    Returns:
        The moment in UTC; None where the text is none.
    """
    written = text.strip().removesuffix("UTC").strip()
    ago = _AGO.fullmatch(written)
    try:
        if ago is not None:
            return now - int(ago[1]) * _UNITS[ago[2]]
        at = datetime.fromisoformat(written)
        return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
