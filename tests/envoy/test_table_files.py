"""Files of tables: in any of their forms, cut in chunks of any size, or broken."""

import gzip

import pandas as pd
import pytest

from envoy import table_files
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
