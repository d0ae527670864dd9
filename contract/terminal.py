"""What a terminal is shown: every text as it is written, none as an order to the terminal or to Rich.

Names, reasons and sentences come from elsewhere: out of an upload, a card, an answer over the network. A terminal
obeys the escapes in them, and Rich reads ``[/x]`` as markup and fails. So the programs print through ``Terminal``
alone, where a text can't be anything but text, and their JSON through ``visible_json``. Knows no program, no message.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, ConsoleOptions, JustifyMethod, OverflowMethod
from rich.measure import Measurement
from rich.protocol import is_renderable
from rich.style import Style
from rich.table import Table
from rich.text import Text

from contract.stream_characters import as_taken
from contract.table_layout import Lines, fit, flowed
from contract.visible_text import visible

_FULL_WIDTH = 1_000_000
"""Of what is no terminal, in characters: no table is as wide."""


class Terminal(Console):
    """A Rich console for which every string is literal: in a line, a table's cell, a heading and a title.

    What its stream's encoding can't hold is said in what it can. A stream that is no terminal has any width; on a
    terminal a table is fitted, so that no word of it is cut or broken.

    Args:
        stderr: Whether it is standard error.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, soft_wrap=True, markup=False, emoji=False, highlight=False)
        self._runs_over = False

    @property
    def options(self) -> ConsoleOptions:
        """How wide it is, and the rest that Rich asks of a console."""
        found = super().options
        return found.update(max_width=_FULL_WIDTH) if self._runs_over or not self._is_watched else found

    @property
    def _is_watched(self) -> bool:
        """Whether a terminal is at the other end: Rich's own answer is yes for a pipe too, where colours are wanted."""
        return self.file.isatty()

    def render_str(
        self,
        text: str,
        *,
        style: str | Style = "",
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        **asked: object,
    ) -> Text:
        """Turn a string into text; Rich sends all of them through here. Markup is not read, whoever asks for it."""
        return Text(as_taken(visible(text), self.encoding), style=style, justify=justify, overflow=overflow)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; what can't draw itself is printed as its string. A table cuts nothing, however narrow it has to be."""
        match objects:
            case (Table() as table,):
                self._print_table(table, options)
            case _:
                super().print(*(each if is_renderable(each) else str(each) for each in objects), **options)

    def print_failure(self, sentence: str, hint: str = "") -> None:
        """Print what failed and why, and below it what to do next."""
        self.print("error:", style="bold red", end=" ")
        self.print(sentence)
        if hint:
            self.print(f"  {hint}")

    def _print_table(self, table: Table, options: dict[str, Any]) -> None:
        for column in table.columns:
            column.overflow = "fold"
        self._runs_over = isinstance(table, Lines)
        try:
            wide = self.options.update(max_width=_FULL_WIDTH)
            full_width = Measurement.get(self, wide, table).maximum
            if fit(table, self.options.max_width, full_width, self._written):
                super().print(table, **options)
                return
        finally:
            self._runs_over = False
        if table.title:
            self.print(self._written(table.title))
        for line in flowed(table, self.width, self._written):
            super().print(line)

    def _written(self, cell: object) -> str:
        return cell.plain if isinstance(cell, Text) else self.render_str(str(cell)).plain


@contextmanager
def failures_shown() -> Iterator[None]:
    """Show what nobody foresaw as Python does, but its texts as text; the program ends with exit code 1."""
    try:
        yield
    except Exception as error:  # the program's end: behind it stands Python's own way, which would write them raw
        for line in "".join(traceback.format_exception(error)).rstrip("\n").split("\n"):
            Terminal(stderr=True).print(line)
        raise SystemExit(1) from None
