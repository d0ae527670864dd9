"""A hospital's tables: typed, or every defect named by file, column and row."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envoy.errors import DataError
from envoy.table_sources import source_at
from envoy.tables import inspect_tables, read_tables
from tests.envoy.places import DIAGNOSES, place

ADMISSIONS = "hosp/admissions.csv"
PATIENTS = "hosp/patients.csv"


def present(table: pd.DataFrame | None) -> pd.DataFrame:
    assert table is not None
    return table


def test_clean_tables_have_no_defects(data_folder) -> None:
    assert inspect_tables(data_folder.path) == ()


def test_clean_tables_are_typed_and_codes_stay_text(data_folder) -> None:
    tables = read_tables(data_folder.path)
    admissions, patients = present(tables.admissions), present(tables.patients)

    assert tables.diagnoses["icd_code"].tolist() == ["0030", "E8809", "V5861", "A09", "T40X1XA", "C7A1"]
    assert tables.diagnoses.dtypes.astype(str).to_dict() == {
        "subject_id": "int64",
        "hadm_id": "int64",
        "seq_num": "int64",
        "icd_code": "category",
        "icd_version": "int8",
    }
    assert admissions["hospital_expire_flag"].tolist() == [0, 0, 1]
    assert admissions["deathtime"].isna().tolist() == [True, True, False]
    assert admissions["admittime"][0] == pd.Timestamp("2196-02-24 14:38:00")
    assert patients["anchor_age"].tolist() == [21.0, 72.5]
    assert patients["dod"][1] == pd.Timestamp("2154-09-25")


def replaced(old: str, new: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        assert text.count(old) == 1, "the test's own edit must hit one place"
        return text.replace(old, new)

    return edit


PLANTED: list[tuple[str, str, Callable[[str], str | bytes], str | None, int | None, str]] = [
    (
        "subject_id with letters",
        DIAGNOSES,
        replaced("10000001,20000001,2", "P1,20000001,2"),
        "subject_id",
        3,
        "wrong_type",
    ),
    ("hadm_id as decimal", DIAGNOSES, replaced("20000003", "20000003.0"), "hadm_id", 7, "wrong_type"),
    ("hadm_id empty", DIAGNOSES, replaced("20000003", ""), "hadm_id", 7, "wrong_type"),
    ("hadm_id in scientific notation", DIAGNOSES, replaced("20000003", "2.00E+07"), "hadm_id", 7, "wrong_type"),
    ("hadm_id of 19 digits", DIAGNOSES, replaced("20000003", "1000000000000000000"), "hadm_id", 7, "wrong_type"),
    ("hadm_id of 30 digits", DIAGNOSES, replaced("20000003", "2" * 30), "hadm_id", 7, "wrong_type"),
    ("hadm_id in other digits", DIAGNOSES, replaced("20000003", "٢٠٠٠٠٠٠٣"), "hadm_id", 7, "wrong_type"),
    ("hadm_id with underscores", DIAGNOSES, replaced("20000003", "20_000_003"), "hadm_id", 7, "wrong_type"),
    ("seq_num negative", DIAGNOSES, replaced("2,E8809", "-2,E8809"), "seq_num", 3, "wrong_type"),
    ("icd_version 11", DIAGNOSES, replaced("A09,10", "A09,11"), "icd_version", 5, "wrong_type"),
    ("row cut short", DIAGNOSES, replaced("C7A1,10\n", "C7A1"), "icd_version", 7, "wrong_type"),
    ("code in scientific notation", DIAGNOSES, replaced("0030", "4.28E+03"), "icd_code", 2, "damaged_code"),
    ("code as decimal", DIAGNOSES, replaced("0030", "4280.0"), "icd_code", 2, "damaged_code"),
    ("code as day and month", DIAGNOSES, replaced("V5861", "5-Jan"), "icd_code", 4, "damaged_code"),
    ("code as month and year", DIAGNOSES, replaced("C7A1", "Jan-05"), "icd_code", 7, "damaged_code"),
    ("code without its leading zeros", DIAGNOSES, replaced("0030", "30"), "icd_code", 2, "damaged_code"),
    ("code empty", DIAGNOSES, replaced("A09", ""), "icd_code", 5, "damaged_code"),
    ("code in small letters", DIAGNOSES, replaced("A09", "a09"), "icd_code", 5, "damaged_code"),
    ("ICD-9 code called ICD-10", DIAGNOSES, replaced("A09", "4280"), "icd_code", 5, "damaged_code"),
    ("ICD-10 code called ICD-9", DIAGNOSES, replaced("V5861", "I509"), "icd_code", 4, "damaged_code"),
    ("code of words", DIAGNOSES, replaced("A09", "#NAME?"), "icd_code", 5, "damaged_code"),
    ("dotted ICD-9 code", DIAGNOSES, replaced("0030", "428.0"), "icd_code", 2, "dotted_code"),
    ("dotted ICD-9 E code", DIAGNOSES, replaced("E8809", "E880.9"), "icd_code", 3, "dotted_code"),
    ("dotted ICD-10 code", DIAGNOSES, replaced("C7A1", "I50.9"), "icd_code", 7, "dotted_code"),
    (
        "repeated diagnosis",
        DIAGNOSES,
        replaced("20000001,3,", "20000001,2,"),
        None,
        4,
        "duplicate_row",
    ),
    ("unknown admission", DIAGNOSES, replaced("20000003", "29999999"), "hadm_id", 7, "unknown_reference"),
    (
        "admission of another patient",
        DIAGNOSES,
        replaced("10000002,20000003", "10000001,20000003"),
        "hadm_id",
        7,
        "unknown_reference",
    ),
    ("column missing", DIAGNOSES, replaced("icd_code", "code"), "icd_code", 1, "missing_column"),
    ("column in capitals", DIAGNOSES, replaced("icd_code", "ICD_CODE"), "icd_code", 1, "missing_column"),
    ("column twice", DIAGNOSES, replaced("seq_num,", "icd_code,seq_num,"), "icd_code", 1, "duplicate_column"),
    ("no rows", DIAGNOSES, lambda text: text.split("\n")[0] + "\n", None, None, "empty_table"),
    ("no bytes", DIAGNOSES, lambda text: "", None, None, "empty_table"),
    ("nothing but a byte order mark", DIAGNOSES, lambda text: "\ufeff", None, None, "empty_table"),
    ("blank header", DIAGNOSES, lambda text: "\n" + text, None, 1, "missing_header"),
    ("semicolons", DIAGNOSES, lambda text: text.replace(",", ";"), None, 1, "wrong_separator"),
    ("tabs", DIAGNOSES, lambda text: text.replace(",", "\t"), None, 1, "wrong_separator"),
    ("UTF-16", DIAGNOSES, lambda text: text.encode("utf-16"), None, 1, "not_text"),
    ("UTF-16 without its mark", DIAGNOSES, lambda text: text.encode("utf-16-le"), None, 1, "not_text"),
    ("spreadsheet file", DIAGNOSES, lambda text: b"PK\x03\x04" + bytes(100), None, None, "not_text"),
    ("compressed but not named so", DIAGNOSES, lambda text: gzip.compress(text.encode()), None, None, "not_text"),
    (
        "byte of Latin-1",
        DIAGNOSES,
        lambda text: text.encode().replace(b"C7A1", b"C7\xe9"),
        "icd_code",
        7,
        "undecodable_bytes",
    ),
    ("zero byte", DIAGNOSES, replaced("V5861", "V58\0"), "icd_code", 4, "not_text"),
    ("line break in quotes", DIAGNOSES, replaced("V5861", '"V58\n61"'), "icd_code", 4, "line_break"),
    ("more cells than columns in the first row", DIAGNOSES, replaced("0030,9", "0030,9,"), None, 2, "too_many_cells"),
    ("more cells than columns further down", DIAGNOSES, replaced("A09,10", "A09,10,x"), None, 5, "too_many_cells"),
    ("quote never closed", DIAGNOSES, replaced("A09", '"A09'), None, 5, "unclosed_quote"),
    (
        "admittime no time",
        ADMISSIONS,
        replaced("2196-02-24 14:38:00", "24/02/2196 14:38"),
        "admittime",
        2,
        "wrong_type",
    ),
    ("dischtime empty", ADMISSIONS, replaced("2153-09-25 13:20:00", ""), "dischtime", 3, "wrong_type"),
    (
        "deathtime no date",
        ADMISSIONS,
        replaced("13:20:00,URGENT", "13:20 Uhr,URGENT"),
        "deathtime",
        4,
        "wrong_type",
    ),
    ("flag neither 0 nor 1", ADMISSIONS, replaced("OTHER,1", "OTHER,yes"), "hospital_expire_flag", 4, "wrong_type"),
    ("repeated admission", ADMISSIONS, replaced("10000002,20000003", "10000002,20000002"), None, 4, "duplicate_row"),
    (
        "admission of an unknown patient",
        ADMISSIONS,
        replaced("10000001", "10000009"),
        "subject_id",
        2,
        "unknown_reference",
    ),
    (
        "byte of Latin-1 in a column not read",
        ADMISSIONS,
        lambda text: text.encode().replace(b"WHITE", b"M\xe9tis"),
        "race",
        2,
        "undecodable_bytes",
    ),
    ("age no number", PATIENTS, replaced("72.5", "> 89"), "anchor_age", 3, "wrong_type"),
    ("dod no date", PATIENTS, replaced("2154-09-25", "2154"), "dod", 3, "wrong_type"),
    ("repeated patient", PATIENTS, replaced("10000002,M", "10000001,M"), None, 3, "duplicate_row"),
]


@pytest.mark.parametrize(
    ("file", "edit", "column", "row", "kind"), [case[1:] for case in PLANTED], ids=[case[0] for case in PLANTED]
)
def test_a_planted_defect_is_the_one_found_named_by_file_column_and_row(
    data_folder, file, edit, column, row, kind
) -> None:
    data_folder.put(file, edit((data_folder.path / file).read_text()))

    defects = inspect_tables(data_folder.path)

    assert [place(defect) for defect in defects] == [(file, column, row, kind)]
    assert defects[0].count == 1


def test_a_missing_diagnoses_table_is_a_defect_and_missing_others_are_none(tmp_path, data_folder) -> None:
    for file in (ADMISSIONS, PATIENTS):
        (data_folder.path / file).unlink()
    assert inspect_tables(data_folder.path) == ()
    assert read_tables(data_folder.path).admissions is None

    (tmp_path / "empty").mkdir()
    found = [place(defect) for defect in inspect_tables(tmp_path / "empty")]
    assert found == [("hosp/diagnoses_icd.csv.gz", None, None, "missing_file")]


def test_a_folder_that_is_not_there_is_named_as_such_and_once(tmp_path) -> None:
    (defect,) = inspect_tables(tmp_path / "nowhere")
    assert place(defect) == ("nowhere", None, None, "missing_folder")
    assert defect.sentence.startswith(f"There is no folder {tmp_path / 'nowhere'}.")
    with pytest.raises(DataError, match="There is no folder"):
        read_tables(tmp_path / "nowhere")
    (tmp_path / "one.csv").write_text("x")
    (defect,) = inspect_tables(source_at(tmp_path / "one.csv"))
    assert "one.csv is one file; MIMIC-IV's tables lie beside each other in a folder" in defect.sentence


def test_every_bad_cell_of_one_row_is_named(data_folder) -> None:
    text = (data_folder.path / DIAGNOSES).read_text()
    data_folder.put(DIAGNOSES, text.replace("10000002,20000003,1,C7A1,10", "x,20000003,y,7.1,10"))

    assert [place(defect)[1:] for defect in inspect_tables(data_folder.path)] == [
        ("subject_id", 7, "wrong_type"),
        ("seq_num", 7, "wrong_type"),
        ("icd_code", 7, "damaged_code"),
    ]


def test_rows_with_the_same_defect_are_counted_and_the_first_is_named(data_folder) -> None:
    text = (data_folder.path / DIAGNOSES).read_text()
    data_folder.put(DIAGNOSES, text.replace("A09", "1.5E+04").replace("C7A1", "2E+10").replace("0030", "5-Jan"))

    defects = inspect_tables(data_folder.path)

    assert [(defect.row, defect.count) for defect in defects] == [(2, 1), (5, 2)]
    assert "'1.5E+04' is a number in scientific notation" in defects[1].sentence


def test_reading_refuses_and_names_the_first_defects_and_the_next_command(data_folder) -> None:
    text = (data_folder.path / DIAGNOSES).read_text()
    data_folder.put(DIAGNOSES, text.replace("0030", "30").replace("A09,10", "A09,ten"))

    with pytest.raises(DataError) as refusal:
        read_tables(data_folder.path)

    assert refusal.value.sentence == (
        "hosp/diagnoses_icd.csv, column icd_code, row 2: '30' has lost its leading zeros; longer codes may have lost "
        "theirs unseen; hosp/diagnoses_icd.csv, column icd_version, row 5: 'ten' is not 9 or 10."
    )
    assert f"fl-envoy check --data {data_folder.path}" in refusal.value.hint
    assert refusal.value.facts["row"] == 2


def test_a_defect_of_another_table_leaves_that_table_out(data_folder) -> None:
    data_folder.put(ADMISSIONS, (data_folder.path / ADMISSIONS).read_text().replace("OTHER,1", "OTHER,yes"))

    tables = read_tables(data_folder.path)

    assert tables.admissions is None
    assert tables.patients is not None


def test_a_bad_cell_is_quoted_shortly_and_without_control_characters(data_folder) -> None:
    data_folder.put(DIAGNOSES, (data_folder.path / DIAGNOSES).read_text().replace("A09", "\x1b[31m" + "x" * 500))

    (defect,) = inspect_tables(data_folder.path)

    assert "\x1b" not in defect.sentence
    assert len(defect.sentence) < 140


@settings(max_examples=30)
@given(content=st.binary(max_size=200) | st.text(alphabet='0129,;\n\r"E.AVé\0 ', max_size=200).map(str.encode))
def test_whatever_the_bytes_are_only_defects_come_out(tmp_path_factory, content: bytes) -> None:
    header = b"subject_id,hadm_id,seq_num,icd_code,icd_version\n"

    for ending, data in ((".csv", content), (".csv", header + content), (".csv.gz", b"\x1f\x8b" + content)):
        folder = tmp_path_factory.mktemp("fuzz")
        (folder / f"diagnoses_icd{ending}").write_bytes(data)
        for defect in inspect_tables(folder):
            assert defect.file == f"diagnoses_icd{ending}"
            assert defect.sentence.endswith(".")


def test_the_real_tables_have_no_defects(mimic_iv_demo: Path) -> None:
    assert inspect_tables(mimic_iv_demo) == ()

    tables = read_tables(mimic_iv_demo)
    codes = tables.diagnoses["icd_code"].astype(object)
    assert len(tables.diagnoses) == 4506
    assert len(present(tables.admissions)) == 275
    assert len(present(tables.patients)) == 100
    assert codes[codes.str.fullmatch("0[0-9]+")].size == 60
