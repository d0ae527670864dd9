"""How long a bad link, or a director that asks to come later, is borne."""

import time
from io import BytesIO
from ssl import SSLCertVerificationError
from typing import Any

import pytest
from urllib3 import HTTPResponse
from urllib3.exceptions import MaxRetryError, ProtocolError, SSLError

from analyst.patience import LONGEST_PAUSE_SECONDS, patience


def answered(value: str | None) -> HTTPResponse:
    return HTTPResponse(status=503, headers={} if value is None else {"Retry-After": value})


@pytest.mark.parametrize(("value", "seconds"), [("5", 5), ("9" * 5000, None), ("soon", None), (None, None)])
def test_a_director_is_waited_for_as_long_as_it_says(value: str | None, seconds: float | None) -> None:
    assert patience(3).get_retry_after(answered(value)) == seconds


def test_a_director_that_asks_for_more_than_a_person_waits_is_not_waited_for() -> None:
    asked: dict[str, Any] = {"method": "POST", "url": "/", "_pool": None}
    assert patience(3).increment(response=answered(f"{LONGEST_PAUSE_SECONDS:.0f}"), **asked).total == 2
    with pytest.raises(MaxRetryError):
        patience(3).increment(response=answered(f"{LONGEST_PAUSE_SECONDS + 1:.0f}"), **asked)


def test_what_time_may_mend_is_tried_so_often_and_a_certificate_that_is_not_trusted_never_again() -> None:
    tries: Any = patience(2)
    for _ in range(2):
        tries = tries.increment(method="POST", url="/", error=ProtocolError("Connection aborted.", OSError()))
    with pytest.raises(MaxRetryError):
        tries.increment(method="POST", url="/", error=ProtocolError("Connection aborted.", OSError()))
    with pytest.raises(SSLError):
        patience(2).increment(method="POST", url="/", error=SSLError(SSLCertVerificationError("not trusted")))


def test_the_body_of_an_answer_that_is_asked_for_again_is_not_read() -> None:
    response = HTTPResponse(body=BytesIO(b"without an end"), status=503, preload_content=False)
    patience(1).increment(method="GET", url="/", response=response, _pool=None)
    assert response.closed


def test_each_pause_is_logged_as_a_warning(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    tries: Any = patience(2)
    for _ in range(2):
        tries = tries.increment(method="GET", url="/", error=ConnectionRefusedError())
        tries.sleep()
    assert [(each.name, each.levelname, each.getMessage()) for each in caplog.records] == [
        ("analyst", "WARNING", "no answer, trying again at once (1 of 2): refused"),
        ("analyst", "WARNING", f"no answer, trying again in {1 if slept[1] <= 1 else 2} s (2 of 2): refused"),
    ]
