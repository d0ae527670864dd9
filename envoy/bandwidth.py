"""How fast bytes may travel: a bucket that fills with time. Knows no socket."""

import time
from collections.abc import Callable

_PIECES_A_SECOND = 4
_SMALLEST_PIECE, _LARGEST_PIECE = 512, 64 * 1024


class Bandwidth:
    """Makes whoever sends or reads wait, so that on the whole no more travels than the hospital allows.

    Args:
        bytes_per_second: The most, in both directions together.
        clock: Gives seconds.
        sleep: Waits so many of them.
    """

    def __init__(
        self,
        bytes_per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = bytes_per_second
        self._clock, self._sleep = clock, sleep
        self._paid_until = clock()

    @property
    def piece_bytes(self) -> int:
        """How much to send or read at once, so that the line is never taken for long."""
        return int(min(max(self._rate / _PIECES_A_SECOND, _SMALLEST_PIECE), _LARGEST_PIECE))

    def spend(self, count: int) -> None:
        """Wait until so many bytes more may have travelled; what was not used before does not add up."""
        now = self._clock()
        self._paid_until = max(self._paid_until, now) + count / self._rate
        if self._paid_until > now:
            self._sleep(self._paid_until - now)
