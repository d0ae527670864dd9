"""What obstore's errors say; the texts of the installed version, by real links, are in test_bucket_link.py."""

import pytest

from contract.link_failures import LinkFailure
from envoy.bucket_failures import failure_in


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("error: InvalidCertificate(\n    ExpiredContext {", LinkFailure.EXPIRED),
        ("error: InvalidCertificate(\n  BadSignature", LinkFailure.UNTRUSTED),
        ('ConnectError(\n "dns error", Custom {', LinkFailure.NAME_NOT_FOUND),
        ("Os { code: 101, kind: NetworkUnreachable,", LinkFailure.NO_WAY),
        ("kind: Connect,\n source: TimedOut", LinkFailure.NO_CONNECTION),
        ("something that nobody foresaw", LinkFailure.BROKEN_OFF),
    ],
)
def test_a_cause_is_read_from_the_text(text: str, failure: LinkFailure) -> None:
    assert failure_in(text) is failure
