"""One frozen settings class: environment (``DIRECTOR_*``) over ``director.toml`` over defaults; no unknown keys."""

import os
from dataclasses import replace
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from aggregation.counting import LEAST_COUNT_RATIO
from aggregation.errors import UnknownStrategyError
from aggregation.screening import Bounds
from aggregation.strategy import DEFAULT_STRATEGY, strategy_named
from contract.messages.base import OneLine
from contract.messages.proposals import ProposedAct
from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS
from contract.tasks.soundness import mistakes_of
from director.alert_settings import AlertSettings
from director.errors import SettingsError
from director.records import failpoints
from director.records.database import url_of
from director.records.given_files import GivenPath, given_path, told_in
from director.retention_settings import RetentionSettings

CONFIG_FILE = "director.toml"
DATA_DIR_VARIABLE = "DIRECTOR_DATA_DIR"
_CONFIG_VARIABLE = "DIRECTOR_CONFIG"
_TRACKERS = ("http", "https", "sqlite")


class TaskSettings(BaseModel):
    """What a consortium may set of a task."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cut_points: Annotated[tuple[float, ...], Field(min_length=2, max_length=2)]

    @field_validator("cut_points")
    @classmethod
    def _rising(cls, cut_points: tuple[float, ...]) -> tuple[float, ...]:
        if list(cut_points) != sorted(set(cut_points)):
            raise ValueError("the cut points must rise")
        return cut_points


class DirectorSettings(BaseSettings):
    """Everything that can be set of a director.

    Args:
        data_dir: Where the database, the artifacts, the views and the logs live.
        database_url: An SQLAlchemy URL of an SQLite file; default: ``director.db`` in ``data_dir``.
        tls_cert: Certificate with its chain, PEM; with it the director speaks HTTPS.
        tls_key: The certificate's private key, PEM, without a password.
        insecure_http: Listen where others can reach it without TLS all the same.
        trusted_proxies: Addresses or networks whose word on where a request came from (X-Forwarded-For) is taken.
        max_upload_bytes: Largest body of an upload, all parts together.
        max_body_bytes: Largest body of any other request but a batch.
        max_batch_bytes: Largest body of a batch of inferences.
        max_uploads_at_once: Uploads that one worker lets arrive and wait on the disk; one more is refused.
        uploads_judged_at_once: Uploads that one worker holds in memory, each perhaps thrice its size.
        batches_read_at_once: Batches that one worker reads, and computes, at once; one more waits a little and is then
            asked to come again.
        max_connections: Open connections of one worker; one more closes the longest idle one, or is refused.
        max_unauthenticated_per_address: Connections of one address (of IPv6: one /64) that have shown no token that
            holds; one more closes the oldest of them. Behind ``trusted_proxies`` it is the address that the proxy
            names. Where ``max_connections`` are open, those without a token go first. Hospitals may share an address.
        max_waiting: Requests of one worker that wait for something to be done (envoys for work, readers for events);
            their connections don't count among ``max_connections``. One more is asked to come again.
        max_waiting_per_token: So many of them with one token.
        max_header_bytes: Largest request line and headers.
        header_seconds: How long a request's line and headers may take.
        idle_seconds: How long a connection is kept between two requests, or while nobody takes an answer.
        min_body_bytes_per_second: Slowest pace of a body, over ``body_window_seconds``.
        body_window_seconds: A link may stall for so long.
        stopping_seconds: How long a director that was told to stop waits for what is under way.
        max_versions_per_hospital: Versions of one hospital whose files are kept, of all tasks; one more is refused.
        max_bytes_per_hospital: What those files take at most, as if no two were the same.
        max_refused_per_hospital: Rows of uploads that were refused on arrival; the oldest go, the audit keeps each.
        keep_versions: Of each hospital and task ``fl-director prune`` keeps the files of so many of the newest.
        max_log_bytes: A log that is larger is set aside as ``….1``, in the place of the one before.
        token_days: How long a token holds at most, and unless less is asked for.
        rotation_overlap_hours: How long a rotated token holds beside its successor, unless said otherwise.
        enrolment_hours: How long a one-time code holds.
        session_idle_minutes: A person who is signed in and does nothing for so long is signed out.
        session_hours: How long somebody stays signed in at most.
        banner: One line that everybody shall see who looks at this federation, such as "Demonstration: synthetic
            patients".
        access_log: Whether each request has a line in ``logs/access.log``.
        silent_after_minutes: A hospital that joined and was not seen for longer is shown as silent; one that takes part
            asks about once a minute.
        backup_days: The newest backup may be so old before the overview says so.
        least_free_mib: With less free on the data folder's disk the overview says so.
        alerts: Where alerts go, and what they tell.
        retention: How long what may go is kept; ``fl-director prune`` lets it go.
        strategy: How an aggregate combines unless it is asked otherwise.
        gate: What the gate still takes for honest when it holds hospitals against each other.
        publish: at_once, or confirmed: a version waits until the validation table accepts it, or where there is none
            every hospital with a share in it; or until an admin publishes it with a reason.
        two_admins: The acts that wait for a second admin where one asks for them over HTTP: publish (also of what is
            aggregated), release, disable.
        proposal_days: How long a second admin may take.
        minimum_hospitals: With fewer, no merged scaler is given out and no version published.
        max_staleness: How many versions back a model may have been trained from to count.
        guesses_per_minute: How many requests with a token or a code that does not hold are taken from one address, in
            each worker; 0: any number.
        uploads_per_minute: How many uploads and reports of statistics are taken with one token; likewise.
        requests_per_minute: How many requests of any kind, inferences too, are taken with one token; likewise.
        track_uri: The MLflow that ``serve`` has a process of its own track into: http(s), or an SQLite file's URL.
        track_name: What this federation is called there; None: a name made of its record's first digest.
        track_files: Whether files go there (models, cards, documents), or figures and tags alone.
        tasks: Settings of tasks by name.
    """

    model_config = SettingsConfigDict(
        env_prefix="DIRECTOR_", env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )

    data_dir: GivenPath = Path()
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    tls_cert: GivenPath | None = None
    tls_key: GivenPath | None = None
    insecure_http: bool = False
    trusted_proxies: tuple[str, ...] = ()
    max_upload_bytes: Annotated[int, Field(ge=1024)] = 64 * 2**20
    max_body_bytes: Annotated[int, Field(ge=1024)] = 2**20
    max_batch_bytes: Annotated[int, Field(ge=1024)] = 32 * 2**20
    max_uploads_at_once: Annotated[int, Field(ge=1)] = 256
    uploads_judged_at_once: Annotated[int, Field(ge=1)] = 2
    batches_read_at_once: Annotated[int, Field(ge=1)] = 2
    max_connections: Annotated[int, Field(ge=1)] = 1000
    max_unauthenticated_per_address: Annotated[int, Field(ge=1)] = 256
    max_waiting: Annotated[int, Field(ge=1)] = 4096
    max_waiting_per_token: Annotated[int, Field(ge=1)] = 8
    max_header_bytes: Annotated[int, Field(ge=1024)] = 32 * 2**10
    header_seconds: Annotated[int, Field(ge=1, le=3600)] = 10
    idle_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    min_body_bytes_per_second: Annotated[int, Field(ge=0)] = 1000
    body_window_seconds: Annotated[int, Field(ge=1, le=3600)] = 20
    stopping_seconds: Annotated[int, Field(ge=1, le=3600)] = 25
    max_versions_per_hospital: Annotated[int, Field(ge=1)] = 10_000
    max_bytes_per_hospital: Annotated[int, Field(ge=2**20)] = 20 * 2**30
    max_refused_per_hospital: Annotated[int, Field(ge=1)] = 1000
    keep_versions: Annotated[int, Field(ge=2)] = 50
    max_log_bytes: Annotated[int, Field(ge=2**16)] = 100 * 2**20
    token_days: Annotated[int, Field(ge=1, le=3650)] = 90
    rotation_overlap_hours: Annotated[int, Field(ge=0, le=24 * 90)] = 24
    access_log: bool = False
    silent_after_minutes: Annotated[int, Field(ge=1, le=60 * 24 * 30)] = 15
    backup_days: Annotated[int, Field(ge=1, le=3650)] = 7
    least_free_mib: Annotated[int, Field(ge=0, le=2**30)] = 1024
    alerts: AlertSettings = AlertSettings()
    retention: RetentionSettings = RetentionSettings()
    enrolment_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 72
    session_idle_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 30
    session_hours: Annotated[int, Field(ge=1, le=24 * 7)] = 12
    banner: Annotated[OneLine, Field(min_length=1, max_length=200)] | None = None
    strategy: str = DEFAULT_STRATEGY
    gate: Bounds = Bounds()
    publish: Literal["at_once", "confirmed"] = "at_once"
    two_admins: tuple[ProposedAct, ...] = ()
    proposal_days: Annotated[int, Field(ge=1, le=365)] = 7
    minimum_hospitals: Annotated[int, Field(ge=1, le=1000)] = 1
    max_staleness: Annotated[int, Field(ge=0, le=1000)] = 3
    guesses_per_minute: Annotated[int, Field(ge=0, le=10**6)] = 1200
    uploads_per_minute: Annotated[int, Field(ge=0, le=10**6)] = 600
    requests_per_minute: Annotated[int, Field(ge=0, le=10**6)] = 0
    track_uri: str | None = None
    track_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")] | None = None
    track_files: bool = True
    tasks: dict[TaskName, TaskSettings] = {}

    @field_validator("database_url")
    @classmethod
    def _sqlite(cls, url: str | None) -> str | None:
        if url is None:
            return None
        if not url.startswith(("sqlite:", "sqlite+pysqlite:")):
            raise ValueError(
                "this version works with SQLite alone: leave it out, or give sqlite:////folder/director.db"
            )
        try:
            file = make_url(url).database or ""
        except ArgumentError:
            file = ""
        if not file or file == ":memory:" or file.startswith("file:"):
            raise ValueError("it names no file: give sqlite:////folder/director.db")
        given_path(file)
        return url

    @field_validator("track_uri")
    @classmethod
    def _a_tracker(cls, uri: str | None) -> str | None:
        if uri is None:
            return None
        found = urlsplit(uri)
        is_file = found.scheme == "sqlite"
        is_one = found.path.strip("/") and not found.netloc if is_file else _names_a_server(found)
        if found.scheme not in _TRACKERS or not is_one:
            raise ValueError("give http://server:port, https://… or sqlite:////folder/mlflow.db")
        if not is_file and ("@" in uri or found.query or found.fragment):
            raise ValueError("who you are goes into MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD")
        if is_file and (file := make_url(uri).database or "").startswith("~"):
            return make_url(uri).set(database=str(given_path(file))).render_as_string()
        return uri

    @field_validator("strategy")
    @classmethod
    def _a_strategy(cls, name: str) -> str:
        try:
            strategy_named(name, {})
        except UnknownStrategyError as error:
            raise ValueError(f"{error.sentence} {error.hint}") from None
        return name

    @field_validator("gate")
    @classmethod
    def _no_less_than_two(cls, gate: Bounds) -> Bounds:
        """Take a ratio below 2, which the version before allowed, for 2: with less, honest hospitals cap each other."""
        return replace(gate, count_ratio=max(gate.count_ratio, LEAST_COUNT_RATIO))

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for each in proxies:
            if ip_network(each).prefixlen == 0:
                raise ValueError(f"{each} would trust anybody's word")
        return proxies

    @field_validator("tasks")
    @classmethod
    def _sound(cls, tasks: dict[TaskName, TaskSettings]) -> dict[TaskName, TaskSettings]:
        """Hold the cut points of built-in tasks to sense; which others there are, the database says."""
        for name in tasks.keys() & BUILT_IN_TASKS.keys():
            wrong = mistakes_of(replace(BUILT_IN_TASKS[name], cut_points=tasks[name].cut_points))
            if wrong:
                raise ValueError(f"{name}: {wrong[0]}")
        return tasks

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments over environment over file."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, told_in(config_file()))

    @cached_property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The trusted proxies' networks."""
        return tuple(ip_network(each) for each in self.trusted_proxies)

    def trusts(self, address: str) -> bool:
        """Tell whether an address is one of the trusted proxies'."""
        if not self.trusted_proxies:
            return False
        try:
            parsed = ip_address(address.partition("%")[0])
        except ValueError:  # a socket of the file system, or nothing
            return False
        return any(parsed in network for network in self.proxies)

    @cached_property
    def url(self) -> URL:
        """The database's URL."""
        if self.database_url is None:
            return url_of(self.data_dir.resolve() / "director.db")
        url = make_url(self.database_url)
        return url.set(database=str(given_path(url.database or "")))

    @property
    def data_dir_from(self) -> str:
        """Who said where the data folder is, as a phrase."""
        if os.environ.get(DATA_DIR_VARIABLE):
            return f"as {DATA_DIR_VARIABLE} or --data-dir says"
        if "data_dir" in self.model_fields_set:
            return f"as {config_file()} says"
        unsaid = "is empty" if DATA_DIR_VARIABLE in os.environ else "is not set"
        return f"the working folder, for {DATA_DIR_VARIABLE} {unsaid}"


