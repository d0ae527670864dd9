"""fl-simulate: make a consortium that doesn't exist."""

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.table import Table

from aggregation.parameters import named_value
from aggregation.strategy import RULES, strategy_named
from contract.command_line import end_with, run_program, version_option
from contract.errors import FederationError
from contract.names import EnvoyName
from contract.plain_files import read_bounded
from contract.tasks import BUILT_IN_TASKS, Task
from contract.tasks.task_file import MAX_TASK_BYTES, read_task_file
from contract.terminal import Terminal
from simulation.consortium import MAXIMUM_HOSPITALS, MAXIMUM_PATIENTS, consortium_counts, write_consortium
from simulation.demonstration import DEMONSTRATION
from simulation.engines import OWN, EngineName, engine_named
from simulation.errors import SimulationError
from simulation.hospital import Counts
from simulation.round_metrics import TOO_FEW, main_score

if TYPE_CHECKING:
    from simulation.history import History
    from simulation.round_metrics import RoundRow

_EXIT_DATA = 5

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def fl_simulate(show_version: Annotated[bool, version_option("fl-simulate")] = False) -> None:
    """Make a consortium that doesn't exist, and train in it."""


@app.command()
def data(
    out: Annotated[Path, typer.Option(help="Where the hospitals' folders go.", file_okay=False)],
    hospitals: Annotated[int, typer.Option(min=1, max=999, help="How many; the first five are the standard ones.")] = 5,
    patients: Annotated[int, typer.Option(min=1, max=MAXIMUM_PATIENTS, help="Patients of each hospital.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write into a folder that is not empty.")] = False,
    outcomes: Annotated[
        bool, typer.Option("--outcomes", help="Deaths follow a known law; --patients is then admissions of each.")
    ] = False,
) -> None:
    """Write synthetic hospitals, one folder each with tables in MIMIC-IV format."""
    if not force and out.is_dir() and any(out.iterdir()):
        raise typer.BadParameter(f"{out} is not empty; choose another folder, or --force to write into it.")
    if outcomes:
        _write_with_outcomes(out, hospitals, patients, seed, as_json=as_json)
        return
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


def _write_with_outcomes(out: Path, hospitals: int, admissions: int, seed: int, *, as_json: bool) -> None:
    from simulation.clinical_consortium import CLINICAL_HOSPITALS, write_clinical_consortium

    if hospitals > len(CLINICAL_HOSPITALS):
        raise typer.BadParameter(f"with --outcomes there are at most {len(CLINICAL_HOSPITALS)} hospitals.")
    folders = write_clinical_consortium(out, hospitals, admissions, seed)
    made = [{"name": folder.name, "admissions": admissions, "folder": str(folder)} for folder in folders]
    if as_json:
        print(json.dumps({"out": str(out), "seed": seed, "hospitals": made}))
        return
    table = Table("hospital", "admissions", "folder")
    for row in made:
        table.add_row(*map(str, row.values()))
    Terminal().print(table)


