"""Who is in a cohort and who is left out, and that the two agree with an independent count."""

import csv
import gzip
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contract.clinical.quantities import QUANTITIES
from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS, Task
from envoy.admissions.cohorts import Made, make_cohort
from envoy.admissions.columns import read_plain
from envoy.table_sources import TableFolder
from tests.envoy.admissions.tables_in_memory import TablesInMemory

TASKS = [task for task in BUILT_IN_TASKS.values() if task.is_of_records]
IN_HOSPITAL, READMITTED, CODED, WITHIN_A_YEAR, LONG = (
    BUILT_IN_TASKS[TaskName(name)]
    for name in ("mortality_in_hospital", "readmission_30d", "readmission_30d_coded", "mortality_1y", "long_stay_7d")
)
PATIENTS = "subject_id,gender,anchor_age,anchor_year,dod\n"
ADMISSIONS = (
    "subject_id,hadm_id,admittime,dischtime,deathtime,admission_type,admission_location,discharge_location,"
    "hospital_expire_flag\n"
)
DIAGNOSES = "subject_id,hadm_id,seq_num,icd_code,icd_version\n"


def made(
    task: Task,
    admissions: list[tuple[int, int, str, str]],
    *,
    patients: str = "1,F,60,2150,\n2,M,60,2150,\n",
    diagnoses: tuple[tuple[int, int, str, int], ...] = (),
    died: frozenset[int] = frozenset(),
) -> Made:
    """The cohort of admissions, each a patient, a number, and the first and last day of 2150 (or its own times)."""
    rows = "".join(
        f"{patient},{number},{begin} 10:00:00,{end} 10:00:00,,URGENT,EMERGENCY ROOM,HOME,{int(number in died)}\n"
        for patient, number, begin, end in admissions
    )
    patient, number, *_ = admissions[0]
    coded = diagnoses or ((patient, number, "I10", 10),)
    codes = "".join(
        f"{patient},{number},{seq},{code},{version}\n" for seq, (patient, number, code, version) in enumerate(coded)
    )
    source = TablesInMemory(
        {"patients": PATIENTS + patients, "admissions": ADMISSIONS + rows, "diagnoses_icd": DIAGNOSES + codes}
    )
    return make_cohort(task, read_plain(source).columns)


def kinds(found: Made) -> dict[str, int]:
    return {remark.kind: remark.count for remark in found.remarks}


def test_rows_are_in_order_of_patient_and_admission_whatever_the_tables():
    stays = [
        (2, 20, "2150-01-01", "2150-01-20"),
        (1, 11, "2150-03-01", "2150-03-02"),
        (1, 10, "2150-01-01", "2150-01-20"),
    ]
    found = made(LONG, stays)
    assert found.cohort.subject_ids.tolist() == [1, 1, 2]
    assert found.cohort.labels.tolist() == [1, 0, 1]
    assert found.cohort.features.shape == (3, len(LONG.columns))
    assert (found.summary.rows, found.summary.patients, found.summary.events) == (3, 2, 2)
    assert found.summary.missing["days_since_discharge"] == pytest.approx(2 / 3)


def test_a_stay_that_contradicts_itself_is_in_no_row_and_in_no_history():
    stays = [(1, 10, "2150-01-05", "2150-01-04"), (1, 11, "2150-03-01", "2150-03-02")]
    found = made(LONG, stays)
    assert kinds(found) == {"discharge_before_admission": 1}
    assert len(found.cohort) == 1
    assert found.cohort.features[0, 0] == 0


def test_stays_that_overlap_are_left_out_both():
    stays = [
        (1, 10, "2150-01-01", "2150-01-05"),
        (1, 11, "2150-01-04", "2150-01-07"),
        (1, 12, "2150-03-01", "2150-03-02"),
    ]
    found = made(LONG, stays)
    assert kinds(found) == {"overlapping_admissions": 2}
    assert found.cohort.features[:, 0].tolist() == [0]


def test_who_left_alive_after_being_dead_or_came_after_it_is_left_out():
    stays = [(1, 10, "2150-01-01", "2150-01-05"), (2, 20, "2150-01-01", "2150-01-05")]
    patients = "1,F,60,2150,2150-01-04\n2,M,60,2150,2150-01-05\n"
    assert kinds(made(LONG, stays, patients=patients)) == {"death_before_discharge": 1}
    assert kinds(made(LONG, stays, patients=patients, died=frozenset({10}))) == {}
    before = "1,F,60,2150,2149-12-31\n2,M,60,2150,\n"
    assert kinds(made(LONG, stays, patients=before, died=frozenset({10}))) == {"death_before_discharge": 1}


