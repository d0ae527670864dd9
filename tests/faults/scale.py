"""How much of a fault's test runs, and where its figures go.

``make test`` runs the short form of each; ``make faults`` sets FAULTS=long, and FAULTS_FIGURES to the file that
docs/reliability.md is made from.
"""

import json
import os
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def is_long() -> bool:
    return os.environ.get("FAULTS") == "long"


def scaled(short: T, long: T) -> T:
    """Give the size of this run."""
    return long if is_long() else short


def record(name: str, **figures: object) -> None:
    """Append what a test reached to the file of figures, if one is asked for."""
    file = os.environ.get("FAULTS_FIGURES")
    if file:
        with Path(file).open("a", encoding="utf-8") as target:
            target.write(json.dumps({"name": name, **figures}) + "\n")
