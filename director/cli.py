"""``fl-director``: what the consortium's admin does on the director's own machine."""

import socket
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer
from pydantic import BaseModel, TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table

from contract.errors import CallerError, FederationError, InvalidNameError
from contract.messages import DEFAULT_TASK, AggregationRequest, GlobalModel, Role
from contract.names import EnvoyName, TaskName
from director import registry, tokens
from director.access import LOCAL_ADMIN
from director.assembly import Director
from director.errors import SettingsError, UsageError
from director.fsck import find_defects
from director.logs import logging_to
from director.settings import DirectorSettings, read_settings
from director.starts import renew_all

EXIT_USAGE, EXIT_REFUSED, EXIT_DATA = 2, 4, 5

app = typer.Typer(no_args_is_help=True, help="Federated Learning Director: the coordinating centre.")
envoy_app = typer.Typer(no_args_is_help=True, help="Hospitals of the federation.")
token_app = typer.Typer(no_args_is_help=True, help="Tokens of hospitals, analysts and admins.")
model_app = typer.Typer(no_args_is_help=True, help="Global models.")
app.add_typer(envoy_app, name="envoy")
app.add_typer(token_app, name="token")
app.add_typer(model_app, name="model")

_out, _err = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)
_P = ParamSpec("_P")
_R = TypeVar("_R")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Task = Annotated[str, typer.Option("--task", help="The task.")]


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
            raise typer.Exit(_exit_code(error)) from None
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            _err.print(f"error: {'.'.join(map(str, first['loc']))}: {first['msg']}.", markup=False)
            raise typer.Exit(EXIT_USAGE) from None

    return wrapped


def _exit_code(error: FederationError) -> int:
    if isinstance(error, SettingsError | InvalidNameError | UsageError):
        return EXIT_USAGE
    return EXIT_REFUSED if isinstance(error, CallerError) else EXIT_DATA


def _director() -> Director:
    """Give a director whose database is there and usable."""
    director = Director(read_settings())
    director.database.check_ready()
    director.blobs.prepare()
    return director


@app.command()
@_says_what_failed
def init() -> None:
    """Make the data folder a federation's, or migrate an older one."""
    director = Director(read_settings())
    director.initialise()
    _out.print(f"Ready: {director.settings.data_dir.resolve()}", markup=False)
    _out.print("Next: fl-director token issue --role admin, then fl-director serve", markup=False)


@app.command()
@_says_what_failed
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Number of processes.")] = None,
) -> None:
    """Serve hospitals, analysts and admins until stopped."""
    import uvicorn  # late: the other commands don't serve

    settings = read_settings()
    director = Director(settings)
    if _is_untouched(settings):
        director.initialise()
        _err.print(f"New federation in {settings.data_dir.resolve()}", markup=False)
    host, port = host or settings.host, port or settings.port
    _require_free(host, port)  # before recovery: another server may be at work on this folder
    with logging_to(director.logs):
        director.recover()
    director.close()
    _err.print(f"Serving on http://{host}:{port} (stop with Ctrl-C)", markup=False)
    uvicorn.run(
        "director.app:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers or settings.workers,
        http="httptools",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=25,
        timeout_keep_alive=30,
    )


@app.command()
@_says_what_failed
def aggregate(
    task: Task = DEFAULT_TASK,
    strategy: Annotated[str, typer.Option(help="How to combine.")] = "fedavg",
    envoy: Annotated[list[str] | None, typer.Option(help="Only these hospitals; may be given many times.")] = None,
    scaler: Annotated[str, typer.Option(help="merged, or a hospital whose scaler to reuse.")] = "merged",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be.")] = False,
    as_json: AsJson = False,
) -> None:
    """Average the hospitals' current models into a new global version and publish it."""
    request = AggregationRequest(
        task=TaskName(task),
        strategy=strategy,
        envoys=tuple(EnvoyName(name) for name in envoy) if envoy else None,
        scaler=scaler,
        dry_run=dry_run,
    )
    _print_model(_director().global_models.aggregate(LOCAL_ADMIN, request), as_json)