def test_ages_out_of_range_and_what_is_no_category_are_left_out_by_feature():
    stays = [
        (1, 10, "2150-01-01", "2150-01-05"),
        (2, 20, "2150-01-01", "2150-01-05"),
        (3, 30, "2150-01-01", "2150-01-05"),
    ]
    found = made(LONG, stays, patients="1,F,17,2150,\n2,X,60,2150,\n3,M,121,2150,\n")
    assert [(remark.kind, remark.sentence) for remark in found.remarks] == [
        ("excluded", "1 admissions are left out by the task: age < 18."),
        ("out_of_bounds", "1 admissions have no age that the task knows: left out."),
        ("out_of_bounds", "1 admissions have no sex that the task knows: left out."),
    ]
    assert len(found.cohort) == 0
    assert found.cohort.features.shape == (0, len(LONG.columns))


def test_codes_that_map_to_nothing_are_told_with_their_share():
    codes = ((1, 10, "I10", 10), (1, 10, "U999", 10), (1, 10, "4280", 9), (1, 10, "U888", 10))
    found = made(IN_HOSPITAL, [(1, 10, "2150-01-01", "2150-01-05")], diagnoses=codes)
    assert [(remark.kind, remark.count, remark.sentence) for remark in found.remarks] == [
        ("unknown_codes", 2, "2 of 4 codes (50.0%) map to no group.")
    ]


def test_terminal_codes_of_the_stay_are_told_where_its_codes_are_inputs_and_only_there():
    stays = [
        (1, 10, "2150-01-01", "2150-01-05"),
        (1, 11, "2150-03-01", "2150-03-05"),
        (2, 20, "2150-12-01", "2150-12-31"),
    ]
    codes = ((1, 10, "Z515", 10), (1, 11, "V667", 9), (1, 11, "I469", 10), (2, 20, "I10", 10))
    (remark,) = (each for each in made(CODED, stays, diagnoses=codes).remarks if each.kind == "terminal_codes")
    assert remark.count == 2
    assert remark.sentence.startswith("2 of 2 admissions (100.0%) have a code of cardiac arrest")
    assert "terminal_codes" not in kinds(made(READMITTED, stays, diagnoses=codes))
    assert "terminal_codes" not in kinds(made(CODED, stays))


def test_who_has_no_outcome_is_left_out_by_reason():
    stays = [
        (1, 10, "2150-01-01", "2150-01-05"),
        (1, 11, "2150-01-20", "2150-01-25"),
        (2, 20, "2150-12-01", "2150-12-31"),
    ]
    found = made(READMITTED, stays, died=frozenset({11}))
    assert [remark.sentence for remark in found.remarks] == [
        "1 admissions died in hospital: left out.",
        "1 admissions have a window that ends after the last discharge in the tables: left out.",
    ]
    assert found.cohort.labels.tolist() == [1]


def test_only_contradictions_make_no_cohort():
    found = made(LONG, [(1, 10, "2150-01-05", "2150-01-04")])
    assert (len(found.cohort), found.summary.rows) == (0, 0)
    assert kinds(found) == {"discharge_before_admission": 1}


