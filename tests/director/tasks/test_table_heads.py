"""What is no table that is read here is named: what was seen, and what to do."""

import pytest

from contract.errors import FederationError
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import InvalidRequestError
from director.tasks.tables import read_rows
from tests.director.tasks.test_tables import TASK, Noting


def refusal(data: bytes, passed: str | None = None) -> FederationError:
    with pytest.raises(FederationError) as refused:
        read_rows(data, TASK, passed=passed)
    return refused.value


@pytest.mark.parametrize(
    ("data", "code", "says", "hint"),
    [
        (b"sep=,\nage,lactate\n3,1\n", "malformed_request", '"sep="', "Remove it"),
        (b'"sep=;"\nage;lactate\n3;1\n', "malformed_request", '"sep="', "Remove it"),
        (b"age;lactate\n3;1,5\n", "malformed_request", "semicolons", "write.csv2"),
        (b'"age";"lactate"\n3;"1,5"\n', "malformed_request", "semicolons", "write.csv2"),
        (b"age\tlactate\n3\t1\n", "malformed_request", "tabs", "commas"),
        (b"age|lactate\n3|1\n", "malformed_request", "bars", "commas"),
        (b"3,4\n4,5\n", "malformed_request", "no header", "age,lactate"),
        (b"3;4\n4;5\n", "malformed_request", "no header", "age,lactate"),
        (b'"","age","lactate"\n"1",3,4\n', "invalid_input", "Column 1 has no name", "row.names = FALSE"),
        (b"age,lactate,Unnamed: 2\n3,4,\n", "invalid_input", "Column 3 has no name", "index=False"),
        (b",age,lactate,\n0,3,4,\n", "invalid_input", "Columns 1, 4 have no name", "index=False"),
        (b"age,lactate\n1,3,4\n", "malformed_request", "3 instead of 2", "row.names = FALSE"),
        (b"age,lactate\n1,3\n2,3,5\n", "malformed_request", "Row 2 (line 3)", "Decimals have a point"),
        (b"age,lactate\n1,3\n1;3\n", "malformed_request", "Row 2 (line 3)", "Separate them with commas"),
        (b"age,lactate,age\n3,4,5\n", "malformed_request", "age more than once (columns 1, 3)", "once"),
        (b'age,lactate\n3,"4,5"\n', "invalid_input", "decimal comma", "point"),
        (b"age,lactate\n3,NA\n", "invalid_input", "Row 1 (line 2)", "the cell is empty"),
        (b"age,lactate\n3,\n", "invalid_input", "feature lactate is empty", "may not be missing"),
        (b'age,lactate\n3, "4"\n', "invalid_input", "a quote stands within it", "behind the comma"),
        (b"age,lactate\n3,1\n1_0,1\n", "invalid_input", "Row 2 (line 3): feature age", "digits"),
        (b"age,lactate\n3,1\n\n", "malformed_request", "Row 2 (line 3) is empty", "at the end too"),
        (b"age,lactate\n3,1\n\n4,1\n", "malformed_request", "Row 2 (line 3) is empty", "Remove"),
        (b"", "malformed_request", "body is empty", "first line"),
        (b"\n\n", "malformed_request", "body is empty", "first line"),
        (b"\nage,lactate\n3,4\n", "malformed_request", "first line is empty", "names"),
        (b"\x1f\x8b\x08\x00\x00", "unsupported_media_type", "gzip", "as it is"),
        (b"PK\x03\x04\x00", "unsupported_media_type", "workbook", "CSV UTF-8"),
        (b'\xef\xbb\xbf{"inputs": [{"age": 3}]}', "unsupported_media_type", "JSON", "application/json"),
        (b'--abc\r\nContent-Disposition: form-data; name="f"\r\n\r\nage', "unsupported_media_type", "form", "binary"),
        (b"<html><body>504</body></html>", "unsupported_media_type", "HTML", "CSV"),
        ("age,lactate\n3,1\n".encode("utf-16-le"), "malformed_request", "UTF-16 needs its mark", "UTF-8"),
        (b"\xff\xfea\x00g", "malformed_request", "is not UTF-16", "UTF-8"),
        (b'age,lactate\n3,"\xe9"\n', "malformed_request", "is not UTF-8", "UTF-8"),
    ],
)
def test_what_was_seen_is_named_and_what_to_do(data: bytes, code: str, says: str, hint: str):
    error = refusal(data)
    assert error.code == code, error.sentence
    assert says in error.sentence
    assert hint in error.hint


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"diagnosis_count\n1_0\n", "Row 1 (line 2): feature diagnosis_count is not a number."),
        (b'"","diagnosis_count"\n"1",3\n"2",9\n', "Column 1 has no name."),
        (b"diagnosis_count\n3\n21\n\n", "Row 3 (line 4) is empty."),
    ],
)
def test_the_public_cases_are_named(data: bytes, says: str):
    with pytest.raises(FederationError) as refused:
        read_rows(data, DIAGNOSIS_COUNT)
    assert refused.value.sentence == says


def test_quoted_cells_behind_a_mark_are_read_as_without():
    data = b'\xef\xbb\xbf"diagnosis_count"\r\n"3"\r\n"21"\r\n'
    assert read_rows(data, DIAGNOSIS_COUNT).raw.tolist() == [[3.0], [21.0]]


def test_what_is_passed_must_be_there_and_be_no_feature():
    assert "no column mrn" in refusal(b"age,lactate\n3,1\n", passed="mrn").sentence
    error = refusal(b"age,lactate\n3,1\n", passed="age")
    assert isinstance(error, InvalidRequestError)
    assert error.facts == {"field": "id"}


def test_a_sound_table_is_looked_at_once():
    """What explains a failure reads no table that did not fail."""
    file = Noting(b"age,lactate\n" + b"3,1.5\n" * 1000)
    read_rows(file, TASK)
    assert file.taken <= len(file.getvalue()) + 2  # the mark of UTF-16 is looked for
