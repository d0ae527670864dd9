"""How texts become values, and which of them are good."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoy.table_schemas import FLAG, ICD_VERSION, NUMBER, TEXT, TIME, TIME_OR_EMPTY, WHOLE_NUMBER, CellType


def parsed(cell_type: CellType, *texts: str) -> tuple[list[object], list[bool]]:
    values, good = cell_type.parse(pd.Series(texts, dtype=object))
    return values.tolist(), good.tolist()


@given(
    st.lists(st.integers(0, 10**18 - 1), min_size=1), st.sampled_from(["", " ", "x", "1" * 19, "-1", "1.0", "²", "٣"])
)
def test_whole_numbers_are_read_alike_with_and_without_a_bad_one_among_them(numbers: list[int], bad: str) -> None:
    texts = [str(each) for each in numbers]
    assert parsed(WHOLE_NUMBER, *texts) == (numbers, [True] * len(numbers))
    values, good = parsed(WHOLE_NUMBER, *texts, bad)
    assert values[:-1] == numbers
    assert good == [True] * len(numbers) + [False]


@pytest.mark.parametrize(
    ("cell_type", "good", "bad"),
    [
        (WHOLE_NUMBER, ["0", " 7 ", "007", "9" * 18], ["", "9" * 19, "1e3", "1_000", "+1", "0x1"]),
        (ICD_VERSION, ["9", "10", " 9 "], ["", "11", "09", "9.0", "ten"]),
        (FLAG, ["0", "1"], ["", "2", "yes", "01", "true"]),
        (NUMBER, ["0", "72.5", " 91 "], ["", ".5", "1.", "> 89", "nan", "inf", "1e3", "-1"]),
        (TIME, ["2196-02-24", "2196-02-24 14:38", "2196-02-24T14:38:00.5"], ["", "2196", "24/02/2196", "2196-13-01"]),
        (TIME_OR_EMPTY, ["", "  ", "2196-02-24 14:38:00"], ["2196", "never", "2196-02-30"]),
        (TEXT, ["", "anything", "\x00"], []),
    ],
    ids=lambda each: each.wants if isinstance(each, CellType) else "",
)
def test_texts_are_good_or_bad(cell_type: CellType, good: list[str], bad: list[str]) -> None:
    assert parsed(cell_type, *good)[1] == [True] * len(good)
    for text in bad:
        assert parsed(cell_type, text)[1] == [False], text


def test_values_have_the_smallest_fitting_type_and_no_blanks_around_them() -> None:
    assert [str(each.parse(pd.Series(["1"], dtype=object))[0].dtype) for each in (WHOLE_NUMBER, FLAG, NUMBER)] == [
        "int64",
        "int8",
        "float64",
    ]
    assert parsed(TEXT, " A09 ")[0] == ["A09"]
    times, _ = TIME_OR_EMPTY.parse(pd.Series(["2196-02-24 14:38", ""], dtype=object))
    assert times[0] == pd.Timestamp("2196-02-24 14:38:00")
    assert np.isnat(times.to_numpy()[1])
