"""A program's main on streams of any encoding, on a terminal of any width or on none."""

import io
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

ENCODINGS = ("ascii", "latin-1", "cp437", "cp1252", "utf-8")

_BOLD = re.compile(r"\x1b\[[0123](?:;31)?m")
"""What a heading and an error begin and end with on a terminal."""


class Stream(io.TextIOWrapper):
    """What a program writes to; the encoding is as strict as Python makes it."""

    def __init__(self, encoding: str = "utf-8", *, is_terminal: bool = False) -> None:
        self._kept = io.BytesIO()
        super().__init__(self._kept, encoding=encoding, errors="strict", newline="\n")
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def written(self) -> str:
        self.flush()
        return _BOLD.sub("", self._kept.getvalue().decode(self.encoding))


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


def run_main(
    main: Callable[[], object], *arguments: object, encoding: str = "utf-8", columns: int | None = None
) -> Ended:
    """Run a program in this process; with columns both streams are a terminal so wide, else a pipe."""
    out, err = (Stream(encoding, is_terminal=columns is not None) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["program", *map(str, arguments)])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setenv("COLUMNS", str(columns or 80))
        patch.setenv("TERM", "xterm")
        patch.setenv("NO_COLOR", "1")
        try:
            code = main()
        except SystemExit as end:
            code = end.code
    return Ended(code if isinstance(code, int) else 0, out.written(), err.written())
