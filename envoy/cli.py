"""``fl-envoy``: what a hospital's IT does."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar, get_args

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from contract.errors import CallerError, FederationError, InvalidNameError
from contract.messages.base import MetricValue
from contract.messages.problems import Check
from contract.messages.uploads import Submission
from contract.names import TaskName
from contract.parts import PART_OF, Parcel
from envoy.director_client import DirectorClient
from envoy.errors import (
    DataError,
    NetworkError,
    NotJoinedError,
    PolicyError,
    RefusedError,
    SettingsError,
)
from envoy.membership import Membership, MembershipFile
from envoy.parcel import read_parcel, write_parcel
from envoy.settings import EnvoySettings, read_settings
from envoy.starting_point import StartingPoint, StartKeeper
from envoy.submission import LocalData, ScalerChoice, Trained, evaluate_start, make_submission, read_local_data

app = typer.Typer(no_args_is_help=True, help="Federated Learning envoy: the hospital's clerk.")
_out, _err = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)
_P = ParamSpec("_P")
_R = TypeVar("_R")

_EXITS: Mapping[type[FederationError], int] = {
    SettingsError: 2,
    InvalidNameError: 2,
    NetworkError: 3,
    NotJoinedError: 4,
    RefusedError: 4,
    DataError: 5,
    PolicyError: 6,
    CallerError: 5,
}
"""0 ok, 2 usage, 3 network, 4 refused, 5 data, 6 policy."""
EXIT_DATA = 5

Data = Annotated[Path | None, typer.Option("--data", help="Folder of the tables; else ENVOY_DATA.", show_default=False)]
TaskOption = Annotated[str | None, typer.Option("--task", help="The task; else ENVOY_TASK.", show_default=False)]
Seed = Annotated[
    int | None, typer.Option("--seed", help="Decides who is held out; else ENVOY_SEED.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show exactly what would leave the hospital; send nothing.")]


def _says_what_failed(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Turn an error into its sentence, its hint and an exit code."""

    @wraps(command)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return command(*args, **kwargs)
        except FederationError as error:
            _err.print("error:", style="bold red", end=" ")
            _err.print(error.sentence, markup=False)
            if error.hint:
                _err.print(f"  {error.hint}", markup=False)
            code = next((code for kind, code in _EXITS.items() if isinstance(error, kind)), 1)
            raise typer.Exit(code) from None
        except OSError as error:
            _err.print(f"error: {error.filename or 'A file'}: {error.strerror}.", markup=False)
            raise typer.Exit(EXIT_DATA) from None

    return wrapped


@app.command()
@_says_what_failed
def join(
    director: Annotated[str, typer.Option(help="The director's address.")],
    code: Annotated[str, typer.Option(help="The one-time code from the consortium's admin.")],
    as_json: AsJson = False,
) -> None:
    """Join a federation: trade the one-time code for this hospital's token."""
    settings = read_settings()
    token = _client(settings, director, None).join(code)
    if token.envoy_name is None:
        raise RefusedError("This code is not a hospital's.", director_code="forbidden", status=403)
    membership = Membership(
        director=director, envoy_name=token.envoy_name, token=token.token, expires_at=token.expires_at
    )
    _keep(settings, membership, as_json)


@app.command()
@_says_what_failed
def renew(as_json: AsJson = False) -> None:
    """Take the token that stands in the place of this hospital's own, as the admin's JSON on standard input."""
    settings = read_settings()
    _, membership = _joined(settings)
    renewed = membership.renewed(sys.stdin.read())
    _client(settings, renewed.director, renewed.token).envoy(renewed.envoy_name)  # the old one stays unless it holds
    _keep(settings, renewed, as_json)


@app.command()
@_says_what_failed
def check(data: Data = None, as_json: AsJson = False) -> None:
    """Read the tables and name every defect; sends nothing."""
    from envoy.tables import inspect_tables  # late: pandas takes half a second

    defects = inspect_tables(_directory(read_settings(), data))
    if as_json:
        _print_json([vars(defect) for defect in defects])
    elif defects:
        table = Table("file", "column", "row", "how many", "what")
        for defect in defects:
            row = str(defect.row) if defect.row else ""
            table.add_row(defect.file, defect.column or "", row, str(defect.count), defect.sentence)
        _out.print(table)
    else:
        _out.print("No defects.")
    if defects:
        raise typer.Exit(EXIT_DATA)