def config_file() -> Path:
    """Give the settings file's place, whether or not it is there; raises ``ValueError`` as ``given_path``."""
    return given_path(os.environ.get(_CONFIG_VARIABLE) or CONFIG_FILE)


def _names_a_server(found: SplitResult) -> bool:
    try:
        return bool(found.hostname) and found.port != 0
    except ValueError:  # a port that is no number; what it is instead is not repeated
        return False


def read_settings(**named: Any) -> DirectorSettings:
    """Read the configuration once, at the program's start.

    Args:
        named: Settings that the command itself names; they count before all others.

    Raises:
        SettingsError: A key is unknown or a value is not allowed.
    """
    known = {f"DIRECTOR_{name.upper()}" for name in DirectorSettings.model_fields} | {_CONFIG_VARIABLE}
    failpoints.arm()
    for variable in os.environ:
        if variable.startswith("DIRECTOR_") and variable.split("__")[0] not in known | {failpoints.VARIABLE}:
            raise SettingsError(f"{variable} is no setting.", hint=f"Known: {', '.join(sorted(known))}.")
    try:
        if os.environ.get(_CONFIG_VARIABLE) and not config_file().is_file():
            raise SettingsError(
                f"{_CONFIG_VARIABLE} names {config_file()}, which is no file.", hint="Correct the path."
            )
        return DirectorSettings(**named)
    except ValidationError as error:
        first = error.errors()[0]
        where, why = ".".join(str(part) for part in first["loc"]), first["msg"].removeprefix("Value error, ")
        is_named = first["loc"][:1] and first["loc"][0] in named
        raise SettingsError(
            f"Setting {where}: {why}.",
            hint="Give the command another value." if is_named else f"Mend {CONFIG_FILE} or the environment.",
        ) from None
    except ValueError as error:
        raise SettingsError(f"{_CONFIG_VARIABLE}: {error}.", hint="Correct the path.") from None
