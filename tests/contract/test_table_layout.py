"""On a narrow terminal; what a terminal is and what a pipe gets is in test_terminal."""

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from rich.table import Column, Table

from contract.table_layout import Lines, flowed, needed
from tests.contract.test_terminal import printed

ID = "563b5a16c0f34e1d9b7d6a1c2b3d4e5f"
WORDS = st.text("abcXYZ019-_.", min_size=1, max_size=30)
CELLS = st.lists(WORDS, max_size=4).map(" ".join)


def shown(headings: Sequence[Column | str], *rows: Sequence[str], width: int = 80, of: type[Table] = Table) -> str:
    table = of(*headings)
    for row in rows:
        table.add_row(*row)
    return printed(table, width=width)


@given(st.lists(st.tuples(WORDS, CELLS, CELLS), min_size=1, max_size=3), st.integers(20, 120))
def test_no_word_is_cut_or_broken_however_narrow_the_terminal(rows: list[tuple[str, str, str]], width: int) -> None:
    found = shown(["id", "what", "why"], *rows, width=width)
    assert "…" not in found
    words = re.findall(r"[^\s│┃┏┓┳━┡╇┩└┘┴─]+", found)
    for row in rows:
        for word in " ".join(row).split():
            assert word in words


@given(st.lists(st.tuples(WORDS, CELLS, CELLS), min_size=1, max_size=3), st.integers(40, 120))
def test_a_line_is_longer_than_the_terminal_only_where_one_value_is(
    rows: list[tuple[str, str, str]], width: int
) -> None:
    longest = max(len(f"  what: {cell}") for row in rows for cell in row)
    for line in shown(["id", "what", "why"], *rows, width=width).splitlines():
        assert len(line) <= max(width, longest)


def test_what_the_next_command_needs_stays_whole_before_other_columns_fold() -> None:
    row = (ID, "Jane Wanjiru", "a sentence that is long enough to be folded more than once")
    kept = shown([needed("id"), needed("person"), "why"], row)
    assert f"│ {ID} │ Jane Wanjiru │ " in kept
    assert max(map(len, kept.splitlines())) <= 80
    folded = shown([needed("id"), needed("person"), "why"], row, width=60)
    assert ID in folded
    assert "Jane Wanjiru" not in folded


def test_a_moment_is_one_word() -> None:
    row = (ID, "a reason of some words", "2026-11-26 18:35 UTC")
    assert "2026-11-26 18:35 UTC" in shown(["id", "why", "when"], row)


def test_where_the_words_are_too_wide_a_row_becomes_lines_of_pairs_without_what_is_empty() -> None:
    row = (ID, "KUTRRH", "", "an-admin-with-a-long-name", "2026-11-26 18:35 UTC")
    found = shown([needed("id"), "hospital", "role", "person", "when"], row, row)
    assert (
        found.splitlines()
        == [
            f"id: {ID}  hospital: KUTRRH",
            "  person: an-admin-with-a-long-name  when: 2026-11-26 18:35 UTC",
        ]
        * 2
    )


def test_a_column_without_a_heading_and_a_row_without_a_value_are_no_pairs() -> None:
    table = Table("", "b")
    table.add_row("x", "y")
    table.add_row("", "")
    assert list(flowed(table, 80, str)) == ["x  b: y"]


def test_a_title_is_not_lost() -> None:
    table = Table(needed("id"), needed("other"), title="whose they are")
    table.add_row(ID, ID)
    assert printed(table, width=40).splitlines()[0] == "whose they are"


def test_a_table_of_lines_has_a_line_for_each_row_on_every_terminal() -> None:
    rows = (ID, "KUTRRH", "a sentence of some words"), ("1", "MTRH", "b")
    lines = shown(["id", "hospital", "why"], *rows, width=30, of=Lines).splitlines()
    assert [line.split("  ")[0] for line in lines] == ["id", ID, "1"]
    assert len({line.index(name) for line, name in zip(lines, ("hospital", "KUTRRH", "MTRH"), strict=True)}) == 1