@app.command()
@_says_what_failed
def fsck(as_json: AsJson = False) -> None:
    """Read every file and every row, and say what is wrong; exit code 5 if anything is."""
    director = _director()
    defects = find_defects(director.database, director.blobs, director.views, director.tasks)
    if as_json:
        _print_json(defects)
    else:
        for defect in defects:
            _out.print(defect, markup=False)
        _out.print(f"{len(defects)} defects" if defects else "clean")
    if defects:
        raise typer.Exit(EXIT_DATA)


@envoy_app.command("add")
@_says_what_failed
def envoy_add(name: str, as_json: AsJson = False) -> None:
    """Admit a hospital and print its one-time enrolment code; again gives a new code."""
    director = _director()
    with director.database.write() as session:
        now = director.clock()
        row = registry.add_envoy(session, EnvoyName(name), now=now, actor=LOCAL_ADMIN.actor)
        holds = timedelta(hours=director.settings.enrolment_hours)
        code = tokens.issue_code(session, row, now=now, holds=holds, actor=LOCAL_ADMIN.actor)
    if as_json:
        _print_json(code)
    else:
        _out.print(code.code, markup=False)
        _err.print(
            f"{code.envoy_name} joins with: fl-envoy join --director URL --code CODE; until {code.expires_at:%Y-%m-%d}",
            markup=False,
        )


@envoy_app.command("list")
@_says_what_failed
def envoy_list(as_json: AsJson = False) -> None:
    """List the hospitals."""
    with _director().database.read() as session:
        rows = registry.list_envoys(session, LOCAL_ADMIN)
        envoys = [registry.describe_envoy(session, row, LOCAL_ADMIN) for row in rows]
    if as_json:
        _print_json(envoys)
        return
    table = Table("hospital", "state", "last seen", "current versions")
    for each in envoys:
        versions = ", ".join(f"{current.task} {current.version}" for current in each.current)
        table.add_row(each.envoy_name, each.state, str(each.last_seen_at or ""), versions)
    _out.print(table)


@envoy_app.command("disable")
@_says_what_failed
def envoy_disable(name: str) -> None:
    """Disable a hospital: its tokens stop to hold, its models enter no further aggregate."""
    director = _director()
    with director.database.write() as session:
        now = director.clock()
        registry.disable_envoy(session, EnvoyName(name), now=now, actor=LOCAL_ADMIN.actor)
        renew_all(session, director.blobs, director.tasks, now=now)  # its statistics no longer count
    _out.print(f"{name} is disabled.", markup=False)


@token_app.command("issue")
@_says_what_failed
def token_issue(
    role: Annotated[str, typer.Option(help="hospital, analyst or admin.")],
    envoy: Annotated[str | None, typer.Option(help="The hospital, with --role hospital.")] = None,
    expires: Annotated[str | None, typer.Option(help="How long it holds, such as 90d or 12h.")] = None,
    as_json: AsJson = False,
) -> None:
    """Issue a token; it is printed this once."""
    director = _director()
    holds = _duration(expires) if expires else timedelta(days=director.settings.token_days)
    with director.database.write() as session:
        token = tokens.issue_token(
            session,
            role=_role(role),
            envoy_name=EnvoyName(envoy) if envoy else None,
            now=director.clock(),
            holds=holds,
            actor=LOCAL_ADMIN.actor,
        )
    if as_json:
        _print_json(token)
    else:
        _out.print(token.token, markup=False)
        _err.print(f"id {token.id}, until {token.expires_at:%Y-%m-%d %H:%M} UTC; it is not shown again", markup=False)


@token_app.command("list")
@_says_what_failed
def token_list(as_json: AsJson = False) -> None:
    """List the tokens, without their secrets."""
    with _director().database.read() as session:
        listed = tokens.list_tokens(session)
    if as_json:
        _print_json(listed)
        return
    table = Table("id", "role", "hospital", "expires", "revoked", "last used")
    for each in listed:
        moments = (each.expires_at, each.revoked_at, each.last_used_at)
        table.add_row(
            each.id, each.role, each.envoy_name or "", *(f"{at:%Y-%m-%d %H:%M}" if at else "" for at in moments)
        )
    _out.print(table)


