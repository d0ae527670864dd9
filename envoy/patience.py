"""How a bad link is borne: what time may mend is tried again, with growing pauses, and never for hours."""

from ssl import SSLCertVerificationError
from typing import Any

from urllib3.exceptions import InvalidHeader, SSLError
from urllib3.util import Retry

from envoy.bounded_answers import AnswerRefused

RETRIED_STATUSES = (408, 425, 429, 502, 503, 504, 507)
LONGEST_PAUSE_SECONDS = 600.0
"""A director that asks for more has forgotten about us, or wants us to wait for ever."""


class Patience(Retry):
    """Tries again what time may mend: neither a certificate that is not trusted nor an answer out of bounds is."""

    def increment(self, *arguments: Any, **facts: Any) -> "Patience":
        """Count an attempt, or give up."""
        error = facts.get("error")
        if error is not None and any(isinstance(cause, AnswerRefused) for cause in error.args):
            raise error
        if isinstance(error, SSLError) and any(isinstance(cause, SSLCertVerificationError) for cause in error.args):
            raise error
        return super().increment(*arguments, **facts)

    def get_retry_after(self, response: Any) -> float | None:
        """Give how long the director asks us to wait, within reason; what it writes wrongly it does not ask."""
        try:
            asked = super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None
        return asked if asked is None else min(asked, LONGEST_PAUSE_SECONDS)


def patience(attempts: int) -> Patience:
    """Give the patience to repeat a request so many times."""
    return Patience(
        total=attempts,
        backoff_factor=0.3,
        backoff_jitter=0.5,
        backoff_max=60,
        status_forcelist=RETRIED_STATUSES,
        allowed_methods=None,
        respect_retry_after_header=True,
        raise_on_status=False,
    )
