from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.moments import read_moment, shown_moment

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


NOW = datetime(2026, 11, 26, 18, 35, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        (" 2026-11-20 08:30 UTC ", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ("2026-11-20T08:30:05Z", datetime(2026, 11, 20, 8, 30, 5, tzinfo=UTC)),
        ("2026-11-20 08:30+03:00", datetime(2026, 11, 20, 5, 30, tzinfo=UTC)),
        ("7d", NOW - timedelta(days=7)),
        ("12h", NOW - timedelta(hours=12)),
        ("30m", NOW - timedelta(minutes=30)),
        ("yesterday", None),
        ("2026-13-01", None),
        ("999999d", None),
        ("0001-01-01T00:00+14:00", None),
        ("", None),
    ],
)
def test_a_moment_is_read_as_people_and_programs_write_it(text: str, at: datetime | None) -> None:
    assert read_moment(text, NOW) == at


@given(st.datetimes(min_value=datetime(1900, 1, 2), timezones=st.just(UTC)))
def test_what_is_shown_can_be_written_again(at: datetime) -> None:
    assert read_moment(shown_moment(at, seconds=True), NOW) == at.replace(microsecond=0)


@given(st.text())
def test_no_text_is_more_than_none(text: str) -> None:
    found = read_moment(text, NOW)
    assert found is None or found.tzinfo == UTC
