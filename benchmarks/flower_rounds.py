"""A round of five hospitals by Flower's engines beside ours, in Flower's own environment."""

import json
import subprocess
from pathlib import Path
from statistics import median

from benchmarks.report import Figure, Row, middle

PROGRAM = Path(__file__).parent.parent / ".venv-flower" / "bin" / "python"
"""Where Flower is; where it is not, ``make .venv-flower/installed`` makes it."""
_NAMES = {"simulation": "a round, Flower's simulation engine", "between": "a round, Flower between hospitals"}
_HOW = (
    "A round of 5 hospitals with 200 patients each (diagnosis_count as it is), seed 0: hospitals that lie in Ray's "
    "processes, and SuperLink and SuperNodes as real processes on loopback, with TLS and sign-in, against our own "
    "engine in one process. Without the start of either. Flower's SuperNodes ask every three seconds for work."
)


def measure(folder: Path, *, is_quick: bool) -> Figure:
    """Time rounds of each in one run; where Flower is not installed the figure has no row."""
    title = "Flower"
    if not PROGRAM.exists():
        return Figure(title, f"{_HOW} Not measured: Flower is not installed.", ())
    rounds = 2 if is_quick else 10
    command = [str(PROGRAM), "-m", "benchmarks.flower_rounds_process", str(folder), str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    own = found["own"]
    return Figure(
        title,
        _HOW,
        tuple(
            Row(
                what,
                f"{middle([1000 * each for each in found[name]], '.0f')} ms",
                f"{middle([1000 * each for each in own], '.0f')} ms",
                f"{median(found[name]) / median(own):.1f}",
            )
            for name, what in _NAMES.items()
        ),
    )
