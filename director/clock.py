"""The clock, handed in at the edge."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Give the moment, in UTC."""
    return datetime.now(UTC)
