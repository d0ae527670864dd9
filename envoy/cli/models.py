"""``fl-envoy train | evaluate | send``: models of this hospital, and the federation's."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.progress import Progress

from envoy.cli.answers import answer_one, answer_waiting
from envoy.cli.program import (
    AsJson,
    Data,
    DryRun,
    MapFile,
    Seed,
    TaskOption,
    chosen_patients,
    chosen_seed,
    chosen_task,
    err,
    joined,
    out,
    print_json,
    says_what_failed,
    start_keeper,
    with_map,
)
from envoy.cli.showing import metrics_table, print_receipt, print_trained, show_parcel
from envoy.cli.statistics import send_statistics
from envoy.errors import SettingsError
from envoy.kept_models import KeptModels
from envoy.parcel import label_of, read_parcel, ready_to_send, write_parcel
from envoy.reported import ReportedStatistics
from envoy.settings import EnvoySettings, read_settings
from envoy.starting_point import StartingPoint
from envoy.submission import LocalData, ScalerChoice, Trained, evaluate_start, make_submission


@says_what_failed
def train(
    data: Data = None,
    task: TaskOption = None,
    seed: Seed = None,
    scaler: Annotated[str, typer.Option(help="merged, or own: behind which scaler to train.")] = "merged",
    dry_run: DryRun = False,
    map_file: MapFile = None,
    offline: Annotated[Path | None, typer.Option(help="Write the parcel to this folder; contact nobody.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train on this hospital's patients, then upload the model."""
    settings, choice = with_map(read_settings(), map_file), _scaler_choice(scaler)
    keeper, task_name = start_keeper(settings), chosen_task(settings, task)
    if offline is not None:
        start = keeper.last(task_name)
        local = chosen_patients(settings, start.task, data, seed)
        trained = _train(settings, local, start, seed, choice)
        _keep(settings, local, trained)
        write_parcel(trained.parcel, offline)
        print_trained(local, trained, as_json=as_json)
        err.print(f"The parcel is in {offline}. Send it later: fl-envoy send {offline}")
        return
    client, membership = joined(settings)
    agreed = keeper.task(client, task_name)
    local = chosen_patients(settings, agreed, data, seed)
    answered = answer_waiting(settings, client, membership, local, dry_run=dry_run)
    report = local.statistics
    is_news = ReportedStatistics(settings.home_folder).is_news(membership.director, report)
    if dry_run:
        trained = _train(settings, local, keeper.fetch(client, agreed), seed, choice)
        show_parcel(trained.parcel, as_json, statistics=report if is_news else None, answers=answered)
        return
    # statistics first: with them the common scaler, and so the start, may change
    received = send_statistics(settings, client, membership, report) if is_news else None
    trained = _train(settings, local, keeper.fetch(client, agreed), seed, choice)
    _keep(settings, local, trained)
    receipt = client.upload(membership.envoy_name, trained.parcel)
    print_trained(local, trained, received, receipt, answered, as_json=as_json)


@says_what_failed
def evaluate(
    data: Data = None,
    task: TaskOption = None,
    seed: Seed = None,
    answer: Annotated[
        int | None,
        typer.Option(min=1, help="Hold this version against the one before it, and send the word: accept or refuse."),
    ] = None,
    map_file: MapFile = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Hold the federation's current start, or a version, against this hospital's held-out patients; sends no figure."""
    settings = with_map(read_settings(), map_file)
    client, membership = joined(settings)
    keeper = start_keeper(settings)
    agreed = keeper.task(client, chosen_task(settings, task))
    local = chosen_patients(settings, agreed, data, seed)
    if answer is not None:
        answer_one(settings, client, local, answer, dry_run=dry_run, as_json=as_json)
        return
    start = keeper.fetch(client, agreed)
    metrics = evaluate_start(local, start)
    if as_json:
        print_json({"envoy_name": membership.envoy_name, "patients": local.patients, "global": metrics})
    elif metrics is None:
        out.print("There is no common model yet.")
    else:
        out.print(metrics_table({"common model": metrics}))


@says_what_failed
def send(
    bundle: Annotated[Path, typer.Argument(help="A folder of fl-envoy train --offline.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Upload a parcel that was trained without a link."""
    parcel, settings = read_parcel(bundle), read_settings()
    keeper, name = start_keeper(settings), label_of(parcel).task
    if dry_run:
        show_parcel(ready_to_send(parcel, keeper.last_task(name), settings.rules), as_json)
        return
    client, membership = joined(settings)
    parcel = ready_to_send(parcel, keeper.task(client, name), settings.rules)
    receipt = client.upload(membership.envoy_name, parcel)
    if as_json:
        print_json(receipt)
    else:
        print_receipt(receipt)


def _scaler_choice(scaler: str) -> ScalerChoice:
    if scaler not in get_args(ScalerChoice):
        raise SettingsError(f"{scaler!r} is no choice of scaler.", hint="Choose merged or own.")
    return "own" if scaler == "own" else "merged"


def _train(
    settings: EnvoySettings, local: LocalData, start: StartingPoint, seed: int | None, choice: ScalerChoice
) -> Trained:
    with _progress(start.task.training.epochs(local.num_examples)) as on_epoch:
        return make_submission(
            local, start, scaler=choice, seed=chosen_seed(settings, seed), now=datetime.now(UTC), on_epoch=on_epoch
        )


def _keep(settings: EnvoySettings, local: LocalData, trained: Trained) -> None:
    """Keep this hospital's model, so that fl-envoy predict can ask it."""
    KeptModels(settings.home_folder).keep(local.task, trained.parcel, datetime.now(UTC))


@contextmanager
def _progress(epochs: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr where a person looks; nothing in a log file."""
    with Progress(console=err, transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("training", total=epochs)
        yield lambda epoch: progress.update(bar, completed=epoch)
