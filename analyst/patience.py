"""How a bad link is borne: what time may mend is asked again, with growing pauses, each of them said, and not for long.

Every question of this client may be repeated: none changes anything at the director.
"""

import logging
import time
from typing import Any

from urllib3.exceptions import InvalidHeader, MaxRetryError, ResponseError
from urllib3.util import Retry

from contract.link_failures import failure_of
from contract.link_words import Wait

_log = logging.getLogger("analyst")

RETRIED_STATUSES = (408, 425, 429, 502, 503, 504, 507)
LONGEST_PAUSE_SECONDS = 120.0
"""A person is waiting: a director that asks for more is told of, and not waited for."""


class Patience(Retry):
    """Asks again what time may mend: a certificate that is not trusted is none of it. Each pause is logged."""

    def increment(self, *arguments: Any, **facts: Any) -> "Patience":
        """Count an attempt, or give up.

        Raises:
            MaxRetryError: The director asks for a longer pause than anybody waits for.
        """
        error, response = facts.get("error"), facts.get("response")
        if error is not None and not failure_of(error).may_pass:
            raise error
        if response is not None and (self.get_retry_after(response) or 0) > LONGEST_PAUSE_SECONDS:
            raise MaxRetryError(facts["_pool"], "", ResponseError("it asks for a longer pause"))
        counted = super().increment(*arguments, **facts)
        if response is not None:
            response.close()  # else urllib3 reads to its end what nobody wants, and it may have none
        return counted

    def sleep(self, response: Any = None) -> None:
        """Wait before the next attempt, as long as the director asks or as the link deserves."""
        asked = self.get_retry_after(response) if response is not None else None
        seconds, last = asked or self.get_backoff_time(), self.history[-1]
        why = f"status {last.status}" if last.error is None else failure_of(last.error).value
        pause(Wait(why, seconds, len(self.history), len(self.history) + int(self.total or 0)))

    def get_retry_after(self, response: Any) -> float | None:
        """Give how long the director asks us to wait; what it writes wrongly it does not ask."""
        try:
            return super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None


def pause(wait: Wait) -> None:
    """Say in the log that something is asked again, then wait."""
    _log.warning(wait.sentence)
    time.sleep(wait.seconds)


def patience(attempts: int) -> Patience:
    """Give the patience to ask again so many times."""
    return Patience(
        total=attempts,
        backoff_factor=0.3,
        backoff_jitter=0.5,
        backoff_max=20,
        status_forcelist=RETRIED_STATUSES,
        allowed_methods=None,
        respect_retry_after_header=True,
        raise_on_status=False,
    )
