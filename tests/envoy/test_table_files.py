"""Files of tables: in any of their forms, cut in chunks of any size, or broken."""

import gzip
import os
import re
from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envoy import table_files
from envoy.errors import DataError
from envoy.table_files import TableFileError
from envoy.tables import inspect_tables, read_tables
from tests.envoy.places import DIAGNOSES, place


def damaged(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


@pytest.mark.parametrize(
    ("break_file", "kind"),
    [
        (lambda data: data[: len(data) // 2], "truncated_file"),
        (lambda data: data[:-4], "truncated_file"),
        (lambda data: gzip.decompress(data), "not_gzip"),
        (damaged, "damaged_gzip"),
        (lambda data: data[:-8] + bytes(8), "damaged_gzip"),
        (lambda data: b"", "empty_table"),
    ],
    ids=["half of it", "without its last bytes", "plain text", "one byte changed", "wrong checksum", "no bytes"],
)
def test_a_broken_compressed_file_is_named(data_folder, break_file, kind) -> None:
    text = (data_folder.path / DIAGNOSES).read_text()
    (data_folder.path / DIAGNOSES).unlink()
    data_folder.put(f"{DIAGNOSES}.gz", break_file(gzip.compress(text.encode())))

    assert [place(defect) for defect in inspect_tables(data_folder.path)] == [(f"{DIAGNOSES}.gz", None, None, kind)]


@pytest.mark.parametrize("file", ["hosp/diagnoses_icd.csv.gz", "diagnoses_icd.csv", "diagnoses_icd.csv.gz"])
def test_a_table_is_found_compressed_or_not_in_hosp_or_not(data_folder, file) -> None:
    text = (data_folder.path / DIAGNOSES).read_text()
    (data_folder.path / DIAGNOSES).unlink()
    data_folder.put(file, text)

    assert len(read_tables(data_folder.path).diagnoses) == 6


@pytest.mark.parametrize("chunk_rows", [1, 2, 3, 100])
def test_lines_are_right_however_the_file_is_cut_in_chunks(data_folder, monkeypatch, chunk_rows) -> None:
    monkeypatch.setattr(table_files, "CHUNK_ROWS", chunk_rows)
    text = (data_folder.path / DIAGNOSES).read_text()
    text = text.replace("E8809", '"E88\r\n\n09"').replace("10000002,20000002,1", "\n10000002,20000002,1")
    data_folder.put(DIAGNOSES, text.replace("C7A1", "C7.A1") + "10000001,20000001,3,4280,9\n")

    assert [place(defect)[1:] for defect in inspect_tables(data_folder.path)] == [
        ("icd_code", 3, "line_break"),
        ("icd_code", 10, "damaged_code"),
        (None, 11, "duplicate_row"),
    ]


@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
@pytest.mark.parametrize(("cell", "kind"), [("C7A1,10,x", "too_many_cells"), ('"C7A1,10', "unclosed_quote")])
def test_a_row_that_cannot_be_parsed_is_named_in_any_chunk(data_folder, monkeypatch, chunk_rows, cell, kind) -> None:
    monkeypatch.setattr(table_files, "CHUNK_ROWS", chunk_rows)
    data_folder.put(DIAGNOSES, (data_folder.path / DIAGNOSES).read_text().replace("C7A1,10", cell))

    assert [place(defect)[1:] for defect in inspect_tables(data_folder.path)] == [(None, 7, kind)]


@pytest.mark.parametrize("chunk_rows", [1, 100])
def test_chunks_join_to_the_same_table(data_folder, monkeypatch, chunk_rows) -> None:
    monkeypatch.setattr(table_files, "CHUNK_ROWS", chunk_rows)

    diagnoses = read_tables(data_folder.path).diagnoses

    expected = pd.read_csv(data_folder.path / DIAGNOSES, dtype={"icd_code": object})
    assert diagnoses.astype(object).to_numpy().tolist() == expected.astype(object).to_numpy().tolist()


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: (
            text.replace("0030,", "0030  ,").replace("20000001,2", " 20000001 ,2").replace("A09,10", "A09, 10")
        ),
        lambda text: text + "\n\n",
        lambda text: text.replace("0030", '"0030"'),
        lambda text: text.replace("\n", ",\n").replace("version,", "version,note", 1),
    ],
    ids=["byte order mark", "Windows line ends", "padded cells", "blank last lines", "quotes", "a further column"],
)
def test_harmless_habits_of_exports_are_tolerated(data_folder, edit) -> None:
    data_folder.put(DIAGNOSES, edit((data_folder.path / DIAGNOSES).read_text()))

    assert inspect_tables(data_folder.path) == ()
    assert read_tables(data_folder.path).diagnoses["icd_code"][0] == "0030"


# The same table, written in any of many ways: read as the same, or a defect by name; never silently other rows.

HARMLESS: dict[str, Callable[[str], tuple[str, bytes]]] = {
    "as it is": lambda text: (".csv", text.encode()),
    "compressed": lambda text: (".csv.gz", gzip.compress(text.encode())),
    "compressed in parts": lambda text: (
        ".csv.gz",
        gzip.compress(text.encode()[:50]) + gzip.compress(text.encode()[50:]),
    ),
    "compressed and padded": lambda text: (".csv.gz", gzip.compress(text.encode()) + bytes(512)),
    "capitals in the name": lambda text: (".CSV", text.encode()),
    "capitals in a compressed name": lambda text: (".CSV.GZ", gzip.compress(text.encode())),
}
HABITS: dict[str, Callable[[str], str]] = {
    "byte order mark": lambda text: "\ufeff" + text,
    "lines of Windows": lambda text: text.replace("\n", "\r\n"),
    "lines of an old Macintosh": lambda text: text.replace("\n", "\r"),
    "all quoted": lambda text: "".join(
        f'"{line.replace(",", chr(34) + "," + chr(34))}"\n' for line in text.splitlines()
    ),
    "blank lines at the end": lambda text: text + "\n\n",
    "no line end": lambda text: text.removesuffix("\n"),
    "padded": lambda text: text.replace(",", " , "),
    "row names": lambda text: "".join(f"{'' if n == 0 else n},{line}\n" for n, line in enumerate(text.splitlines())),
    "columns in another order": lambda text: "".join(
        ",".join(line.split(",")[::-1]) + "\n" for line in text.splitlines()
    ),
}
HEADER_LINE = "subject_id,hadm_id,seq_num,icd_code,icd_version\n"
ROWS = st.lists(
    st.tuples(
        st.integers(10_000_000, 10_000_009), st.integers(20_000_000, 20_000_099), st.sampled_from(["0030", "V5861"])
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[1],
)
Row = tuple[int, int, str]


def written(rows: list[Row]) -> str:
    return HEADER_LINE + "".join(f"{who},{stay},1,{code},9\n" for who, stay, code in rows)


@settings(max_examples=40)
@given(
    rows=ROWS,
    form=st.sampled_from(sorted(HARMLESS)),
    habits=st.lists(st.sampled_from(sorted(HABITS)), max_size=2, unique=True),
)
def test_a_table_written_in_any_harmless_way_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], form: str, habits: list[str]
) -> None:
    text = written(rows)
    # what quotes or turns comes before what ends lines otherwise; a byte order mark comes last, as it stands first
    for habit in sorted(habits, key=list(HABITS)[::-1].index):
        text = HABITS[habit](text)
    ending, data = HARMLESS[form](text)
    folder = tmp_path_factory.mktemp("harmless")
    (folder / f"diagnoses_icd{ending}").write_bytes(data)
    assert inspect_tables(folder) == ()
    read = read_tables(folder).diagnoses[["subject_id", "hadm_id", "icd_code"]]
    assert [tuple(row) for row in read.astype(object).to_numpy().tolist()] == rows


