"""Tables as CSV: the same numbers however they are written down, and the row named that is wrong."""

import dataclasses
import io
import tempfile
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.errors import FederationError, InvalidInputError
from contract.messages.base import MAX_BATCH_ROWS
from contract.network import ArchitectureSpec
from contract.tasks import DIAGNOSIS_COUNT, Feature
from director.errors import MalformedRequestError, TooLargeError
from director.tasks import tables
from director.tasks.tables import read_rows, read_table
from tests.table_task import table_task

BOUND = 1e12
TASK = dataclasses.replace(
    DIAGNOSIS_COUNT,
    features=(
        Feature("age", "years", "patients", "count", 0, 120),
        Feature("lactate", "mmol/l", "labs", "number", -BOUND, BOUND),
    ),
    architecture=ArchitectureSpec(2, (4,), 3),
)
PLAIN = b"age,lactate\n61,1.5\n47,-2e3\n"
ROWS = [[61, 1.5], [47, -2000]]


def outcome(data: bytes, *, carefully: bool) -> list[list[float]] | str:
    """Read by one way alone: rows, or the refusal's code."""
    with pytest.MonkeyPatch.context() as patched:
        if carefully:
            patched.setattr(tables, "_plain_numbers", lambda *_: None)
        try:
            rows: list[list[float]] = read_table(data, TASK)[0].tolist()
        except FederationError as error:
            return error.code
        return rows


def by_the_fast_way(data: bytes) -> list[list[float]] | None:
    try:
        matrix = tables._plain_numbers(io.BytesIO(data), TASK)
    except FederationError:
        return None
    return None if matrix is None else matrix.tolist()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(PLAIN, id="plain"),
        pytest.param(PLAIN.rstrip(), id="without a last line's end"),
        pytest.param(b"\xef\xbb\xbf" + PLAIN, id="a byte order mark"),
        pytest.param(PLAIN.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(b"\xfe\xff" + PLAIN.decode().encode("utf-16-be"), id="UTF-16, big end first"),
        pytest.param(b'\xef\xbb\xbf"age","lactate"\n"61","1.5"\n"47","-2e3"\n', id="everything in quotes"),
        pytest.param(b'age,lactate\n61,"1.5"\n47,-2e3\n', id="one value in quotes"),
        pytest.param(PLAIN.replace(b"\n", b"\r\n"), id="lines as Windows ends them"),
        pytest.param(b'"age","lactate"\r\n"61","1.5"\r\n"47","-2e3"', id="quotes and Windows"),
        pytest.param(b"lactate,age\n1.5,61\n-2e3,47\n", id="columns in another order"),
        pytest.param(b'lactate,age\n"1.5",61\n-2e3,47\n', id="another order and quotes"),
        pytest.param(b" age , lactate \n 61, 1.5\n47 ,-2000.0\n", id="spaces"),
    ],
)
def test_one_table_is_read_alike_however_it_is_written_down(data: bytes):
    matrix, labels = read_table(data, TASK)
    assert matrix.tolist() == ROWS
    assert list(labels) == []


@pytest.mark.parametrize(
    "value", ["1_0", "\u0661\u0660", "\uff11", "\u00b2", "\u2212" + "1", "0x10", "1,5e", "one", "", "1 0", "1d3"]
)
@pytest.mark.parametrize("quote", ["", '"'])
def test_what_other_programs_take_for_no_number_is_none(value: str, quote: str):
    data = f"age,lactate\n61,1.5\n47,{quote}{value}{quote}\n".encode()
    with pytest.raises(FederationError) as refused:
        read_table(data, TASK)
    assert refused.value.facts["row"] == 2


numbers = st.floats(-BOUND, BOUND).map(repr) | st.integers(-(10**6), 10**6).map(str)
rows = st.lists(st.tuples(st.integers(0, 120).map(str), numbers), min_size=1, max_size=8)