@app.command()
def run(
    task: Annotated[str, typer.Option(help="The task.")] = DEMONSTRATION.name,
    hospitals: Annotated[int, typer.Option(min=1, max=MAXIMUM_HOSPITALS, help="How many.")] = 5,
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
    engine: Annotated[
        EngineName, typer.Option(help="Where hospitals train: in this process, or in many, by Flower and Ray.")
    ] = OWN,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Where each round's metrics at each hospital go.", dir_okay=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="A folder for the whole run: rows, picture, model.", file_okay=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Train a consortium on this machine, with the envoy's own training and the director's own strategies."""
    from simulation.federation import Federation  # late, as below: the list of commands need not wait for it
    from simulation.run_folder import require_free

    if task not in BUILT_IN_TASKS:
        raise typer.BadParameter(f"there is no task {task!r}; choose one of: {', '.join(BUILT_IN_TASKS)}.")
    parameters = dict(named_value(each) for each in parameter or ()) | ({} if f is None else {"f": f})
    strategy_named(strategy, parameters)  # before anything is drawn: what is wrong with it is said at once
    engine_named(engine)  # likewise
    concentration = _concentration(partition)
    if out is not None:
        require_free(out)
        if csv is not None and csv.resolve().is_relative_to(out.resolve()):
            raise typer.BadParameter(f"{csv} lies in {out}, which gets its own rounds.csv; leave --csv out.")
    federation = Federation.synthetic(hospitals, patients, seed, concentration=concentration, task=task)
    with _rounds_written(csv) as write:
        history = federation.run(
            strategy,
            rounds,
            parameters=parameters,
            every_round=csv is not None or out is not None,
            on_round=write,
            engine=engine,
        )
    if out is not None:
        _save(history, out)
    *_, at_the_end = federation.all_in_one_place().run(rounds=rounds, every_round=False, progress=False).rows
    local, common = ([row for row in history.last if row.model == model] for model in ("local", "global"))
    result = {
        "task": federation.task.name,
        "strategy": strategy,
        "rounds": rounds,
        **({} if engine == OWN else {"engine": engine}),
        "seconds": round(history.seconds, 3),
        "sha256": history.sha256,
        "hospitals": [
            {"name": own.hospital, "num_examples": own.num_examples, "local": own.metrics, "global": given.metrics}
            for own, given in zip(local, common, strict=True)
        ],
        "pooled": at_the_end.metrics,
    }
    if as_json:
        print(json.dumps(result))
        return
    score = main_score(federation.task)
    table = Table("hospital", "examples", f"{score}, local", f"{score}, global")
    for own, given in zip(local, common, strict=True):
        found = (each.metrics[score] for each in (own, given))
        shown = (TOO_FEW if each is None else str(each) for each in found)
        table.add_row(own.hospital, str(own.num_examples), *shown)
    Terminal().print(table)
    Terminal().print(f"{rounds} rounds in {history.seconds:.1f} s; sha256 {history.sha256}")


@app.command()
def evidence(
    task: Annotated[str, typer.Argument(help="The task: a file, or the name of a built-in one.")],
    tables: Annotated[list[str], typer.Argument(help="Each hospital and its table or folder.", metavar="NAME=PATH…")],
    rounds: Annotated[int, typer.Option(min=1, max=10_000, help="Rounds of train and aggregate.")] = 30,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="How often rows are split anew and trained on.")] = 5,
    out: Annotated[Path | None, typer.Option(help="A file for the table, in Markdown.", dir_okay=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what sharing would bring: each hospital alone, all together, and what pooling would reach."""
    from simulation.sharing_table import as_markdown, as_records
    from simulation.table_evidence import read_hospitals, rows_of

    pairs = [each.partition("=") for each in tables]
    if not all(name and path for name, _, path in pairs) or len({name for name, _, _ in pairs}) < len(pairs):
        raise typer.BadParameter("write each hospital once, with its table: KUTRRH=kutrrh.csv MTRH=mtrh.csv")
    chosen = _chosen_task(task)
    rows = rows_of(
        chosen, read_hospitals(chosen, {name: Path(path) for name, _, path in pairs}), rounds=rounds, seeds=seeds
    )
    if out is not None:
        out.write_text(as_markdown(rows), encoding="utf-8")
    found = {"task": chosen.name, "rounds": rounds, "seeds": seeds, "rows": as_records(rows)}
    print(json.dumps(found) if as_json else as_markdown(rows))


def _chosen_task(task: str) -> Task:
    """Give a task by its name, or read it from its file."""
    built_in = next((each for name, each in BUILT_IN_TASKS.items() if name == task), None)
    return built_in or read_task_file(read_bounded(task, MAX_TASK_BYTES))


@app.command()
def compare(
    folders: Annotated[list[Path], typer.Argument(help="Folders that run --out has written.", metavar="DIR…")],
    metric: Annotated[
        str | None, typer.Option(help="By which score; accuracy, of a binary outcome auroc, if none is named.")
    ] = None,
    target: Annotated[
        float | None, typer.Option(help="Of the mean hospital, to count rounds to; usually the best that all reach.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where a figure goes, as PNG.", dir_okay=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Hold saved runs beside each other: what each reached, how soon, and at which hospital it does worst."""
    from simulation.comparison import compare as compared
    from simulation.history import History

    found = compared({_label(folder, folders): History.load(folder) for folder in folders}, metric, target=target)
    if out is not None:
        from simulation.figures import as_png

        out.write_bytes(as_png(found.plot()))
    if as_json:
        said = {"metric": found.metric, "target": found.target, "same_patients": found.same_patients}
        runs = [_without_nan(vars(each)) for each in found.runs]
        print(json.dumps({**_without_nan(said), "runs": runs}))
        return
    table = Table("run", "rounds", found.metric, "worst", "at", "best", "reached")
    for each in found.runs:
        reached = "never" if each.rounds_to_reach is None else str(each.rounds_to_reach)
        mean, worst, best = (_or_too_few(score) for score in (each.mean, each.worst, each.best_mean))
        table.add_row(each.run, str(each.rounds), mean, worst, str(each.worst_hospital or ""), best, reached)
    Terminal().print(table)
    what = f"{found.metric} and best are means over the hospitals"
    if not math.isnan(found.target):
        what += f"; reached: the round in which that is {found.target:.4g}"
    Terminal().print(f"{what}. {found.notice}")


def _or_too_few(score: float) -> str:
    return TOO_FEW if math.isnan(score) else f"{score:.4f}"


def _without_nan(facts: Mapping[str, object]) -> dict[str, object]:
    """Say null where there is nothing to say: JSON knows no NaN."""
    return {name: None if value != value else value for name, value in facts.items()}


def _label(folder: Path, folders: Sequence[Path]) -> str:
    """Name a run by its folder, and where two are called alike, by the path."""
    names = [each.resolve().name for each in folders]
    return str(folder) if names.count(folder.resolve().name) > 1 else folder.resolve().name


def _concentration(partition: str | None) -> float | None:
    """Read how unevenly patients are dealt out anew; None: each hospital keeps its own."""
    if partition is None:
        return None
    from simulation.federation import LEAST_CONCENTRATION, MOST_CONCENTRATION

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
    return concentration


@contextmanager
def _rounds_written(csv: Path | None) -> "Iterator[Callable[[Sequence[RoundRow]], None]]":
    """Write each round's rows where that was asked for."""
    if csv is None:
        yield lambda rows: None
        return
    from simulation.round_metrics import RoundMetrics

    with RoundMetrics(csv) as metrics:
        yield metrics.write


def _save(history: "History", out: Path) -> None:
    """Keep the run, with a picture where there is something to draw with."""
    from simulation.errors import PlotsMissingError
    from simulation.run_folder import PICTURE

    history.save(out)  # before anything is drawn: a font or a style that stops the drawing must not cost the run
    try:
        history.save(out, picture=True)
    except PlotsMissingError as error:
        Terminal(stderr=True).print(f"{out} has no {PICTURE}: {error.sentence} {error.hint}")


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
    run_program(_ends_with_data_error)


def _ends_with_data_error(**options: bool) -> object:
    """Run the application; what is wrong with the data or a folder ends it with code 5."""
    try:
        return app(**options)
    except FederationError as error:
        failed = error
    except OSError as error:
        failed = SimulationError(f"{error.filename or 'The folder'} can't be written: {error.strerror}.")
    end_with(failed, _EXIT_DATA, as_json="--json" in sys.argv[1:])


if __name__ == "__main__":
    main()
