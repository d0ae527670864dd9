"""Texts of many rows, written column by column without a loop over rows.

They are a matrix of characters, one row of the batch a line, 0 where there is none: numpy fills it column by column,
and dropping the zeros leaves the text.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_DECIMALS = 9

Column = NDArray[np.uint8]
"""One text a row: rows × characters, 0 where there is none."""


def chosen(choice: NDArray[np.intp], texts: Sequence[bytes]) -> Column:
    """Write in each row the text at its place; no text holds a zero."""
    width = max(map(len, texts))
    table = np.frombuffer(b"".join(text.ljust(width, b"\0") for text in texts), np.uint8).reshape(len(texts), width)
    return table[choice]


def constant(rows: int, text: bytes) -> Column:
    """Write the same in each row."""
    return np.broadcast_to(np.frombuffer(text, np.uint8), (rows, len(text)))


def decimals(values: NDArray[np.float64]) -> Column:
    """Write numbers from 0 to 1 as ``0.123456789``."""
    rest = np.rint(values * 10**_DECIMALS).astype(np.int64)
    characters = np.empty((len(values), _DECIMALS + 2), np.uint8)
    for position in range(_DECIMALS + 1, 1, -1):
        rest, digit = np.divmod(rest, 10)
        characters[:, position] = digit + ord("0")
    characters[:, 0] = rest + ord("0")
    characters[:, 1] = ord(".")
    return characters


def joined(columns: Sequence[Column]) -> bytes:
    """Put the columns together, row after row."""
    characters: Column = np.hstack(columns).reshape(-1)
    return bytes(characters[characters != 0])
