"""Why no answer came, by what is raised; with real links in tests/envoy/test_unanswered.py."""

import errno
import ssl

import pytest

from contract.errors import CallerError
from contract.link_failures import LinkFailure, failure_of


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (OSError(errno.ENETUNREACH, "unreachable"), LinkFailure.NO_WAY),
        (OSError(errno.EHOSTUNREACH, "no route"), LinkFailure.NO_WAY),
        (OSError(10065, "Windows' own"), LinkFailure.NO_WAY),
        (PermissionError(errno.EACCES, "denied"), LinkFailure.HELD_BACK),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), LinkFailure.REFUSED),
        (ConnectionResetError(errno.ECONNRESET, "reset"), LinkFailure.BROKEN_OFF),
        (BrokenPipeError(errno.EPIPE, "pipe"), LinkFailure.BROKEN_OFF),
        (TimeoutError("slow"), LinkFailure.NO_ANSWER),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong"), LinkFailure.NO_TLS),
        (ssl.SSLError(1, "[SSL: TLSV1_ALERT_PROTOCOL_VERSION] old"), LinkFailure.TLS_NOT_AGREED),
        (ssl.SSLEOFError(8, "UNEXPECTED_EOF_WHILE_READING"), LinkFailure.TLS_BROKEN_OFF),
        (ssl.SSLError(1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC]"), LinkFailure.TLS_BROKEN_OFF),
        (Exception("odd"), LinkFailure.UNKNOWN),
    ],
)
def test_a_cause_is_found_below_what_stands_around_it(error: BaseException, failure: LinkFailure) -> None:
    around = Exception("around")
    around.__context__ = error
    assert failure_of(error) is failure_of(Exception(error)) is failure_of(around) is failure


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (9, LinkFailure.NOT_YET_VALID),
        (10, LinkFailure.EXPIRED),
        (18, LinkFailure.SELF_SIGNED),
        (19, LinkFailure.UNKNOWN_AUTHORITY),
        (62, LinkFailure.OTHER_NAME),
        (99, LinkFailure.UNTRUSTED),
    ],
)
def test_a_certificate_says_by_its_number_what_is_wrong_with_it(code: int, failure: LinkFailure) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    assert failure_of(Exception(error)) is failure
    assert not failure.may_pass


def test_a_circle_of_causes_ends() -> None:
    one, other = Exception("one"), Exception("other")
    one.__context__, other.__context__ = other, one
    assert failure_of(one) is LinkFailure.UNKNOWN


def test_what_an_earlier_attempt_met_is_not_taken_for_this_one() -> None:
    earlier = CallerError("The director does not answer.")
    earlier.__cause__ = ConnectionRefusedError(errno.ECONNREFUSED, "refused")
    now = ConnectionResetError(errno.ECONNRESET, "reset")
    now.__context__ = earlier
    assert failure_of(now) is LinkFailure.BROKEN_OFF


def test_a_link_may_mend_itself_and_a_certificate_a_password_and_a_setting_do_not() -> None:
    assert LinkFailure.NAME_NOT_FOUND.may_pass
    assert LinkFailure.REFUSED.may_pass
    assert LinkFailure.PROXY_STUCK.may_pass
    assert not LinkFailure.PROXY_PASSWORD.may_pass
    assert not LinkFailure.NO_TLS.may_pass
    assert not LinkFailure.NOT_TRIED.may_pass
