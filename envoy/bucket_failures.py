"""Why no answer came from an S3 server, by the text of obstore's error: it names its causes nowhere else.

Our tests hold these texts against the installed version. What a server wrote may stand in them too: they are looked
at only where none answered, and go nowhere.
"""

import re

from contract.link_failures import LinkFailure

_CAUSES: tuple[tuple[re.Pattern[str], LinkFailure], ...] = tuple(
    (re.compile(pattern), failure)
    for pattern, failure in (
        (r"InvalidCertificate\(\s*Expired", LinkFailure.EXPIRED),
        (r"InvalidCertificate\(\s*NotValidYet", LinkFailure.NOT_YET_VALID),
        (r"InvalidCertificate\(\s*NotValidForName", LinkFailure.OTHER_NAME),
        (r"InvalidCertificate\(\s*UnknownIssuer", LinkFailure.UNKNOWN_AUTHORITY),
        ("InvalidCertificate", LinkFailure.UNTRUSTED),
        ("dns error", LinkFailure.NAME_NOT_FOUND),
        ("kind: ConnectionRefused", LinkFailure.REFUSED),
        ("kind: (?:Network|Host)Unreachable", LinkFailure.NO_WAY),
        ("kind: PermissionDenied", LinkFailure.HELD_BACK),
        (r"InvalidMessage|corrupt message", LinkFailure.NO_TLS),
        ("tls handshake eof", LinkFailure.TLS_BROKEN_OFF),
        ("kind: Connect,.*TimedOut", LinkFailure.NO_CONNECTION),
        ("kind: Timeout|TimedOut", LinkFailure.NO_ANSWER),
        ("IncompleteMessage", LinkFailure.HUNG_UP),
    )
)


def failure_in(text: str) -> LinkFailure:
    """Tell why no answer came."""
    line = " ".join(text.split())
    return next((failure for cause, failure in _CAUSES if cause.search(line)), LinkFailure.BROKEN_OFF)
