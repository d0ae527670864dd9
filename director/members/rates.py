"""How often: a rate for each key, in memory, each worker by itself. Knows neither tokens nor requests."""

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from director.errors import TooManyRequestsError

MAX_KEYS = 10_000
"""How many keys one rate remembers; the one that was longest away is forgotten first."""

_MINUTE = 60.0


class RateLimit:
    """So many at once, and so many a minute in the long run, for each key.

    A token bucket, kept as one moment a key: until when the key has used up what is due to it.

    Args:
        per_minute: 0: no limit.
        what: What there were too many of, for the sentence.
    """

    def __init__(self, per_minute: int, what: str) -> None:
        self.per_minute = per_minute
        self._what = what
        self._interval = _MINUTE / per_minute if per_minute else 0.0
        self._used_until: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, now: datetime) -> None:
        """Count one of ``key``.

        Raises:
            TooManyRequestsError: There were too many; this one is not counted.
        """
        if not self.per_minute:
            return
        moment = now.timestamp()
        with self._lock:
            used_until = max(self._used_until.get(key, 0.0), moment)
            if used_until > moment + 2 * _MINUTE:  # the clock was set back, for which nobody shall wait
                used_until = moment
            wait = used_until + self._interval - moment - _MINUTE
            if wait <= 1e-6:  # the sums are of floats
                self._used_until[key] = used_until + self._interval
                self._used_until.move_to_end(key)
                if len(self._used_until) > MAX_KEYS:
                    self._used_until.popitem(last=False)
                return
        raise TooManyRequestsError(
            f"Too many {self._what} in a short time: {self.per_minute} a minute are taken.",
            hint="Wait as long as Retry-After says, then try again.",
            retry_after_seconds=math.ceil(wait),
        )

    @contextmanager
    def of_failures(self, key: str, now: datetime) -> Iterator[None]:
        """Count an attempt of ``key`` that fails; one that succeeds costs nothing.

        Raises:
            TooManyRequestsError: Too many failed before: this one is not even tried.
        """
        self.take(key, now)
        yield
        with self._lock:
            if key in self._used_until:
                self._used_until[key] -= self._interval


def neighbourhood(address: str) -> str:
    """Give what one sender can hold of addresses: an IPv4 address, or a whole /64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # a socket of the file system, or nothing
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.IPv6Network((parsed, 64), strict=False))
