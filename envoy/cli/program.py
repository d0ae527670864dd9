"""What every command shares: the error it ends with, its options, the director that it asks, how it prints."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer
from pydantic import BaseModel

from contract.agreement import NotAgreedError
from contract.command_line import end_with
from contract.errors import CallerError, FederationError, InvalidNameError, UnknownTaskError
from contract.link_words import Wait
from contract.moments import shown_moment
from contract.names import TaskName
from contract.plain_files import read_bounded
from contract.tasks import Task
from contract.tasks.task_file import MAX_TASK_BYTES, read_task_file
from contract.terminal import Terminal
from contract.visible_text import visible_json
from envoy.address import read_address
from envoy.bucket import Bucket
from envoy.bucket_access import BucketAccess, credentials_in, read_endpoint
from envoy.bucket_address import BucketAddress, read_place
from envoy.director_client import DirectorClient
from envoy.errors import (
    DataError,
    NetworkError,
    NotJoinedError,
    PolicyError,
    RefusedError,
    SettingsError,
    TablesDeniedError,
)
from envoy.ledger import Ledger
from envoy.membership import Membership, MembershipFile
from envoy.own_table.place import MappedSource
from envoy.own_words import HOW_TO_RENEW
from envoy.said_path import said_path, unquoted
from envoy.settings import EnvoySettings
from envoy.starting_point import StartKeeper
from envoy.table_sources import TableSource, source_at

out, err = Terminal(), Terminal(stderr=True)
_P = ParamSpec("_P")
_R = TypeVar("_R")

_EXITS: Mapping[type[FederationError], int] = {
    SettingsError: 2,
    InvalidNameError: 2,
    NotAgreedError: 2,
    NetworkError: 3,
    NotJoinedError: 4,
    RefusedError: 4,
    TablesDeniedError: 4,
    DataError: 5,
    PolicyError: 6,
    CallerError: 5,
}
"""0 ok, 2 usage, 3 network, 4 refused, 5 data, 6 policy."""
EXIT_DATA, EXIT_POLICY = 5, 6


def path_said(text: str) -> Path:
    """Read an option's path as a person writes it: ~ stands for a home wherever the shell left it."""
    try:
        return said_path(text)
    except SettingsError as error:
        raise typer.BadParameter(f"{error.sentence} {error.hint}") from None


Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="DIR|FILE|s3://BUCKET/PREFIX",
        help="Where the tables lie: a folder, your own table's file, or a bucket; else ENVOY_DATA.",
        show_default=False,
    ),
]
MapFile = Annotated[
    Path | None,
    typer.Option(
        "--map",
        parser=path_said,
        metavar="FILE",
        help="The map of your own table; else ENVOY_MAP, else the one beside it.",
        show_default=False,
    ),
]
TaskOrFile = Annotated[
    str | None,
    typer.Option(
        "--task", metavar="NAME|FILE.toml", help="The task, or its file; else ENVOY_TASK.", show_default=False
    ),
]
TaskOption = Annotated[str | None, typer.Option("--task", help="The task; else ENVOY_TASK.", show_default=False)]
Seed = Annotated[
    int | None, typer.Option("--seed", help="Decides who is held out; else ENVOY_SEED.", show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask: it is meant.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show exactly what would leave the hospital; send nothing.")]


class _FileError(CallerError):
    """A file or a folder of this machine does not do."""

    code = "file_failed"


def says_what_failed(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Turn an error into its sentence, its hint and an exit code."""

    @wraps(command)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return command(*args, **kwargs)
        except FederationError as error:
            code = next((code for kind, code in _EXITS.items() if isinstance(error, kind)), 1)
            end_with(error, code, as_json=kwargs.get("as_json") is True)
        except OSError as error:
            failed = _FileError(f"{error.filename or 'A file'}: {error.strerror or error}.")
            end_with(failed, EXIT_DATA, as_json=kwargs.get("as_json") is True)

    return wrapped


def joined(settings: EnvoySettings) -> tuple[DirectorClient, Membership]:
    """Give the director of this hospital's membership, and the membership."""
    membership = MembershipFile(settings.home_folder).read()
    return client_of(settings, membership), membership


def say_wait(wait: Wait) -> None:
    """Say on standard error that it is tried again, and when: nobody knows else why nothing happens."""
    err.print(wait.sentence)


def client_of(
    settings: EnvoySettings, membership: Membership, on_wait: Callable[[Wait], object] = say_wait
) -> DirectorClient:
    """Give the director of a membership; says each time that others can read along where they can."""
    accepted = membership.insecure_http is not False  # null: a home of the version before goes on as it did
    client = new_client(settings, membership.director, membership.token, insecure_http=accepted, on_wait=on_wait)
    if membership.expires_at <= datetime.now(UTC):
        ended = shown_moment(membership.expires_at)
        err.print(
            f"warning: {membership.envoy_name}'s token ended {ended}, by this machine's clock. {HOW_TO_RENEW}",
        )
    if not read_address(membership.director).is_private:
        err.print(
            f"warning: {membership.director} is not encrypted: whoever is on the way reads the token and all that is "
            "sent. Ask the consortium's admin for an https:// address.",
        )
    return client


def new_client(
    settings: EnvoySettings,
    url: str,
    token: str | None,
    *,
    insecure_http: bool = False,
    on_wait: Callable[[Wait], object] = say_wait,
) -> DirectorClient:
    """Give a director at an address, asked as the settings say."""
    client = DirectorClient(
        url,
        token,
        timeout_seconds=settings.timeout_seconds,
        attempts=settings.attempts,
        ca_file=settings.ca_file,
        insecure_http=insecure_http or settings.insecure_http,
        ledger=Ledger(settings.home_folder),
        keep=settings.home_folder / "starts",
        on_wait=on_wait,
    )
    client.keep_to(settings.bandwidth)
    return client


def with_map(settings: EnvoySettings, map_file: Path | None) -> EnvoySettings:
    """Take the option for the map over its setting."""
    return settings if map_file is None else settings.model_copy(update={"map": map_file})


def tables_source(
    settings: EnvoySettings, data: str | None, on_wait: Callable[[Wait], object] = say_wait
) -> TableSource:
    """Give where the tables lie, by option or setting, and the map that the settings name."""
    place = settings.data if data is None else read_place(data)
    if place is None:
        raise SettingsError("No folder of tables was named.", hint="Give --data DIR, or set ENVOY_DATA.")
    if isinstance(place, Path) and not place.exists():
        what = "file" if place.suffix.lower() in (".csv", ".gz", ".parquet") else "folder"
        raise DataError(
            f"There is no {what} {place}.",
            hint="Correct --data." if data is not None else "Correct ENVOY_DATA, or data in envoy.toml.",
        )
    source = source_at(place) if isinstance(place, Path) else Bucket(place, _bucket_access(settings, place, on_wait))
    return source if settings.map is None else MappedSource(source, settings.map)


def _bucket_access(settings: EnvoySettings, place: BucketAddress, on_wait: Callable[[Wait], object]) -> BucketAccess:
    credentials = None if settings.s3_anonymous else credentials_in(os.environ)
    if credentials is None and not settings.s3_anonymous:
        raise SettingsError(
            f"There are no credentials for {place}.",
            hint="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment; or ENVOY_S3_ANONYMOUS=1 where "
            "the bucket is open to everybody.",
        )
    return BucketAccess(
        server=read_endpoint(settings.s3_endpoint, settings.s3_region, insecure_http=settings.s3_insecure_http),
        region=settings.s3_region,
        credentials=credentials,
        timeout_seconds=settings.timeout_seconds,
        attempts=settings.attempts,
        ca_file=settings.ca_file,
        on_wait=on_wait,
    )


def chosen_task(settings: EnvoySettings, task: str | None) -> TaskName:
    """Give the task's name, by option or setting."""
    return TaskName(task or settings.task)


def task_at_hand(settings: EnvoySettings, task: str | None) -> Task:
    """Give a task without asking the director: of a file, or as it was fetched or accepted last, or built in.

    Raises:
        InvalidTaskError: The file holds no task.
        UnknownTaskError: Neither the home nor the installation knows the name.
    """
    said = task or settings.task
    if unquoted(said).lower().endswith(".toml"):
        return read_task_file(read_bounded(said_path(said), MAX_TASK_BYTES))
    try:
        return start_keeper(settings).last_task(TaskName(said))
    except UnknownTaskError:
        raise UnknownTaskError(
            f"This envoy knows no task {said}.",
            hint=f"fl-envoy task list names the director's; fl-envoy task accept {said} takes it; or name a file.",
        ) from None


def chosen_seed(settings: EnvoySettings, seed: int | None) -> int:
    """Give the seed, by option or setting."""
    return settings.seed if seed is None else seed


def start_keeper(settings: EnvoySettings) -> StartKeeper:
    """Give the keeper of this hospital's starts."""
    return StartKeeper(settings.home_folder, settings.rules)


def print_json(value: BaseModel | Mapping[str, object] | list[dict[str, object]]) -> None:
    """Print a message, or what is made of them, as JSON."""
    text = value.model_dump_json(indent=2) if isinstance(value, BaseModel) else json.dumps(value, indent=2)
    sys.stdout.write(visible_json(text) + "\n")
