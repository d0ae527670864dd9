"""The clock that is handed in at the edge."""

from datetime import UTC, datetime

from director.clock import utc_now


def test_the_moment_is_now_and_says_that_it_is_utc():
    before = datetime.now(UTC)
    moment = utc_now()
    assert before <= moment <= datetime.now(UTC)
    assert moment.tzinfo is UTC
