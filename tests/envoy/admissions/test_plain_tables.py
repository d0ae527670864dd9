"""The short way into the tables lets nothing through that the careful one would refuse, or read in another way."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envoy.admissions import plain_tables
from envoy.admissions.columns import TABLES, columns_of, read_plain
from envoy.admissions.plain_tables import NotPlain, days, matching, texts, times, whole
from envoy.tables import look_at_tables
from tests.envoy.admissions.same_columns import same
from tests.envoy.admissions.tables_in_memory import TablesInMemory
from tests.envoy.conftest import CLEAN

CELLS = (
    *("", " ", " 5", "5 ", "+5", "-5", "5.0", "1e3", "nan", "abc", '"5"', '"a\nb"', '"', "é", "\udc80", "\0", "a\rb"),
    *("9", "10", "11", "A09", "0030", "428.0", "a09", "E8809", "99999999999999999999", "5,6", "x" * 50, "10000001"),
    *("2196-02-24", "2196-02-30 00:00:00", "2196-02-24 14:38", "2196-02-24 14:38:60", "2196-02-24T14:38:00"),
    *("0000-01-01 00:00:00", "20000002", "HOME", "72.5", "1"),
)
WHOLE_FILES = (
    lambda text: text.replace("\n", "\r\n"),
    lambda text: "\ufeff" + text,
    lambda text: text.rstrip("\n"),
    lambda text: text + "\n\n",
    lambda text: text + text.splitlines()[-1] + "\n",
    lambda text: text.splitlines()[0] + "\n",
    lambda text: text.splitlines()[0],
    lambda text: "",
    lambda text: text.replace("subject_id", "SUBJECT_ID"),
    lambda text: text.replace("subject_id", '"subject_id"', 1),
    lambda text: text.replace("hadm_id", "subject_id"),
    lambda text: text.replace(",", ";"),
    lambda text: text.replace("OTHER, UNKNOWN", "OTHER,\n UNKNOWN").replace("2011 - 2013", '"2011\n- 2013"', 1),
    lambda text: text.replace("00,", "60,"),
    lambda text: text + "1\n",
    lambda text: text + text.splitlines()[-1].rsplit(",", 1)[0].replace("1", "3") + "\n",
)


def assert_no_laxer(source: TablesInMemory) -> None:
    tables, defects = (looked := look_at_tables(source, frozenset(TABLES))).tables, looked.defects
    try:
        short = read_plain(source).columns
    except NotPlain:
        return
    assert defects == ()
    assert tables is not None
    assert same(short, columns_of(tables))


@given(st.sampled_from(TABLES), st.integers(0, 99), st.integers(0, 99), st.sampled_from(CELLS))
def test_with_any_one_cell_changed_the_short_way_gives_the_same_or_nothing(table, row, column, cell):
    lines = CLEAN[table].splitlines()
    row = 1 + row % (len(lines) - 1)
    cells = lines[row].split(",")
    cells[column % len(cells)] = cell
    lines[row] = ",".join(cells)
    assert_no_laxer(TablesInMemory().with_text(table, "\n".join(lines) + "\n"))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", WHOLE_FILES)
def test_with_a_whole_file_changed_the_short_way_gives_the_same_or_nothing(table: str, change):
    assert_no_laxer(TablesInMemory().with_text(table, change(CLEAN[table])))


@settings(max_examples=20)
@given(st.integers(60, 200))
def test_the_size_of_the_pieces_makes_no_difference(size: int):
    at_once = read_plain(TablesInMemory()).columns
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_tables, "BLOCK_BYTES", size)
        assert same(read_plain(TablesInMemory()).columns, at_once)


def column(*values: str | int | None) -> pl.DataFrame:
    return pl.DataFrame({"it": list(values)}, strict=False)


def test_columns_are_read_by_their_kind():
    assert whole(column(0, 10**17), "it").tolist() == [0, 10**17]
    assert times(column("1970-01-02 00:00:01"), "it").tolist() == [86_401]
    assert days(column("1970-01-02 23:59:59", None), "it", -7).tolist() == [1, -7]
    assert days(column("1969-12-31", None), "it", -7).tolist() == [-1, -7]
    found = texts(column(" b", None, "a", "", "b"), "it")
    assert (found.places.tolist(), found.names) == ([1, -1, 0, -1, 1], ("a", "b"))
    assert matching(column("1", "0"), "it", "[01]").to_list() == ["1", "0"]


@pytest.mark.parametrize("value", [-1, 10**18, None])
def test_a_number_that_the_careful_way_must_look_at_ends_it(value: int | None):
    with pytest.raises(NotPlain):
        whole(column(1, value), "it")


@pytest.mark.parametrize(
    "value",
    ["2196-02-24 14:38:60", "2196-02-30 00:00:00", "2196-02-24", "2196-02-24T14:38:00", "0000-01-01 00:00:00", None],
)
def test_a_time_that_the_careful_way_must_look_at_ends_it(value: str | None):
    with pytest.raises(NotPlain):
        times(column("2196-02-24 14:38:00", value), "it")


def test_dates_with_and_without_a_time_of_day_are_not_mixed():
    with pytest.raises(NotPlain):
        days(column("2196-02-24", "2196-02-24 00:00:00"), "it", 0)


@pytest.mark.parametrize("value", ["2", "", "10", "1\n", None])
def test_a_text_of_another_form_ends_it(value: str | None):
    with pytest.raises(NotPlain):
        matching(column("1", value), "it", "[01]")
