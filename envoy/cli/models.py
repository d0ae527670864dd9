"""``fl-envoy train | evaluate``: models of this hospital, and the federation's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.progress import Progress

from contract.agreement import require_agreement
from contract.tasks import Task
from envoy.bundle import lost_in
from envoy.cli.answers import answer_one, answer_waiting
from envoy.cli.patients import chosen_patients
from envoy.cli.program import (
    AsJson,
    Data,
    DryRun,
    MapFile,
    Seed,
    TaskOption,
    chosen_seed,
    chosen_task,
    err,
    joined,
    out,
    path_said,
    print_json,
    says_what_failed,
    start_keeper,
    with_map,
)
from envoy.cli.sending import INTERRUPTED, SEND, say_what_waits, send_trained, sending_of, telling_what_waits
from envoy.cli.showing import metrics_table, print_trained, show_parcel
from envoy.cli.statistics import send_statistics
from envoy.errors import SettingsError
from envoy.home_lock import one_command
from envoy.kept_models import KeptModels
from envoy.ledger import Ledger
from envoy.parcel import write_parcel
from envoy.reported import ReportedStatistics
from envoy.room import SMALL_BYTES, require_room
from envoy.settings import EnvoySettings, read_settings
from envoy.starting_point import StartingPoint, written_model_bytes
from envoy.submission import LocalData, ScalerChoice, Trained, evaluate_start, make_submission


@says_what_failed
def train(
    data: Data = None,
    task: TaskOption = None,
    seed: Seed = None,
    scaler: Annotated[str, typer.Option(help="merged, or own: behind which scaler to train.")] = "merged",
    dry_run: DryRun = False,
    map_file: MapFile = None,
    offline: Annotated[
        Path | None,
        typer.Option(parser=path_said, metavar="DIR", help="Write the parcel to this folder; contact nobody."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="With --offline: write over a parcel that was not sent.")] = False,
    as_json: AsJson = False,
) -> None:
    """Train on this hospital's patients, then upload the model; one that can't be sent waits in the home."""
    settings, choice = with_map(read_settings(), map_file), _scaler_choice(scaler)
    keeper, task_name = start_keeper(settings), chosen_task(settings, task)
    if offline is not None:
        _train_offline(settings, keeper.last(task_name), data, seed, choice, offline, yes=yes, as_json=as_json)
        return
    client, membership = joined(settings)
    sending = sending_of(settings, client, membership)
    then = "To send it" if dry_run else "It goes before what is trained now. Without training"
    waiting = say_what_waits(sending.outbox, f"{then}: {SEND}")
    agreed = keeper.task(client, task_name)
    require_room(settings.home_folder, "ENVOY_HOME", _room_bytes(agreed))
    local = chosen_patients(settings, agreed, data, seed, as_json=as_json)
    answered = answer_waiting(settings, client, membership, local, dry_run=dry_run)
    report = local.statistics
    is_news = ReportedStatistics(settings.home_folder).is_news(membership.director, report)
    if dry_run:
        trained = _train(settings, local, keeper.fetch(client, agreed), seed, choice)
        show_parcel(trained.parcel, as_json, statistics=report if is_news else None, answers=answered)
        return
    with one_command(settings.home_folder):
        # statistics first: with them the common scaler, and so the start, may change
        received = send_statistics(settings, client, membership, report) if is_news else None
        trained = _train(settings, local, keeper.fetch(client, agreed), seed, choice)
        key = sending.outbox.keep_own(trained.parcel)  # first: from here on nothing costs the training
        with telling_what_waits(sending.outbox, key):
            _keep(settings, local, trained)
            earlier = [each for each in waiting if each != key]
            sent = send_trained(settings, client, sending, key, trained.parcel, earlier)
    print_trained(local, trained, received, sent, answered, as_json=as_json)


def _train_offline(
    settings: EnvoySettings,
    start: StartingPoint,
    data: str | None,
    seed: int | None,
    choice: ScalerChoice,
    folder: Path,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Train without a link, into a folder that was looked at before: training takes long, and what lies there too."""
    require_room(folder, "--offline", _room_bytes(start.task))
    lost = lost_in(folder, Ledger(settings.home_folder))
    if lost is not None:
        require_agreement(lost, agreed=yes)
    local = chosen_patients(settings, start.task, data, seed, as_json=as_json)
    trained = _train(settings, local, start, seed, choice)
    write_parcel(trained.parcel, folder)
    _keep(settings, local, trained)
    print_trained(local, trained, as_json=as_json)
    err.print(f"The parcel is in {folder}. Send it later: {SEND} {folder}")


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
    local = chosen_patients(settings, agreed, data, seed, as_json=as_json)
    if answer is not None:
        answer_one(settings, client, local, answer, dry_run=dry_run, as_json=as_json)
        return
    start = keeper.fetch(client, agreed)
    metrics = evaluate_start(local, start)
    if as_json:
        print_json({"envoy_name": membership.envoy_name, "patients": local.patients, "global": metrics})
    elif metrics is None:
        out.print("There is no common model yet: the admin makes one of what hospitals send. To send: fl-envoy train")
    else:
        out.print(metrics_table({"common model": metrics}))


def _scaler_choice(scaler: str) -> ScalerChoice:
    if scaler not in get_args(ScalerChoice):
        raise SettingsError(f"{scaler!r} is no choice of scaler.", hint="Choose merged or own.")
    return "own" if scaler == "own" else "merged"


def _train(
    settings: EnvoySettings, local: LocalData, start: StartingPoint, seed: int | None, choice: ScalerChoice
) -> Trained:
    try:
        with _progress(start.task.training.epochs(local.num_examples)) as on_epoch:
            return make_submission(
                local, start, scaler=choice, seed=chosen_seed(settings, seed), now=datetime.now(UTC), on_epoch=on_epoch
            )
    except KeyboardInterrupt:
        err.print("Stopped before the model was trained to its end: nothing of it is kept or sent.")
        raise typer.Exit(INTERRUPTED) from None


def _room_bytes(task: Task) -> int:
    """Say how much a parcel of a task takes at most, and the kept model beside it."""
    return SMALL_BYTES + 2 * written_model_bytes(task.layout)


def _keep(settings: EnvoySettings, local: LocalData, trained: Trained) -> None:
    """Keep this hospital's model, so that fl-envoy predict can ask it."""
    KeptModels(settings.home_folder).keep(local.task, trained.parcel, datetime.now(UTC))


@contextmanager
def _progress(epochs: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr where a person looks; nothing in a log file."""
    with Progress(console=err, transient=True, disable=not err.is_terminal or err.is_dumb_terminal) as progress:
        bar = progress.add_task("training", total=epochs)
        yield lambda epoch: progress.update(bar, completed=epoch)