@given(rows, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_both_ways_give_the_same_matrix(written: list[tuple[str, str]], line_end: str, is_ended: bool):
    body = line_end.join(map(",".join, written)) + (line_end if is_ended else "")
    expected = [[float(age), float(lactate)] for age, lactate in written]
    data = f"age,lactate{line_end}{body}".encode()
    assert outcome(data, carefully=False) == outcome(data, carefully=True) == expected
    assert by_the_fast_way(data) == expected


LETTERS = [*b"0123456789", *b"..,,,\n\n\r\n+--eEinfa_ \t\x0b\x1c\x00#;'xX", *"\u0661\u00a0".encode(), 0xA0, 0xFF]


letters = st.lists(st.sampled_from(LETTERS), max_size=14).map(bytes)


def put_in(body: bytes, place: int, letter: int) -> bytes:
    place %= len(body) + 1
    return body[:place] + bytes([letter]) + body[place:]


@given(letters | st.builds(put_in, st.just(b"61,1.5\n47,-2e3\n"), st.integers(0, 20), st.sampled_from(LETTERS)))
@example(b"1,2\r3,4\n")
@example(b"\n1,2\n")
@example(b"1,2\n\n")
@example(b"1,2#\n")
@example(b"\xa01,2\n")
@example(b"\x1c1,2\n")
def test_the_fast_way_takes_nothing_that_the_careful_one_would_refuse(body: bytes):
    data = b"age,lactate\n" + body
    assert outcome(data, carefully=False) == outcome(data, carefully=True)


def refusal(data: bytes, label: str | None = None) -> FederationError:
    with pytest.raises(FederationError) as refused:
        read_table(data, TASK, label)
    return refused.value


def lines(*of: str, quoted: bool) -> bytes:
    text = "\n".join(["age,lactate", *of]) + "\n"
    return text.replace("\n61,1\n", '\n"61",1\n', 1).encode() if quoted else text.encode()


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize(
    ("wrong", "kind", "feature"),
    [
        pytest.param("61", MalformedRequestError, None, id="a value is missing"),
        pytest.param("61,1,1", MalformedRequestError, None, id="a value too many"),
        pytest.param("", MalformedRequestError, None, id="an empty line"),
        pytest.param("old,1", InvalidInputError, "age", id="no number"),
        pytest.param("61.5,1", InvalidInputError, "age", id="a count that is not whole"),
        pytest.param("121,1", InvalidInputError, "age", id="outside the bounds"),
        pytest.param("61,nan", InvalidInputError, "lactate", id="not a number"),
        pytest.param("61,inf", InvalidInputError, "lactate", id="infinite"),
        pytest.param("61,1e999", InvalidInputError, "lactate", id="more than a double holds"),
    ],
)
def test_the_row_that_is_wrong_is_named(wrong: str, kind: type[FederationError], feature: str | None, quoted: bool):
    error = refusal(lines("61,1", "61,2", wrong, "61,3", quoted=quoted))
    assert isinstance(error, kind)
    assert error.facts["row"] == 3
    assert error.sentence.startswith("Row 3")
    assert error.facts.get("feature") == feature


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"age,lactate", id="a header alone"),
        pytest.param(b"age,lactate\n", id="no rows"),
        pytest.param(b"age,age\n61,1\n", id="a name twice"),
        pytest.param(b'age,lactate\n61,"1\n', id="a quote that does not end"),
        pytest.param(b'age,"lactate\n61,1\n', id="a quote in the header that does not end"),
        pytest.param("age,lactate\n61,1\n".encode("utf-16-le"), id="UTF-16 without its mark"),
        pytest.param(b'age,lactate\n61,"\xff"\n', id="no UTF-8 in the rows"),
        pytest.param(b"\xff,lactate\n61,1\n", id="no UTF-8 in the header"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes):
    assert refusal(data).code in ("malformed_request", "invalid_input")


@pytest.mark.parametrize(("names", "named"), [("age", "lactate"), ("age,lactate,mood", "mood"), ("old,lactate", "age")])
def test_the_columns_are_the_features(names: str, named: str):
    error = refusal(f"{names}\n".encode() + b"61,1,1\n")
    assert (error.code, error.facts["feature"]) == ("invalid_input", named)


def labelled(data: bytes) -> tuple[list[list[float]], Sequence[str]]:
    matrix, labels = read_table(data, TASK, "risk")
    return matrix.tolist(), labels


def test_a_label_comes_as_it_stands_there_and_must_be_there():
    assert labelled(b"age,risk,lactate\n61,high,1.5\n47, 2,-2e3\n") == (ROWS, ["high", " 2"])
    assert labelled(b'risk,age,lactate\n"a,b",61,1.5\n,47,-2e3\n') == (ROWS, ["a,b", ""])
    assert "risk" in refusal(PLAIN, "risk").sentence


@pytest.mark.parametrize("value", [b"61,1\n", b'61,"1"\n'])
def test_more_rows_than_a_batch_takes_are_refused(value: bytes):
    header = b"age,lactate\n"
    with pytest.raises(TooLargeError) as refused:
        read_table(header + value * (MAX_BATCH_ROWS + 1), TASK)
    assert refused.value.facts["rows"] == MAX_BATCH_ROWS + 1
    assert np.shape(read_table(header + value * MAX_BATCH_ROWS, TASK)[0]) == (MAX_BATCH_ROWS, 2)