@app.command()
@_says_what_failed
def statistics(
    data: Data = None, task: TaskOption = None, seed: Seed = None, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Send this hospital's share of the common scaler: how many, means, squared deviations."""
    settings = read_settings()
    client, membership = _joined(settings)
    start = StartKeeper(settings.home_folder).fetch(client, _task_name(settings, task))
    report = _local_data(settings, start, data, seed).statistics
    if dry_run:
        _print_json(report)
        return
    receipt = client.send_statistics(membership.envoy_name, report)
    if as_json:
        _print_json(receipt)
    else:
        _out.print(f"Statistics of {receipt.num_examples} patients are with the director, version {receipt.version}.")
        if receipt.verdict == "quarantined":
            _out.print("They are in quarantine: they count once the consortium's admin releases them.")
        _print_failed(receipt.checks)


@app.command()
@_says_what_failed
def train(
    data: Data = None,
    task: TaskOption = None,
    seed: Seed = None,
    scaler: Annotated[str, typer.Option(help="merged, or own: behind which scaler to train.")] = "merged",
    dry_run: DryRun = False,
    offline: Annotated[Path | None, typer.Option(help="Write the parcel to this folder; contact nobody.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train on this hospital's patients, then upload the model."""
    settings = read_settings()
    keeper, task_name = StartKeeper(settings.home_folder), _task_name(settings, task)
    if offline is not None:
        start = keeper.last(task_name)
        data_here, trained = _train(settings, start, data, seed, scaler)
        write_parcel(trained.parcel, offline)
        _report(data_here, trained, None, as_json)
        _err.print(f"The parcel is in {offline}. Send it later: fl-envoy send {offline}", markup=False)
        return
    client, membership = _joined(settings)
    data_here, trained = _train(settings, keeper.fetch(client, task_name), data, seed, scaler)
    if dry_run:
        _show_parcel(trained.parcel, as_json)
        return
    receipt = client.upload(membership.envoy_name, trained.parcel)
    _report(data_here, trained, receipt, as_json)


@app.command()
@_says_what_failed
def evaluate(data: Data = None, task: TaskOption = None, seed: Seed = None, as_json: AsJson = False) -> None:
    """Hold the federation's current start against this hospital's held-out patients; sends nothing of them."""
    settings = read_settings()
    client, membership = _joined(settings)
    start = StartKeeper(settings.home_folder).fetch(client, _task_name(settings, task))
    local = _local_data(settings, start, data, seed)
    metrics = evaluate_start(local, start)
    if as_json:
        _print_json({"envoy_name": membership.envoy_name, "patients": local.patients, "global": metrics})
    elif metrics is None:
        _out.print("There is no common model yet.")
    else:
        _out.print(_metrics_table({"common model": metrics}))


@app.command()
@_says_what_failed
def send(
    bundle: Annotated[Path, typer.Argument(help="A folder of fl-envoy train --offline.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Upload a parcel that was trained without a link."""
    parcel = read_parcel(bundle)
    if dry_run:
        _show_parcel(parcel, as_json)
        return
    client, membership = _joined(read_settings())
    receipt = client.upload(membership.envoy_name, parcel)
    if as_json:
        _print_json(receipt)
    else:
        _print_receipt(receipt)


@app.command()
@_says_what_failed
def status(as_json: AsJson = False) -> None:
    """Show how the director sees this hospital."""
    client, membership = _joined(read_settings())
    seen, submissions = client.envoy(membership.envoy_name), client.submissions(limit=10).items
    if as_json:
        _print_json(
            {
                "director": membership.director,
                "token_expires_at": membership.expires_at.isoformat(),
                "envoy": seen.model_dump(mode="json"),
                "submissions": [each.model_dump(mode="json") for each in submissions],
            }
        )
        return
    until = f"{membership.expires_at:%Y-%m-%d}"
    _out.print(f"{seen.envoy_name} is {seen.state} at {membership.director}; token until {until}.", markup=False)
    table = Table("when", "task", "verdict", "version", "what was found")
    for each in submissions:
        found = [check.sentence for check in each.checks if not check.passed]
        if each.decision:
            found.append(f"{each.decision.verdict} by the admin: {each.decision.reason}")
        said = "; ".join(found)
        table.add_row(f"{each.created_at:%Y-%m-%d %H:%M}", each.task, each.verdict, str(each.version or ""), said)
    _out.print(table)


def main() -> None:
    """Run the program."""
    app()


def _train(
    settings: EnvoySettings, start: StartingPoint, data: Path | None, seed: int | None, scaler: str
) -> tuple[LocalData, Trained]:
    if scaler not in get_args(ScalerChoice):
        raise SettingsError(f"{scaler!r} is no choice of scaler.", hint="Choose merged or own.")
    choice: ScalerChoice = "own" if scaler == "own" else "merged"
    local = _local_data(settings, start, data, seed)
    with _progress(start.task.training.local_epochs) as on_epoch:
        trained = make_submission(
            local, start, scaler=choice, seed=_seed(settings, seed), now=datetime.now(UTC), on_epoch=on_epoch
        )
    return local, trained


def _local_data(settings: EnvoySettings, start: StartingPoint, data: Path | None, seed: int | None) -> LocalData:
    directory = _directory(settings, data)
    return read_local_data(start.task, directory, seed=_seed(settings, seed), held_out_share=settings.held_out_share)


def _joined(settings: EnvoySettings) -> tuple[DirectorClient, Membership]:
    membership = MembershipFile(settings.home_folder).read()
    return _client(settings, membership.director, membership.token), membership


def _keep(settings: EnvoySettings, membership: Membership, as_json: bool) -> None:
    file = MembershipFile(settings.home_folder)
    file.write(membership)
    if as_json:
        _print_json({"envoy_name": membership.envoy_name, "expires_at": membership.expires_at.isoformat()})
        return
    _out.print(f"A member as {membership.envoy_name} until {membership.expires_at:%Y-%m-%d}.", markup=False)
    _out.print(f"The token is in {file.path}, readable by you alone.", markup=False)


def _client(settings: EnvoySettings, url: str, token: str | None) -> DirectorClient:
    return DirectorClient(
        url, token, timeout_seconds=settings.timeout_seconds, attempts=settings.attempts, ca_file=settings.ca_file
    )


def _directory(settings: EnvoySettings, data: Path | None) -> Path:
    directory = data or settings.data
    if directory is None:
        raise SettingsError("No folder of tables was named.", hint="Give --data DIR, or set ENVOY_DATA.")
    return directory


def _task_name(settings: EnvoySettings, task: str | None) -> TaskName:
    return TaskName(task or settings.task)


def _seed(settings: EnvoySettings, seed: int | None) -> int:
    return settings.seed if seed is None else seed


@contextmanager
def _progress(epochs: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr where a person looks; nothing in a log file."""
    with Progress(console=_err, transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("training", total=epochs)
        yield lambda epoch: progress.update(bar, completed=epoch)


def _report(data: LocalData, trained: Trained, receipt: Submission | None, as_json: bool) -> None:
    if as_json:
        _print_json(
            {
                "patients": data.patients,
                "num_examples": data.num_examples,
                "local": trained.after,
                "start": trained.before,
                "submission": receipt.model_dump(mode="json") if receipt else None,
            }
        )
        return
    _out.print(f"{data.patients} patients, trained on {data.num_examples}.")
    rows = {"this hospital's model": trained.after}
    _out.print(_metrics_table({"common model before": trained.before, **rows} if trained.before else rows))
    if receipt is not None:
        _print_receipt(receipt)


def _metrics_table(rows: Mapping[str, Mapping[str, MetricValue]]) -> Table:
    table = Table("on held-out patients", "patients", "accuracy", "macro-F1")
    for name, metrics in rows.items():
        shown = [metrics[key] for key in ("held_out", "accuracy", "macro_f1")]
        patients, *figures = (value if isinstance(value, float) else None for value in shown)
        table.add_row(
            name, f"{patients or 0:.0f}", *("none" if figure is None else f"{figure:.3f}" for figure in figures)
        )
    return table


def _print_receipt(receipt: Submission) -> None:
    version = f", version {receipt.version}" if receipt.version else ""
    _out.print(f"{receipt.verdict}{version} (submission {receipt.id})", markup=False)
    _print_failed(receipt.checks)


def _print_failed(checks: Sequence[Check]) -> None:
    for each in checks:
        if not each.passed:
            _out.print(f"  {each.name}: {each.sentence}", markup=False)


def _show_parcel(parcel: Parcel, as_json: bool) -> None:
    """Show what an upload would carry, byte for byte where it is text."""
    if as_json:
        sizes = {role: len(data) for role, data in parcel.parts.items()}
        log = (parcel.get("log") or b"").decode(errors="backslashreplace")
        _print_json({"metadata": json.loads(parcel["metadata"]), "bytes": sizes, "log": log})
        return
    for role, data in parcel.parts.items():
        _out.print(f"--- {role}: {len(data)} bytes", markup=False)
        if PART_OF[role].is_text:
            _out.print(data.decode(errors="backslashreplace"), markup=False, highlight=False)
    _out.print("Nothing was sent.")


def _print_json(value: BaseModel | Mapping[str, object] | list[dict[str, object]]) -> None:
    text = value.model_dump_json(indent=2) if isinstance(value, BaseModel) else json.dumps(value, indent=2)
    sys.stdout.write(text + "\n")