@token_app.command("revoke")
@_says_what_failed
def token_revoke(token_id: str) -> None:
    """Revoke a token at once."""
    director = _director()
    with director.database.write() as session:
        tokens.revoke_token(session, token_id, now=director.clock(), actor=LOCAL_ADMIN.actor)
    _out.print(f"Token {token_id} is revoked.", markup=False)


@model_app.command("list")
@_says_what_failed
def model_list(task: Task = DEFAULT_TASK, as_json: AsJson = False) -> None:
    """List global versions, newest first."""
    page = _director().global_models.page(LOCAL_ADMIN, TaskName(task), registry.MAX_PAGE, None)
    if as_json:
        _print_json(page.items)
        return
    table = Table("version", "current", "strategy", "hospitals", "examples", "sha256", "made")
    for each in page.items:
        current = "current" if each.published else ""
        made = f"{each.created_at:%Y-%m-%d %H:%M}"
        table.add_row(
            str(each.version),
            current,
            each.strategy,
            str(len(each.inputs)),
            str(each.num_examples),
            each.sha256[:12],
            made,
        )
    _out.print(table)


@model_app.command("show")
@_says_what_failed
def model_show(version: int, task: Task = DEFAULT_TASK, as_json: AsJson = False) -> None:
    """Show a global version and what it rests on."""
    _print_model(_director().global_models.get(LOCAL_ADMIN, TaskName(task), version), as_json)


@model_app.command("publish")
@_says_what_failed
def model_publish(version: int, task: Task = DEFAULT_TASK, as_json: AsJson = False) -> None:
    """Make a version the current one; an older one is a rollback."""
    _print_model(_director().global_models.publish(LOCAL_ADMIN, TaskName(task), version), as_json)


@model_app.command("import")
@_says_what_failed
def model_import(folder: Path, task: Task = DEFAULT_TASK, as_json: AsJson = False) -> None:
    """Take a model that python -m aggregation made, through the gate, and publish it."""
    try:
        model, scaler, card = ((folder / name).read_bytes() for name in ("model.pt", "scaler.pkl", "card.json"))
    except OSError as error:
        raise UsageError(
            f"{error.filename}: {error.strerror}.", hint="Name the folder that python -m aggregation --out wrote."
        ) from None
    _print_model(_director().global_models.import_model(LOCAL_ADMIN, TaskName(task), model, scaler, card), as_json)


def main() -> None:
    """Run the program."""
    app()


def _is_untouched(settings: DirectorSettings) -> bool:
    """Tell whether the data folder holds nothing of a federation yet."""
    database = Director(settings).database.file
    return database is not None and not database.exists() and not (settings.data_dir / "blobs").exists()


def _require_free(host: str, port: int) -> None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise UsageError(
            f"{host}:{port} can't be listened on: {error.strerror}.",
            hint="Stop what listens there, or choose another --port.",
        ) from None


def _role(text: str) -> Role:
    try:
        return TypeAdapter[Role](Role).validate_python(text)
    except ValueError:
        raise UsageError(f"{text!r} is no role.", hint="Choose hospital, analyst or admin.") from None


def _duration(text: str) -> timedelta:
    units = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
    number, unit = text[:-1], units.get(text[-1:])
    if unit is None or not number.isdigit() or not 0 < int(number) < 100_000:
        raise UsageError(f"{text!r} is no duration.", hint="Write for example 90d, 12h or 30m.")
    return timedelta(**{unit: int(number)})


def _print_model(model: GlobalModel, as_json: bool) -> None:
    if as_json:
        _print_json(model)
        return
    what = f"global model {model.version}" if model.version else "preview"
    state = "current" if model.published else "not current"
    _out.print(f"{what} of {model.task} ({state}), {model.strategy}, {model.num_examples} examples", markup=False)
    _out.print(f"sha256 {model.sha256}", markup=False)
    table = Table("hospital", "version", "examples", "weight", "sha256")
    for each in model.inputs:
        weight = f"{each.weight:.4f}"
        table.add_row(each.envoy_name, str(each.version), str(each.num_examples), weight, each.model_sha256[:12])
    _out.print(table)


def _print_json(value: BaseModel | Sequence[str | BaseModel]) -> None:
    data = TypeAdapter(object).dump_json(value, indent=2)
    sys.stdout.write(data.decode() + "\n")
