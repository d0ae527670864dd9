"""How a bad link is borne: what time may mend is tried again, with growing pauses that are said, never for hours."""

import time
from collections.abc import Callable
from typing import Any

from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from contract.link_failures import failure_of
from contract.link_words import Wait
from envoy.bounded_answers import AnswerRefused

RETRIED_STATUSES = (408, 425, 429, 502, 503, 504, 507)
LONGEST_PAUSE_SECONDS = 600.0
"""A director that asks for more has forgotten about us, or wants us to wait for ever."""


class Patience(Retry):
    """Tries again what time may mend: neither a certificate that is not trusted nor an answer out of bounds is.

    ``on_wait`` is told each pause before it begins.
    """

    on_wait: Callable[[Wait], object] = staticmethod(lambda wait: None)

    def new(self, **changes: Any) -> "Patience":
        """Give the same with changes."""
        changed = super().new(**changes)
        changed.on_wait = self.on_wait
        return changed

    def increment(self, *arguments: Any, **facts: Any) -> "Patience":
        """Count an attempt, or give up."""
        error = facts.get("error")
        if error is not None and any(isinstance(cause, AnswerRefused) for cause in error.args):
            raise error
        if error is not None and not failure_of(error).may_pass:
            raise error
        return super().increment(*arguments, **facts)

    def sleep(self, response: Any = None) -> None:
        """Wait before the next attempt, as long as the director asks or as the link deserves."""
        asked = self.get_retry_after(response) if response is not None else None
        seconds, last = asked or self.get_backoff_time(), self.history[-1]
        why = f"status {last.status}" if last.error is None else failure_of(last.error).value
        self.on_wait(Wait(why, seconds, len(self.history), len(self.history) + int(self.total or 0)))
        time.sleep(seconds)

    def get_retry_after(self, response: Any) -> float | None:
        """Give how long the director asks us to wait, within reason; what it writes wrongly it does not ask."""
        try:
            asked = super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None
        return asked if asked is None else min(asked, LONGEST_PAUSE_SECONDS)


def patience(attempts: int, on_wait: Callable[[Wait], object] = lambda wait: None) -> Patience:
    """Give the patience to repeat a request so many times."""
    patient = Patience(
        total=attempts,
        backoff_factor=0.3,
        backoff_jitter=0.5,
        backoff_max=60,
        status_forcelist=RETRIED_STATUSES,
        allowed_methods=None,
        respect_retry_after_header=True,
        raise_on_status=False,
    )
    patient.on_wait = on_wait
    return patient