def edited(edit: Callable[[str], str]) -> Callable[[str], tuple[str, bytes]]:
    return lambda text: (".csv", edit(text).encode())


PAGE = "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n"
HARMFUL: dict[str, tuple[str, str, Callable[[str], tuple[str, bytes]]]] = {
    "compressed twice": (
        "not_text",
        "compressed twice. Decompress it once",
        lambda text: (".csv.gz", gzip.compress(gzip.compress(text.encode()))),
    ),
    "bytes behind the compressed text": (
        "damaged_gzip",
        "Other bytes stand behind the compressed text",
        lambda text: (".csv.gz", gzip.compress(text.encode()) + b"junk"),
    ),
    "cut short": ("truncated_file", "ends too early", lambda text: (".csv.gz", gzip.compress(text.encode())[:-9])),
    "plain but named .gz": ("not_gzip", "Take .gz off its name", lambda text: (".csv.gz", text.encode())),
    "a zip named .gz": ("not_gzip", "a zip archive", lambda text: (".csv.gz", b"PK\x03\x04" + text.encode())),
    "compressed but not named .gz": (
        "not_text",
        "Add .gz to its name",
        lambda text: (".csv", gzip.compress(text.encode())),
    ),
    "sep= line": ("separator_line", "Remove that line", edited(lambda text: "sep=,\n" + text)),
    "UTF-16": ("not_text", "in UTF-16", lambda text: (".csv", text.encode("utf-16"))),
    "UTF-16 within gzip": ("not_text", "in UTF-16", lambda text: (".csv.gz", gzip.compress(text.encode("utf-16")))),
    "a web page": ("not_text", "a web page (HTML)", edited(lambda text: PAGE)),
    "a web page within gzip": ("not_text", "a web page (HTML)", lambda text: (".csv.gz", gzip.compress(PAGE.encode()))),
    "Git LFS": ("not_text", "Git LFS", edited(lambda text: "version https://git-lfs.github.com/spec/v1\n")),
    "Parquet": ("not_text", "Parquet, not text", lambda text: (".csv", b"PAR1" + text.encode() + b"PAR1")),
    "zero bytes": ("not_text", "nothing but zero bytes", lambda text: (".csv", bytes(len(text)))),
    "semicolons": ("wrong_separator", "by semicolons, not commas", edited(lambda text: text.replace(",", ";"))),
    "tabs": ("wrong_separator", "by tabs, not commas", edited(lambda text: text.replace(",", "\t"))),
    "no bytes": ("empty_table", "holds nothing", edited(lambda text: "")),
    "no rows": ("empty_table", "a header and no rows", edited(lambda text: HEADER_LINE)),
    "no header": ("missing_header", "The header is missing", edited(lambda text: text.removeprefix(HEADER_LINE))),
    "header in capitals": ("missing_column", "is spelled SUBJECT_ID", edited(lambda text: text.upper())),
    "header twice": ("repeated_header", "exports were joined", edited(lambda text: text + HEADER_LINE)),
    "MIMIC-III": (
        "other_version",
        "MIMIC-III's columns",
        edited(lambda text: text.replace(HEADER_LINE, "ROW_ID,SUBJECT_ID,HADM_ID,SEQ_NUM,ICD9_CODE\n")),
    ),
    "ids as floats": (
        "wrong_type",
        "written the column with decimals",
        edited(lambda text: text.replace(",1,", ".0,1,")),
    ),
    "ids in scientific notation": (
        "wrong_type",
        "scientific notation",
        edited(lambda text: re.sub(r"^1000000\d", "1.0E+07", text, flags=re.MULTILINE)),
    ),
    "thousands in quotes": (
        "wrong_type",
        "separators stand between its thousands",
        edited(lambda text: re.sub(r"^10000(\d{3})", r'"10,000,\1"', text, flags=re.MULTILINE)),
    ),
    "thousands without quotes": (
        "too_many_cells",
        "more cells than the header",
        edited(lambda text: re.sub(r"^10000(\d{3})", r"10,000,\1", text, flags=re.MULTILINE)),
    ),
    "an open quote": ("unclosed_quote", "never closed", edited(lambda text: text + '1,2,3,"0030,9\n')),
}  # fmt: skip


