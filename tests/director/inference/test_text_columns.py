"""Texts of many rows, column by column."""

import numpy as np

from director.inference.text_columns import chosen, constant, decimals, joined


def test_decimals_are_written_as_python_would():
    values = np.array([0.0, 1.0, 0.5, 1 / 3, 1e-9, 1 - 1e-9, 4.9e-10])
    assert [bytes(row).decode() for row in decimals(values)] == [f"{value:.9f}" for value in values]


def test_columns_are_joined_row_after_row_whatever_their_texts_lengths():
    places = np.array([2, 0, 1])
    assert joined([chosen(places, [b"", b"a", b"long"]), constant(3, b";")]) == b"long;;a;"
