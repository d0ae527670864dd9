"""Write docs/reliability.md from the figures that the long form of the faults' tests recorded."""

import json
import os
import platform
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

_PREFACE = """# Reliability

Made by `make faults`; do not edit by hand.

Each line is a fault that the long form of the tests below `tests/faults/` brings about in real processes on real
files, what must hold afterwards, and what this run reached. A test that does not reach its bar fails, and then this
page is not written. `make test` runs a short form of each.
"""
_PACKAGES = ("fastapi", "numpy", "python-multipart", "sqlalchemy", "starlette", "uvicorn")


def main(figures: str, document: str) -> None:
    rows: dict[str, dict[str, Any]] = {}
    for line in Path(figures).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows[row.pop("name")] = row
    lines = [_PREFACE, f"{_machine()}\n", "| fault | bar | reached |", "|---|---|---|"]
    lines += [f"| {_cell(name)} | {_cell(row.pop('bar', ''))} | {_cell(_reached(row))} |" for name, row in rows.items()]
    Path(document).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _reached(row: dict[str, Any]) -> str:
    reached = [str(row.pop("reached"))] if "reached" in row else []
    return "; ".join([*reached, *(f"{name.replace('_', ' ')} {value}" for name, value in row.items())])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _machine() -> str:
    strace = subprocess.run(["strace", "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0]
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"Machine: {os.cpu_count()} cores, {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}; {strace}."
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