@given(rows=ROWS)
@pytest.mark.parametrize("way", HARMFUL)
@settings(max_examples=5)
def test_a_table_written_in_any_harmful_way_is_a_defect_that_says_so(
    tmp_path_factory: pytest.TempPathFactory, way: str, rows: list[Row]
) -> None:
    kind, says, write = HARMFUL[way]
    ending, data = write(written(rows))
    folder = tmp_path_factory.mktemp("harmful")
    (folder / f"diagnoses_icd{ending}").write_bytes(data)
    found = inspect_tables(folder)
    assert {each.kind for each in found} == {kind}
    assert says in found[0].sentence
    with pytest.raises(DataError, match=re.escape(found[0].sentence.rstrip("."))):
        read_tables(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="who is root may read everything")
def test_a_file_that_may_not_be_read_says_whom_to_let(data_folder) -> None:
    (data_folder.path / DIAGNOSES).chmod(0)
    (defect,) = inspect_tables(data_folder.path)
    assert (defect.kind, "Permission denied. Let the user" in defect.sentence) == ("unreadable_file", True)


def test_a_file_that_another_program_holds_is_told_with_what_to_do() -> None:
    with pytest.raises(TableFileError, match="Permission denied") as refused, table_files.explained():
        raise PermissionError(13, "Permission denied")
    assert "close a program that holds it open" in refused.value.hint
