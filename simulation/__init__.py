"""A consortium that doesn't exist: synthetic hospitals, the demo of real processes, many hospitals in one process.

For a notebook: ``from simulation import Federation, History, compare``. What they need is loaded when they are used,
for torch and pandas take seconds.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.comparison import compare
    from simulation.federation import Federation
    from simulation.history import History

__all__ = ["Federation", "History", "compare"]

if not TYPE_CHECKING:  # a type checker would take any name for one of the package's

    def __getattr__(name: str) -> object:
        if name not in _ROOMS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


_ROOMS = {
    "Federation": "simulation.federation",
    "History": "simulation.history",
    "compare": "simulation.comparison",
}
