"""How long a bad link, or a director that asks to come later, is borne."""

import time
from typing import Any

import pytest
from urllib3 import HTTPResponse
from urllib3.exceptions import MaxRetryError, ProtocolError

from contract.link_words import Wait
from envoy.bounded_answers import AnswerRefused
from envoy.patience import LONGEST_PAUSE_SECONDS, patience


def asked_to_wait(value: str | None) -> float | None:
    return patience(3).get_retry_after(HTTPResponse(headers={"Retry-After": value} if value is not None else {}))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5),
        ("600", 600),
        ("86400", LONGEST_PAUSE_SECONDS),
        ("Fri, 31 Dec 2999 23:59:59 GMT", LONGEST_PAUSE_SECONDS),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0),
        ("9" * 5000, None),
        ("soon", None),
        (None, None),
    ],
)
def test_a_director_is_waited_for_as_long_as_it_says_but_ten_minutes_at_most(value: str, seconds: float) -> None:
    assert asked_to_wait(value) == seconds


def test_what_time_may_mend_is_tried_so_often_and_an_answer_out_of_bounds_never_again() -> None:
    tries: Any = patience(2)
    for _ in range(2):
        tries = tries.increment(method="GET", url="/", error=ProtocolError("Connection aborted.", OSError()))
    with pytest.raises(MaxRetryError):
        tries.increment(method="GET", url="/", error=ProtocolError("Connection aborted.", OSError()))
    with pytest.raises(ProtocolError):
        patience(2).increment(method="GET", url="/", error=ProtocolError("Broken.", AnswerRefused("it is odd")))


def test_each_pause_is_told_with_its_length_its_place_and_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    told: list[Wait] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    tries: Any = patience(3, told.append)
    for error in (ProtocolError("Connection aborted.", ConnectionResetError()), ConnectionRefusedError()):
        tries = tries.increment(method="GET", url="/", error=error)
        tries.sleep()
    tries = tries.increment(method="GET", url="/", response=HTTPResponse(status=503))
    tries.sleep(HTTPResponse(status=503, headers={"Retry-After": "7"}))
    assert [(each.why, each.attempt, each.attempts) for each in told] == [
        ("broken off", 1, 3),
        ("refused", 2, 3),
        ("status 503", 3, 3),
    ]
    assert [each.seconds for each in told] == slept
    assert (slept[0], slept[2]) == (0, 7)
    assert 0.6 <= slept[1] <= 1.1
