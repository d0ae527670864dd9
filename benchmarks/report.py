"""Figures as people read them: rows on the terminal, a table in the documentation."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

_COLUMNS = ("figure", "measured", "floor or peer", "ratio", "target", "met")
_PREFACE = """# Benchmarks

Made by `make bench`; do not edit by hand.

Each figure stands beside a floor (the least that any program would have to do) or a peer, measured in the same run:
ratios travel from machine to machine, seconds do not. A ratio of speed says how near the director comes to the floor
(1: as fast), a ratio of memory how many times as much it takes. Where several runs were made, the median is given and,
in brackets, the least and the greatest.
"""


@dataclass(frozen=True)
class Row:
    """One line of a figure's table.

    Args:
        what: What was measured.
        measured: The director's numbers, with units.
        beside: The floor's or the peer's numbers, with units.
        ratio: The director's to the floor's.
        target: What it shall be; empty where nothing was promised.
        is_met: Whether it is; None where nothing was promised.
    """

    what: str
    measured: str
    beside: str = ""
    ratio: str = ""
    target: str = ""
    is_met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as texts, in the order of the columns."""
        met = {True: "yes", False: "no", None: ""}[self.is_met]
        return self.what, self.measured, self.beside, self.ratio, self.target, met


@dataclass(frozen=True)
class Figure:
    """What one module measured, and how."""

    title: str
    how: str
    rows: tuple[Row, ...]


def middle(values: Sequence[float], form: str) -> str:
    """Write a median with its spread: ``0.71 (0.69 to 0.74)``."""
    if len(values) == 1:
        return format(values[0], form)
    return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def as_text(figure: Figure) -> str:
    """Write a figure for the terminal."""
    lines = [figure.title]
    for row in figure.rows:
        named = zip(_COLUMNS[1:], row.cells[1:], strict=True)
        lines.append(f"  {row.what}: " + "; ".join(f"{name} {cell}" for name, cell in named if cell))
    return "\n".join(lines)


def as_document(figures: Iterable[Figure]) -> str:
    """Write all figures as one Markdown document."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}"
    parts = [_PREFACE, f"Machine: {machine}.\n"]
    for figure in figures:
        parts += [f"## {figure.title}\n", f"{figure.how}\n", _table(figure.rows)]
    return "\n".join(parts)


def _table(rows: Sequence[Row]) -> str:
    lines = [_COLUMNS, tuple("---" for _ in _COLUMNS), *(row.cells for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
