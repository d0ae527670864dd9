"""How a table stands on a terminal that is narrower than it: nothing is cut, and no word is broken.

An id, a name, a number and a file's name are words without a space. So a column becomes narrower down to its longest
word; where the words alone are too wide, each row becomes a few lines of ``heading: value``. Columns that hold what
the next command needs (``needed``) keep their cells whole before the others fold.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.table import Column, Table

_WORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?(?: UTC)?|\S+")
"""A moment is one word too: contract.moments writes it so."""

Written = Callable[[object], str]
"""Gives a cell's text as it will stand there."""


def needed(heading: str) -> Column:
    """Give a column of what the next command needs: its cells don't fold while others can."""
    return Column(heading, no_wrap=True)


class Lines(Table):
    """A table without a frame, a line each row however narrow the terminal: a terminal wraps what is too long."""

    def __init__(self, *headings: Column | str) -> None:
        super().__init__(*headings, box=None, pad_edge=False, padding=(0, 2, 0, 0))


@dataclass(frozen=True)
class _Measured:
    """A column in characters: its longest cell, its longest word, and whether it keeps its cells whole."""

    whole: int
    word: int
    is_needed: bool


def fit(table: Table, width: int, full_width: int, written: Written) -> bool:
    """Make a table's columns fit a terminal; False: its words alone are too wide.

    Args:
        table: The table; its columns get their widths.
        width: Of the terminal, in characters.
        full_width: Of the table where there is room enough.
        written: Gives a cell's text.
    """
    columns = [_measured(column, written) for column in table.columns]
    room = width - (full_width - sum(each.whole for each in columns))
    if sum(each.whole for each in columns) <= room:
        return True
    for least in ([each.whole if each.is_needed else each.word for each in columns], [each.word for each in columns]):
        if sum(least) <= room:
            found = _narrowed([each.whole for each in columns], least, room)
            for column, column_width in zip(table.columns, found, strict=True):
                column.width, column.no_wrap = column_width, False
            return True
    return False


def flowed(table: Table, width: int, written: Written) -> Iterator[str]:
    """Give each row as lines of ``heading: value``, at most so wide unless one value is wider; empty ones are left out.

    The first begins at the margin, the others stand below it.
    """
    headings = [written(column.header) for column in table.columns]
    for row in zip(*(column.cells for column in table.columns), strict=True):
        values = [written(cell) for cell in row]
        pairs = [f"{name}: {value}" if name else value for name, value in zip(headings, values, strict=True) if value]
        yield from _filled(pairs, width)


def _filled(pairs: Sequence[str], width: int) -> Iterator[str]:
    line = ""
    for pair in pairs:
        longer = f"{line}  {pair}" if line.strip() else line + pair
        if line.strip() and cell_len(longer) > width:
            yield line
            longer = f"  {pair}"
        line = longer
    if line:
        yield line


def _narrowed(whole: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Take from the widest columns first, and from none more than it has beyond its least."""
    level = max(whole)
    while sum(found := [max(low, min(high, level)) for high, low in zip(whole, least, strict=True)]) > room:
        level -= 1
    return found


def _measured(column: Column, written: Written) -> _Measured:
    texts = [written(column.header), *map(written, column.cells)]
    words = (cell_len(word) for text in texts for word in _WORD.findall(text))
    whole = max(map(cell_len, texts))
    return _Measured(whole=whole, word=max(words, default=whole), is_needed=column.no_wrap)
