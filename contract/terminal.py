"""What a terminal is shown: every text as it is written, none as an order to the terminal or to Rich.

Names, reasons and sentences come from elsewhere: out of an upload, a card, an answer over the network. A terminal
obeys the escapes in them, and Rich reads ``[/x]`` as markup and fails. So the programs print through ``Terminal``
alone, where a text can't be anything but text, and their JSON through ``visible_json``. Knows no program, no message.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, JustifyMethod, OverflowMethod
from rich.protocol import is_renderable
from rich.style import Style
from rich.table import Table
from rich.text import Text

from contract.visible_text import visible


class Terminal(Console):
    """A Rich console for which every string is literal: in a line, a table's cell, a heading and a title.

    What its stream's encoding can't hold stands as its escape too.

    Args:
        stderr: Whether it is standard error.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, soft_wrap=True, markup=False, emoji=False, highlight=False)

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
        encodable = visible(text).encode(self.encoding, "backslashreplace").decode(self.encoding)
        return Text(encodable, style=style, justify=justify, overflow=overflow)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; what can't draw itself is printed as its string. A table cuts nothing, however narrow it has to be."""
        for table in (each for each in objects if isinstance(each, Table)):
            for column in table.columns:
                column.overflow = "fold"
        super().print(*(each if is_renderable(each) else str(each) for each in objects), **options)

    def print_failure(self, sentence: str, hint: str = "") -> None:
        """Print what failed and why, and below it what to do next."""
        self.print("error:", style="bold red", end=" ")
        self.print(sentence)
        if hint:
            self.print(f"  {hint}")


@contextmanager
def failures_shown() -> Iterator[None]:
    """Show what nobody foresaw as Python does, but its texts as text; the program ends with exit code 1."""
    try:
        yield
    except Exception as error:  # the program's end: behind it stands Python's own way, which would write them raw
        for line in "".join(traceback.format_exception(error)).rstrip("\n").split("\n"):
            Terminal(stderr=True).print(line)
        raise SystemExit(1) from None
