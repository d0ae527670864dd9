"""The tables of ``docs/robustness.md`` about few hospitals, one of them hostile: every cell is the worst seed."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import product
from typing import get_args

from aggregation.screening import Bounds
from simulation.few_hospitals import Defence, Outcome, Scenario, play
from simulation.lone_attacks import ATTACKS, Attack
from simulation.sites import Data

MANY, FEW = (5, 11), (2, 3)
DATA: tuple[Data, ...] = get_args(Data)
WARM_UP = 6
DEFAULT = Defence("default")
TABLE = Defence("default, validation table", has_table=True)
CONFIRMED = Defence("default, confirmed", publish="confirmed")
PLAIN = Defence("fedavg", "fedavg")
STRATEGIES = (
    PLAIN,
    replace(DEFAULT, name="clip+fedavg, the default"),
    Defence("clip+trimmed_mean", "clip+trimmed_mean"),
)
COUNT_RATIOS = (2.0, 3.0, 5.0)

Played = Mapping[tuple[Scenario, Defence], Outcome]
Job = tuple[Scenario, Defence]


@dataclass(frozen=True)
class Tables:
    """Each as Markdown."""

    unattended: str
    with_table: str
    confirmed: str
    few_unattended: str
    clean: str
    strategies: str
    count_ratios: str


def tables(seeds: int, pool: Executor) -> Tables:
    """Play everything in a pool, and write it down."""
    plan = _Plan(range(seeds))
    jobs = plan.jobs()
    plan.played = dict(zip(jobs, pool.map(_play, jobs, chunksize=8), strict=True))
    return Tables(
        unattended=plan.attacked(DEFAULT, MANY, bar=0.9),
        with_table=plan.attacked(TABLE, MANY, bar=0.95),
        confirmed=plan.attacked(CONFIRMED, FEW, warm_up=WARM_UP, says_unpublished=True, bar=0.95),
        few_unattended=plan.attacked(DEFAULT, FEW),
        clean=plan.clean(),
        strategies=plan.strategies(),
        count_ratios=plan.count_ratios(),
    )


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; numbers stand on the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def reached(below: Sequence[str], cells: int) -> str:
    """Say whether a bar is met, or in which of the cells it is not."""
    if not below:
        return f"Met in all {cells} cells.\n"
    return f"Not met in {len(below)} of {cells} cells: {'; '.join(below)}.\n"


def _play(job: Job) -> Outcome:
    return play(*job)


class _Plan:
    """What is to be played for which table, so that nothing is played twice."""

    def __init__(self, seeds: Sequence[int]) -> None:
        self._seeds = seeds
        self.played: Played = {}

    def jobs(self) -> list[Job]:
        found: dict[Job, None] = {}
        wanted = [
            *(self._attacked(defence, MANY, 0) for defence in (DEFAULT, TABLE, *STRATEGIES)),
            *(self._attacked(_with_ratio(ratio), (5,), 0) for ratio in COUNT_RATIOS),
            self._attacked(CONFIRMED, FEW, WARM_UP),
            self._attacked(DEFAULT, FEW, 0),
            (job for defence, number, data in self._clean_cells() for job in self._clean(defence, number, data)),
        ]
        for some in wanted:
            found.update(dict.fromkeys(some))
        return list(found)

    def attacked(
        self,
        defence: Defence,
        numbers: Sequence[int],
        *,
        warm_up: int = 0,
        says_unpublished: bool = False,
        bar: float | None = None,
    ) -> str:
        head = ["attack", "count", *(f"{data}, N = {number}" for data, number in product(DATA, numbers))]
        rows = []
        below: list[str] = []
        for attack, lies in product(ATTACKS, (False, True)):
            row = [attack.name, "10 M" if lies else "honest"]
            for data, number in product(DATA, numbers):
                found = self._of(defence, data, number, attack, lies, warm_up)
                worst = min(each.accuracy for each in found)
                if bar is not None and worst < bar:
                    below.append(f"{attack.name} ({row[1]}), {data}, N = {number}: {worst:.3f}")
                cell = f"{worst:.3f}"
                if says_unpublished:
                    cell += f" ({max(each.unpublished for each in found):.0%} unpublished)"
                row.append(cell)
            rows.append(row)
        return markdown(head, rows) + ("" if bar is None else "\n" + reached(below, len(rows) * (len(head) - 2)))

    def clean(self) -> str:
        head = ["defence", "data", "N", "accuracy, worst seed", "plain FedAvg", "lost at most", "honest accused",
                "cycles unpublished"]  # fmt: skip
        rows = []
        for defence, number, data in self._clean_cells():
            if defence == PLAIN:
                continue
            found, plain = ([self.played[job] for job in self._clean(each, number, data)] for each in (defence, PLAIN))
            lost = max(one.accuracy - other.accuracy for one, other in zip(plain, found, strict=True))
            rows.append(
                [
                    defence.name,
                    data,
                    str(number),
                    f"{min(each.accuracy for each in found):.3f}",
                    f"{min(each.accuracy for each in plain):.3f}",
                    f"{max(lost, 0):.3f}",
                    f"{sum(each.accused for each in found) / len(found):.2%}",
                    f"{sum(each.unpublished for each in found) / len(found):.0%}",
                ]
            )
        return markdown(head, rows)

    def strategies(self) -> str:
        return self._worst(STRATEGIES, [(data, number) for data, number in product(DATA, MANY)])

    def count_ratios(self) -> str:
        return self._worst([_with_ratio(ratio) for ratio in COUNT_RATIOS], [(data, 5) for data in DATA])

    def _worst(self, defences: Sequence[Defence], cells: Sequence[tuple[Data, int]]) -> str:
        """Give the worst of all attacks and seeds, and the mean over the attacks of the worst seeds."""
        rows = []
        for defence in defences:
            row = [defence.name]
            for data, number in cells:
                worst = [
                    min(each.accuracy for each in self._of(defence, data, number, attack, lies, 0))
                    for attack, lies in product(ATTACKS, (False, True))
                ]
                row.append(f"{min(worst):.3f} ({sum(worst) / len(worst):.3f})")
            rows.append(row)
        return markdown(["defence", *(f"{data}, N = {number}" for data, number in cells)], rows)

    def _of(
        self, defence: Defence, data: Data, number: int, attack: Attack, lies: bool, warm_up: int
    ) -> Sequence[Outcome]:
        return [
            self.played[Scenario(data, number, seed, attack, lies, warm_up=warm_up), defence] for seed in self._seeds
        ]

    def _attacked(self, defence: Defence, numbers: Sequence[int], warm_up: int) -> Iterable[Job]:
        for data, number, attack, lies, seed in product(DATA, numbers, ATTACKS, (False, True), self._seeds):
            yield Scenario(data, number, seed, attack, lies, warm_up=warm_up), defence

    def _clean(self, defence: Defence, number: int, data: Data) -> Sequence[Job]:
        return [(Scenario(data, number, seed, cycles=10), defence) for seed in self._seeds]

    def _clean_cells(self) -> Iterable[tuple[Defence, int, Data]]:
        cells = [(PLAIN, (*FEW, *MANY)), (DEFAULT, (*FEW, *MANY)), (TABLE, MANY), (CONFIRMED, FEW)]
        for defence, numbers in cells:
            for number, data in product(numbers, DATA):
                yield defence, number, data


def _with_ratio(ratio: float) -> Defence:
    return replace(DEFAULT, name=f"count_ratio {ratio:g}", bounds=replace(Bounds(), count_ratio=ratio))
