"""The ways to answer side by side, by hospital and over all, as a table with the spread over seeds."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from contract.small_counts import may_be_told
from envoy.cohort import Cohort
from simulation.sharing import ENSEMBLE, FEDERATED, LOCAL, ORACLE, POOLED, Answering, Figures

EVERYBODY = "all hospitals"
FIGURES = tuple(each.name for each in fields(Figures))
TOO_FEW = "too few outcomes to judge"
_ORDER = (LOCAL, ENSEMBLE, FEDERATED, POOLED, ORACLE)


@dataclass(frozen=True)
class Row:
    """One way at one hospital, or over all; ``figures`` has one of each seed in which it could be judged."""

    hospital: str
    way: str
    figures: tuple[Figures, ...]

    def mean(self, figure: str) -> float | None:
        """Average a figure over the seeds; None where it was never judged."""
        found = [getattr(each, figure) for each in self.figures]
        return statistics.fmean(found) if found else None

    def spread(self, figure: str) -> float:
        """Give its standard deviation over the seeds."""
        found = [getattr(each, figure) for each in self.figures]
        return statistics.stdev(found) if len(found) > 1 else 0.0


def measured(
    ways: Mapping[str, Answering], names: Sequence[str], rows: Sequence[Cohort]
) -> dict[tuple[str, str], Figures]:
    """Hold each way against each hospital's rows, and against all of them together.

    Returns:
        (hospital or ``EVERYBODY``, way) → figures; hospitals with fewer than eleven events or others are left out.
    """
    found = {}
    for way, answer in ways.items():
        logits = [answer(place, each) for place, each in enumerate(rows)]
        for name, each, given in zip(names, rows, logits, strict=True):
            if _can_be_judged(each):
                found[name, way] = Figures.of(each.labels, given)
        everybody = np.concatenate([each.labels for each in rows])
        found[EVERYBODY, way] = Figures.of(everybody, np.concatenate(logits))
    return found


def rows_over(seeds: Sequence[Mapping[tuple[str, str], Figures]], names: Sequence[str]) -> list[Row]:
    """Put what several seeds measured into rows: everybody first, then hospital by hospital."""
    ways = [way for way in _ORDER if any((EVERYBODY, way) in each for each in seeds)]
    return [
        Row(name, way, tuple(each[name, way] for each in seeds if (name, way) in each))
        for name in (EVERYBODY, *names)
        for way in ways
    ]


def as_markdown(rows: Sequence[Row], figures: Sequence[str] = FIGURES) -> str:
    """Write the rows as a table in Markdown: mean ± standard deviation over the seeds."""
    return "\n".join(_lines(rows, figures)) + "\n"


def as_records(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Give the rows for a program."""
    return [
        {"hospital": row.hospital, "way": row.way, "seeds": len(row.figures)}
        | {figure: row.mean(figure) for figure in FIGURES}
        for row in rows
    ]


def _lines(rows: Sequence[Row], figures: Sequence[str]) -> Iterator[str]:
    yield f"| hospital | way | {' | '.join(_TITLES[figure] for figure in figures)} |"
    yield f"|---|---|{'---:|' * len(figures)}"
    for row in rows:
        if not row.figures:
            yield f"| {row.hospital} | {row.way} | {TOO_FEW} |{' |' * (len(figures) - 1)}"
            continue
        cells = " | ".join(f"{row.mean(figure):.3f} ± {row.spread(figure):.3f}" for figure in figures)
        yield f"| {row.hospital} | {row.way} | {cells} |"


_TITLES: Mapping[str, str] = {"auroc": "AUROC", "auprc": "AUPRC", "brier": "Brier score", "accuracy": "accuracy"}


def _can_be_judged(rows: Cohort) -> bool:
    events = int(rows.labels.sum())
    return may_be_told(events) and may_be_told(len(rows) - events)
