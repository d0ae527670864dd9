"""The numbers that a strategy takes: which each may be, and how one is written beside a command."""

import math
from dataclasses import dataclass

from aggregation.errors import UnknownStrategyError


@dataclass(frozen=True)
class Parameter:
    """One number that a strategy takes.

    Args:
        default: What it is where nobody gives it; None: it follows from the number of updates.
        least: The smallest that it may be, or what it must be above.
        most: The largest that it may be, or what it must be below.
        is_whole: Whether it counts something.
        takes_least: Whether ``least`` itself is allowed.
        takes_most: Whether ``most`` itself is allowed.
    """

    default: float | None
    least: float
    most: float = math.inf
    is_whole: bool = False
    takes_least: bool = True
    takes_most: bool = True

    def __str__(self) -> str:
        kind = "a whole number" if self.is_whole else "a number"
        low = f"{self.least:g} or more" if self.takes_least else f"above {self.least:g}"
        high = f" and {'at most' if self.takes_most else 'below'} {self.most:g}" if self.most < math.inf else ""
        return f"{kind}, {low}{high}"

    def admits(self, value: float) -> bool:
        """Say whether it may be this number."""
        if not math.isfinite(value) or (self.is_whole and value != int(value)):
            return False
        is_above = value >= self.least if self.takes_least else value > self.least
        is_below = value <= self.most if self.takes_most else value < self.most
        return is_above and is_below

    def checked(self, strategy: str, name: str, value: float) -> float:
        """Give the number; a whole one as an int.

        Raises:
            UnknownStrategyError: It may not be this one.
        """
        if not self.admits(value):
            raise UnknownStrategyError(f"Strategy {strategy} can't have {name} = {value:g}.", hint=f"{name} is {self}.")
        return int(value) if self.is_whole else float(value)


def named_value(text: str) -> tuple[str, float]:
    """Read a parameter as it is written beside a command: ``server_rate=0.1``.

    Raises:
        UnknownStrategyError: It is not written so.
    """
    name, equals, value = text.partition("=")
    try:
        if name and equals:
            return name, float(value)
    except ValueError:
        pass
    raise UnknownStrategyError(f"{text[:60]!r} is no parameter.", hint="Write for example server_rate=0.1.")
