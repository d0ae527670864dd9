"""What an attack came to, read from what libFuzzer prints, and the table for the documentation."""

import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

_PREFACE = """# Fuzzing

Made by `make fuzz`; do not edit by hand.

Each reader of what a stranger sends is attacked with mutations of real files and of the hostile corpus of
`fuzz/hostile`. Most mutations know the structure (a ZIP header's field, a part, a pickle's instruction, an array's
number, a JSON token) and put checksums right behind the damage; the rest are libFuzzer's own. What reaches new code is
kept and mutated further. For every input must hold:

- only the error of that reader leaves it, with a sentence and a hint that a person can read;
- it takes less than 1 s and 20 MB beyond the input;
- what is taken is what torch (`weights_only=True`), scikit-learn or a second JSON parser sees, number for number, and
  survives being written and read again;
- no code of the hostile files ever runs (they would touch a file).

"""


@dataclass(frozen=True)
class Outcome:
    """One target's attack.

    Args:
        target: Its name.
        seconds: How long it ran.
        executions: Inputs that were tried.
        seeds: Files that it began with.
        corpus: Inputs that were kept because they reached something new.
        edges: Edges of the contract's and the gate's code that were reached.
        features: Edges with how often they were taken, and other signs of progress.
        findings: Names of the files that broke what must hold.
    """

    target: str
    seconds: float
    executions: int
    seeds: int
    corpus: int
    edges: int
    features: int
    findings: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """The outcome as texts, in the order of the columns."""
        rate = self.executions / self.seconds if self.seconds else 0
        return (
            self.target, f"{self.seconds:.0f}", f"{self.executions:,}", f"{rate:,.0f}", f"{self.seeds:,}",
            f"{self.corpus:,}", f"{self.edges:,}", f"{self.features:,}", str(len(self.findings)),
        )  # fmt: skip


_COLUMNS = (
    "target", "seconds", "executions", "executions/s", "seeds", "corpus", "edges reached", "features", "findings",
)  # fmt: skip
_PROGRESS = re.compile(r"^#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)/", re.MULTILINE)


def read_progress(printed: str) -> tuple[int, int, int, int]:
    """Give executions, edges, features and corpus as libFuzzer printed them last; zeros where it never did."""
    lines = _PROGRESS.findall(printed)
    executions, edges, features, corpus = map(int, lines[-1]) if lines else (0, 0, 0, 0)
    return executions, edges, features, corpus


def as_document(outcomes: Sequence[Outcome], command: str) -> str:
    """Write the outcomes as one Markdown document."""
    versions = ", ".join(
        f"{name} {version(name)}" for name in ("atheris", "numpy", "torch", "scikit-learn", "joblib", "pydantic")
    )
    lines = [
        f"Command: `{command}`; Python {platform.python_version()}, {versions}; one core.",
        "",
        "| " + " | ".join(_COLUMNS) + " |",
        "|---|" + "---:|" * (len(_COLUMNS) - 1),
        *("| " + " | ".join(outcome.cells) + " |" for outcome in outcomes),
        "",
        f"{sum(o.executions for o in outcomes):,} executions in {sum(o.seconds for o in outcomes) / 60:.1f} minutes; "
        f"findings: {sum(len(o.findings) for o in outcomes)}.",
    ]  # fmt: skip
    return _PREFACE + "\n".join(lines) + "\n"
