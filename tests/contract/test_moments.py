from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from contract.moments import shown_moment

NAIROBI = timezone(timedelta(hours=3))


def test_a_moment_is_shown_in_utc_and_says_so():
    assert shown_moment(datetime(2026, 11, 26, 21, 35, 9, tzinfo=NAIROBI)) == "2026-11-26 18:35 UTC"


def test_on_record_its_seconds_are_shown_too():
    assert shown_moment(datetime(2026, 11, 26, 18, 35, 9, tzinfo=UTC), seconds=True) == "2026-11-26 18:35:09 UTC"


def test_no_moment_is_an_empty_text():
    assert shown_moment(None) == ""


@given(at=st.datetimes(min_value=datetime(1900, 1, 2), timezones=st.just(NAIROBI)))
def test_what_is_shown_can_be_read_back(at):
    assert datetime.strptime(shown_moment(at, seconds=True), "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC) == at.replace(
        microsecond=0
    )