class Noting(io.BytesIO):
    """A file that knows how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        return self.noted(super().read(size))

    def read1(self, size: int | None = -1) -> bytes:
        return self.noted(super().read1(size))

    def readline(self, size: int | None = -1) -> bytes:
        return self.noted(super().readline(size))

    def noted(self, data: bytes) -> bytes:
        self.taken += len(data)
        return data


def test_a_table_of_quotes_is_read_no_further_than_a_batch_may_go(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "MAX_BATCH_ROWS", 10)
    file = Noting(b'age,lactate\n"1",2\n' + b"1,2\n" * 1_000_000)
    with pytest.raises(TooLargeError):
        read_table(file, TASK)
    assert file.taken <= 3 * tables._BLOCK_BYTES


ENDLESS = [
    pytest.param(b"aa," * 300_000 + b"\n61,1\n", "The first line", id="a first line"),
    pytest.param(b'"aa\n",' * 200_000 + b"\n61,1\n", "The first line", id="a first line of many in quotes"),
    pytest.param(b"\xef\xbb\xbf" + b"aa," * 300_000, "The first line", id="a first line without an end"),
    pytest.param(b"age,lactate\n61,1\n" + b"10," * 300_000 + b"1\n61,1\n", "Row 2", id="a row"),
    pytest.param(b"age,lactate\n61,1\n" + b'"1\n",' * 200_000, "Row 2", id="a row of many in quotes"),
    pytest.param(b"age,lactate\n" + b"1" * 10**6 + b",1\n", "Row 1", id="a number"),
    pytest.param(b'age,lactate\n61,"' + "é".encode() * 10**6 + b'"\n', "Row 1", id="a cell"),
]


@pytest.mark.parametrize(("data", "where"), ENDLESS)
@pytest.mark.parametrize("label", [None, "lactate"])
def test_a_line_that_is_longer_than_any_sensible_one_is_refused_unread(data: bytes, where: str, label: str | None):
    task = TASK if label is None else dataclasses.replace(TASK, features=TASK.features[:1])
    file = Noting(data)
    with pytest.raises(MalformedRequestError, match="has more than 65,") as refused:
        read_table(file, task, label)
    assert refused.value.sentence.startswith(where)
    assert file.taken <= 8 * tables._BLOCK_BYTES


@given(st.integers(1, 400), st.integers(1, 200))
def test_where_a_block_ends_makes_no_difference(block_bytes: int, rows: int):
    written = [f"{row % 120},{row * 0.37!r}" for row in range(rows)]
    data = "\n".join(["age,lactate", *written]).encode()
    expected = [[row % 120, row * 0.37] for row in range(rows)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tables, "_BLOCK_BYTES", block_bytes)
        assert by_the_fast_way(data) == outcome(data, carefully=True) == expected


def test_a_file_stays_its_owners_and_open():
    for data in (PLAIN, b'age,lactate\n"61",1.5\n47,-2e3\n'):
        with tempfile.TemporaryFile() as file:
            file.write(data)
            assert read_table(file, TASK)[0].tolist() == ROWS
            assert not file.closed


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"label,age,lactate\nlow,1,2\n\nhigh,3,4\n\n", id="empty lines"),
        pytest.param(b"label,age,lactate\r\nlow,1,2\r\n\r\nhigh,3,4\r\n", id="empty lines of Windows"),
        pytest.param(b"label,age,lactate\rlow,1,2\rhigh,3,4", id="lines of an old Macintosh"),
    ],
)
def test_a_table_with_labels_is_read_as_it_always_was(data: bytes):
    matrix, labels = read_table(data, TASK, "label")
    assert (matrix.tolist(), labels) == ([[1, 2], [3, 4]], ["low", "high"])


FALLS = table_task()
HEADER = b"age,earlier_falls,walks_alone,ward\n"


def test_categories_flags_and_empty_cells_are_read_as_what_they_are():
    table = HEADER + b'71.5,,TRUE," surgical "\n40,3,0,\n'
    found = read_table(table, FALLS)[0]
    assert np.array_equal(found, [[71.5, np.nan, 1, 1], [40, 3, 0, np.nan]], equal_nan=True)
    short = read_table(b"age,walks_alone\n50,1\n", FALLS)[0]
    assert np.array_equal(short, [[50, np.nan, 1, np.nan]], equal_nan=True)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (b",1,1,medical", "age is empty"),
        (b"40,nan,1,medical", "earlier_falls is not a number"),
        (b"40,1,2,medical", "neither 0 nor 1"),
        (b"40,1,yes,medical", "walks_alone is not a number"),
        (b"40,1,1,attic", "none of its categories"),
        (b"400,1,1,medical", "outside 0 to 110"),
        (b"inf,1,1,medical", "finite"),
    ],
)
def test_a_cell_that_is_none_of_its_feature_is_named_with_its_row(row: bytes, says: str):
    with pytest.raises(InvalidInputError, match=says) as refused:
        read_table(HEADER + b"40,1,1,medical\n" + row + b"\n", FALLS)
    assert refused.value.facts["row"] == 2


def test_what_is_out_of_bounds_may_be_marked_in_place_of_refused():
    table = HEADER + b"400,1,1,attic\n40,60,1,\n"
    found = read_rows(table, FALLS, outside=np.inf).raw
    assert np.array_equal(found, [[np.inf, 1, 1, np.inf], [40, np.inf, 1, np.nan]], equal_nan=True)
    for bad in (b"inf,1,1,medical\n", b"40,1,2,medical\n", b"40,0.5,1,medical\n"):
        with pytest.raises(InvalidInputError):
            read_rows(HEADER + bad, FALLS, outside=np.inf)


@pytest.mark.parametrize("cell", [b"", b"nan"])
def test_numbers_that_may_be_missing_are_missing_where_nothing_stands_and_not_where_nan_does(cell: bytes):
    numbers = dataclasses.replace(FALLS, features=FALLS.features[:2])
    table = b"age,earlier_falls\n40,1\n50," + cell + b"\n"
    if cell:
        with pytest.raises(InvalidInputError, match="not a number"):
            read_table(table, numbers)
    else:
        assert np.isnan(read_table(table, numbers)[0][1, 1])
