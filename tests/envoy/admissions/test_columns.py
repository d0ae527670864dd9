"""The short way into the tables gives what the careful one gives."""

from pathlib import Path

import pytest

from contract.clinical.codes import groups_of
from contract.clinical.outcomes import NEVER
from envoy.admissions.columns import TABLES, columns_of, read_plain
from envoy.admissions.plain_tables import NotPlain
from envoy.table_sources import TableFolder
from envoy.tables import look_at_tables
from tests.envoy.admissions.same_columns import same
from tests.envoy.admissions.tables_in_memory import TablesInMemory
from tests.envoy.conftest import CLEAN

NEEDED = frozenset(TABLES)


@pytest.mark.parametrize("is_compressed", [False, True])
def test_clean_tables_go_the_short_way(is_compressed: bool):
    source = TablesInMemory(is_compressed=is_compressed)
    tables = look_at_tables(source, NEEDED).tables
    assert tables is not None
    assert same(read_plain(source).columns, columns_of(tables))


def test_what_the_tables_hold_is_in_the_columns():
    found = read_plain(TablesInMemory()).columns
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


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_missing_is_for_the_careful_way(table: str):
    source = TablesInMemory({name: text for name, text in CLEAN.items() if name != table})
    with pytest.raises(NotPlain):
        read_plain(source)
    assert [defect.kind for defect in look_at_tables(source, NEEDED).defects] == ["missing_file"]


def test_the_real_tables_go_the_short_way(mimic_iv_demo: Path):
    tables = look_at_tables(mimic_iv_demo, NEEDED).tables
    assert tables is not None
    assert same(read_plain(TableFolder(mimic_iv_demo)).columns, columns_of(tables))