# What an independent count says of the real tables.


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Iterator[sqlite3.Connection]:
    folder = os.environ.get("MIMIC_IV_DIR", "")
    if not folder or folder == "synthetic":
        pytest.skip("MIMIC_IV_DIR is not set to the MIMIC-IV demo: tests on real data are left out")
    connection = sqlite3.connect(":memory:")
    for table in ("patients", "admissions", "diagnoses_icd"):
        with gzip.open(Path(folder) / f"hosp/{table}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        connection.execute(f"create table {table} ({', '.join(header)})")
        connection.executemany(f"insert into {table} values ({', '.join('?' * len(header))})", rows)  # noqa: S608  # names of our own, values apart
    connection.executescript(STAYS)
    yield connection
    connection.close()


STAYS = """
create table stay as
select a.subject_id, a.hadm_id, admittime, dischtime, admission_type, discharge_location, hospital_expire_flag as died,
       p.gender, nullif(p.dod, '') as dod, p.anchor_age + strftime('%Y', admittime) - p.anchor_year as age,
       (select count(*) from diagnoses_icd d where d.hadm_id = a.hadm_id) as codes,
       not exists (select 1 from admissions b where b.subject_id = a.subject_id and b.admittime < a.admittime
                   and julianday(a.admittime) - julianday(b.dischtime) <= 1.0000001) as begins
from admissions a join patients p using (subject_id);
create index by_patient on stay (subject_id);
"""
ROWS = {
    "mortality_in_hospital": "select *, died = '1' as event from stay",
    "long_stay_7d": "select *, julianday(dischtime) - julianday(admittime) > 7.0000001 as event from stay",
    "mortality_1y": """
        select *, coalesce(julianday(dod) - julianday(date(dischtime)) <= 365, 0) as event from stay where died = '0'
    """,
    "readmission_30d": """
        with labelled as (
            select *, exists (
                select 1 from stay n where n.subject_id = s.subject_id and n.begins
                and n.admission_type in ('DIRECT EMER.', 'EW EMER.', 'URGENT') and n.admittime > s.dischtime
                and julianday(n.admittime) - julianday(s.dischtime) <= 30.0000001
            ) as event, exists (
                select 1 from stay n where n.subject_id = s.subject_id and n.admittime > s.admittime
                and julianday(n.admittime) - julianday(s.dischtime) <= 1.0000001
            ) as goes_on
            from stay s
        )
        select * from labelled where died = '0' and discharge_location != 'HOSPICE' and not goes_on
        and julianday(dischtime) + 30 <= (select max(julianday(dischtime)) from stay) + 0.0000001
        and (event or dod is null or julianday(dod) - julianday(date(dischtime)) > 30)
    """,
}
ROWS["readmission_30d_coded"] = ROWS["readmission_30d"]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_rows_patients_and_events_are_those_of_an_independent_query(task: Task, database, mimic_iv_demo: Path):
    query = f"select count(*), count(distinct subject_id), sum(event) from ({ROWS[task.name]}) where age >= 18"  # noqa: S608
    found = make_cohort(task, read_plain(TableFolder(mimic_iv_demo)).columns)
    summary = found.summary
    assert (summary.rows, summary.patients, summary.events) == database.execute(query).fetchone()
    assert (len(found.cohort), found.cohort.patients, int(found.cohort.labels.sum())) == (
        summary.rows,
        summary.patients,
        summary.events,
    )


RECOUNT = f"""
select count(b.hadm_id), count(case when julianday(s.admittime) - julianday(b.dischtime) <= 365.0000001 then 1 end),
       coalesce(sum(b.codes), 0), s.age
from ({ROWS["mortality_in_hospital"]}) s left join stay b
     on b.subject_id = s.subject_id and b.dischtime <= s.admittime and b.hadm_id != s.hadm_id
group by s.hadm_id order by cast(s.subject_id as integer), s.admittime
"""  # noqa: S608
COUNTED = ("earlier_admissions", "admissions_12_months", "earlier_diagnoses", "age")
LEAKING = RECOUNT.replace("b.dischtime <= s.admittime and b.hadm_id != s.hadm_id", "b.admittime <= s.admittime")
"""Counts the stay itself."""


def test_the_history_is_that_of_an_independent_query(database, mimic_iv_demo: Path):
    found = history_of(mimic_iv_demo)
    assert found.tolist() == [list(map(float, row)) for row in database.execute(RECOUNT)]
    assert found[:, 0].max() > 10


def test_a_history_that_counts_the_stay_itself_would_have_been_found(database, mimic_iv_demo: Path):
    assert LEAKING != RECOUNT
    assert history_of(mimic_iv_demo).tolist() != [list(map(float, row)) for row in database.execute(LEAKING)]


def history_of(folder: Path) -> np.ndarray:
    cohort = make_cohort(IN_HOSPITAL, read_plain(TableFolder(folder)).columns).cohort
    return cohort.features[:, [IN_HOSPITAL.column_names.index(name) for name in COUNTED]]


def test_every_quantity_can_be_an_input(mimic_iv_demo: Path):
    """Each quantity of the contract is in one of the tasks, or is the value of one that is."""
    used = {feature.source for task in TASKS for feature in task.features}
    assert used == set(QUANTITIES)
    columns = read_plain(TableFolder(mimic_iv_demo)).columns
    for task in TASKS:
        features = make_cohort(replace(task, exclusions=()), columns).cohort.features
        assert np.isfinite(features).all()
        lows, highs = (np.array([getattr(each, name) for each in task.columns]) for name in ("minimum", "maximum"))
        assert ((lows <= features) & (features <= highs)).all()
