"""fl-simulate: make a consortium that doesn't exist."""

import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.progress import Progress
from rich.table import Table

from aggregation.parameters import named_value
from aggregation.strategy import RULES, strategy_named
from contract.errors import FederationError
from contract.names import EnvoyName, TaskName
from contract.tasks import BUILT_IN_TASKS, DIAGNOSIS_COUNT, Task
from contract.terminal import Terminal
from simulation.consortium import MAXIMUM_PATIENTS, consortium_counts, write_consortium
from simulation.hospital import Counts

if TYPE_CHECKING:
    from simulation.in_process import Hospital, Round

_EXIT_DATA = 5
LEAST_CONCENTRATION, MOST_CONCENTRATION = 0.001, 1e6

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def fl_simulate() -> None:
    """Make a consortium that doesn't exist, and train in it."""


@app.command()
def data(
    out: Annotated[Path, typer.Option(help="Where the hospitals' folders go.", file_okay=False)],
    hospitals: Annotated[int, typer.Option(min=1, max=999, help="How many; the first five are the standard ones.")] = 5,
    patients: Annotated[int, typer.Option(min=1, max=MAXIMUM_PATIENTS, help="Patients of each hospital.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write into a folder that is not empty.")] = False,
) -> None:
    """Write synthetic hospitals, one folder each with tables in MIMIC-IV format."""
    if not force and out.is_dir() and any(out.iterdir()):
        raise typer.BadParameter(f"{out} is not empty; choose another folder, or --force to write into it.")
    folders = write_consortium(out, hospitals, patients, seed)
    counts = consortium_counts(hospitals, patients, seed)
    made = [_summary(name, folder, counts[name]) for name, folder in zip(counts, folders, strict=True)]
    if as_json:
        print(json.dumps({"out": str(out), "seed": seed, "hospitals": made}))
        return
    table = Table("hospital", "patients", "diagnoses", "median a patient", "folder")
    for row in made:
        table.add_row(*(str(row[key]) for key in ("name", "patients", "diagnoses", "median_diagnoses", "folder")))
    Terminal().print(table)


@app.command()
def run(
    task: Annotated[str, typer.Option(help="The task.")] = DIAGNOSIS_COUNT.name,
    hospitals: Annotated[int, typer.Option(min=1, max=999, help="How many.")] = 5,
    patients: Annotated[int, typer.Option(min=10, max=MAXIMUM_PATIENTS, help="Patients of each hospital.")] = 2000,
    rounds: Annotated[int, typer.Option(min=1, max=10_000, help="Rounds of train and aggregate.")] = 10,
    strategy: Annotated[str, typer.Option(help=f"How to combine: {', '.join(RULES)}; clip, clip+….")] = "fedavg",
    parameter: Annotated[
        list[str] | None, typer.Option(help="Of the strategy, such as server_rate=0.1; many times.")
    ] = None,
    f: Annotated[int | None, typer.Option("--f", help="Bad updates to bear, where the strategy has f.")] = None,
    partition: Annotated[
        str | None,
        typer.Option(help="dirichlet:0.3 deals all patients out anew, by label; the smaller the number, the odder."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Draws the patients and orders the training.")] = 0,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Where each round's metrics at each hospital go.", dir_okay=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Train a consortium in one process, with the envoy's own training and the director's own strategies."""
    from simulation.in_process import pooled, run_federation  # late: torch takes seconds

    chosen = BUILT_IN_TASKS.get(TaskName(task))
    if chosen is None:
        raise typer.BadParameter(f"there is no task {task!r}; choose one of: {', '.join(BUILT_IN_TASKS)}.")
    parameters = dict(named_value(each) for each in parameter or ()) | ({} if f is None else {"f": f})
    strategy_named(strategy, parameters)  # before anything is drawn: what is wrong with it is said at once
    everyone = _hospitals(chosen, hospitals, patients, seed, partition)
    with _rounds_shown(rounds) as show, _rounds_written(csv, chosen, everyone) as write:

        def see(done: "Round") -> None:
            write(done)
            show(done.number)

        federated = run_federation(
            chosen, everyone, rounds=rounds, strategy=strategy, parameters=parameters, seed=seed, on_round=see
        )
    together = [pooled(everyone)]
    alone = run_federation(chosen, together, rounds=rounds, seed=seed)
    found = federated.metrics(chosen, everyone)
    result = {
        "task": chosen.name,
        "strategy": strategy,
        "rounds": rounds,
        "seconds": round(federated.seconds, 3),
        "sha256": federated.sha256,
        "hospitals": [
            {"name": each.name, "num_examples": len(each.split.training), "local": local, "global": common}
            for each, (local, common) in zip(everyone, found, strict=True)
        ],
        "pooled": alone.metrics(chosen, together)[0][1],
    }
    if as_json:
        print(json.dumps(result))
        return
    table = Table("hospital", "examples", "accuracy, local", "accuracy, global")
    for each, (local, common) in zip(everyone, found, strict=True):
        table.add_row(each.name, str(len(each.split.training)), str(local["accuracy"]), str(common["accuracy"]))
    Terminal().print(table)
    Terminal().print(f"{rounds} rounds in {federated.seconds:.1f} s; sha256 {federated.sha256}")


def _hospitals(task: Task, hospitals: int, patients: int, seed: int, partition: str | None) -> "list[Hospital]":
    from simulation.in_process import dealt_hospitals, synthetic_hospitals

    if partition is None:
        return synthetic_hospitals(task, hospitals, patients, seed)
    way, _, number = partition.partition(":")
    try:
        concentration = float(number)
    except ValueError:
        concentration = math.nan
    if way != "dirichlet" or not LEAST_CONCENTRATION <= concentration <= MOST_CONCENTRATION:
        raise typer.BadParameter(
            f"{partition!r} is no partition; write dirichlet:X with X from {LEAST_CONCENTRATION:g} to "
            f"{MOST_CONCENTRATION:g}, for example dirichlet:0.3."
        )
    return dealt_hospitals(task, hospitals, patients, seed, concentration)


@contextmanager
def _rounds_shown(rounds: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on standard error where that is a terminal."""
    with Progress(console=Terminal(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("rounds", total=rounds)
        yield lambda number: progress.update(bar, completed=number)


@contextmanager
def _rounds_written(
    csv: Path | None, task: Task, hospitals: "Sequence[Hospital]"
) -> "Iterator[Callable[[Round], None]]":
    """Write each round's metrics where that was asked for; else nothing is measured."""
    if csv is None:
        yield lambda done: None
        return
    from simulation.round_metrics import RoundMetrics

    with RoundMetrics(csv, task, hospitals) as metrics:
        yield metrics.add


def _summary(name: EnvoyName, folder: Path, counts: Counts) -> dict[str, str | int | float]:
    return {
        "name": str(name),
        "folder": str(folder),
        "patients": len(counts),
        "diagnoses": int(counts.sum()),
        "median_diagnoses": float(np.median(counts)),
    }


def main() -> None:
    """Run the command line: 0 ok, 2 usage, 5 data."""
    try:
        app()
    except FederationError as error:
        Terminal(stderr=True).print_failure(error.sentence, error.hint)
        sys.exit(_EXIT_DATA)
    except OSError as error:
        Terminal(stderr=True).print_failure(f"{error.filename or 'The folder'} can't be written: {error.strerror}.")
        sys.exit(_EXIT_DATA)


if __name__ == "__main__":
    main()
