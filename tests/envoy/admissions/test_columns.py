"""The short way into the tables gives what the careful one gives, and lets nothing through that it would refuse."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.clinical.codes import groups_of
from contract.clinical.outcomes import NEVER
from contract.clinical.stays import Texts
from envoy.admissions import plain_tables
from envoy.admissions.columns import TABLES, Columns, columns_of, read_plain
from envoy.admissions.plain_tables import NotPlain
from envoy.table_sources import TableFolder
from envoy.tables import load_tables
from tests.envoy.admissions.tables_in_memory import TablesInMemory
from tests.envoy.conftest import CLEAN

NEEDED = frozenset(TABLES)
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


def same(one: Columns, other: Columns) -> bool:
    """Whether all columns are equal, texts by their names."""

    def plain(value):
        if isinstance(value, Texts):
            return [value.names[place] if place >= 0 else None for place in value.places]
        if isinstance(value, np.ndarray):
            return value.tolist()
        if dataclasses.is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return value

    return plain(one) == plain(other)


def assert_no_laxer(source: TablesInMemory) -> None:
    tables, defects = load_tables(source, NEEDED)
    try:
        short = read_plain(source)
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


@pytest.mark.parametrize("is_compressed", [False, True])
def test_clean_tables_go_the_short_way(is_compressed: bool):
    source = TablesInMemory(is_compressed=is_compressed)
    tables, _ = load_tables(source, NEEDED)
    assert tables is not None
    assert same(read_plain(source), columns_of(tables))


def test_what_the_tables_hold_is_in_the_columns():
    found = read_plain(TablesInMemory())
    assert found.stays.patients.tolist() == [10000001, 10000002, 10000002]
    assert found.stays.ages.tolist() == [21 + 71, 72.5 + 19, 72.5 + 20]
    assert found.stays.sexes.names == ("F", "M")
    assert found.stays.sexes.places.tolist() == [0, 1, 1]
    assert found.stays.discharge_locations.places.tolist() == [1, -1, 0]
    assert found.stays.diagnoses.tolist() == [3, 2, 1]
    assert found.stays.groups[2] == groups_of("C7A1", 10)
    assert str(found.stays.admitted[0].astype("datetime64[s]")) == "2196-02-24T14:38:00"
    assert found.fates.died.tolist() == [False, False, True]
    assert found.fates.days_of_death[0] == NEVER
    assert str(found.fates.days_of_death[1].astype("datetime64[D]")) == "2154-09-25"


@settings(max_examples=20)
@given(st.integers(60, 200))
def test_the_size_of_the_pieces_makes_no_difference(size: int):
    whole = read_plain(TablesInMemory())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_tables, "BLOCK_BYTES", size)
        assert same(read_plain(TablesInMemory()), whole)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_missing_is_for_the_careful_way(table: str):
    source = TablesInMemory({name: text for name, text in CLEAN.items() if name != table})
    with pytest.raises(NotPlain):
        read_plain(source)
    tables, defects = load_tables(source, NEEDED)
    assert tables is None
    assert [defect.kind for defect in defects] == ["missing_file"]


def test_the_real_tables_go_the_short_way(mimic_iv_demo: Path):
    tables, _ = load_tables(mimic_iv_demo, NEEDED)
    assert tables is not None
    assert same(read_plain(TableFolder(mimic_iv_demo)), columns_of(tables))
