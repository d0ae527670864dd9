"""How a bad link is borne: what time may mend is asked again, with growing pauses, and not for long.

Every question of this client may be repeated: none changes anything at the director.
"""

from ssl import SSLCertVerificationError
from typing import Any

from urllib3.exceptions import InvalidHeader, MaxRetryError, ResponseError, SSLError
from urllib3.util import Retry

RETRIED_STATUSES = (408, 425, 429, 502, 503, 504, 507)
LONGEST_PAUSE_SECONDS = 120.0
"""A person is waiting: a director that asks for more is told of, and not waited for."""


class Patience(Retry):
    """Asks again what time may mend: a certificate that is not trusted is none of it."""

    def increment(self, *arguments: Any, **facts: Any) -> "Patience":
        """Count an attempt, or give up.

        Raises:
            MaxRetryError: The director asks for a longer pause than anybody waits for.
        """
        error, response = facts.get("error"), facts.get("response")
        if isinstance(error, SSLError) and any(isinstance(cause, SSLCertVerificationError) for cause in error.args):
            raise error
        if response is not None and (self.get_retry_after(response) or 0) > LONGEST_PAUSE_SECONDS:
            raise MaxRetryError(facts["_pool"], "", ResponseError("it asks for a longer pause"))
        counted = super().increment(*arguments, **facts)
        if response is not None:
            response.close()  # else urllib3 reads to its end what nobody wants, and it may have none
        return counted

    def get_retry_after(self, response: Any) -> float | None:
        """Give how long the director asks us to wait; what it writes wrongly it does not ask."""
        try:
            return super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None


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
