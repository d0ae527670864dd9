"""One frozen settings class: environment (``ENVOY_*``) over ``envoy.toml`` over defaults; no unknown keys."""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainValidator, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from contract.errors import ArtifactError
from contract.names import TaskName
from contract.plain_files import read_bounded
from contract.tasks import DEFAULT_TASK
from contract.written_text import read_text
from envoy.bandwidth import Bandwidth
from envoy.bucket_address import BucketAddress, read_place
from envoy.errors import SettingsError
from envoy.hours import Hours, read_hours
from envoy.house_rules import HouseRules
from envoy.said_path import said_path

CONFIG_FILE = "envoy.toml"
_CONFIG_VARIABLE = "ENVOY_CONFIG"
_MAX_CONFIG_BYTES = 1 << 20
_TOML = r"Mend its syntax; a path of Windows stands in single quotes: data = 'D:\tables'."
_SomeNames = Annotated[tuple[TaskName, ...], Field(min_length=1)]


def _names(found: object) -> object:
    """Take names with commas between them for a list, as an environment has none."""
    return [name.strip() for name in found.split(",")] if isinstance(found, str) else found


def _place(found: object) -> Path | BucketAddress | None:
    if found is None or isinstance(found, BucketAddress):
        return found
    if not isinstance(found, str | Path):
        raise ValueError("write where the tables lie as text")
    with _named():
        return read_place(str(found))


def _path(found: object) -> object:
    """Read a path as a person writes it; what is no text is pydantic's to refuse."""
    with _named():
        return said_path(found) if isinstance(found, str) else found


@contextmanager
def _named() -> Iterator[None]:
    """Have pydantic say which setting it is of which somebody says that it is wrong."""
    try:
        yield
    except SettingsError as error:
        said = {"sentence": error.sentence.removesuffix("."), "hint": error.hint.removesuffix(".")}
        raise PydanticCustomError("said_wrongly", "{sentence}. {hint}", said) from None


_Said = Annotated[Path, BeforeValidator(_path)]


def _hours(found: object) -> Hours | None:
    if found is None or isinstance(found, Hours):
        return found
    if not isinstance(found, str):
        raise ValueError("write hours as text, such as 20:00-06:00")
    return read_hours(found)


class EnvoySettings(BaseSettings):
    """Everything that can be set of an envoy.

    Args:
        home: Where the token and the last start are kept.
        data: The folder of the hospital's tables, its own table's file, or ``s3://BUCKET/PREFIX``.
        map: The map file of its own table; None: the one beside it, if there is one.
        task: The task.
        seed: Decides which patients are held out, and the order of training.
        held_out_share: Share of the patients that the model never trains on.
        s3_endpoint: The address of the bucket's S3 server; None: Amazon's in the region.
        s3_region: The bucket's region.
        s3_anonymous: Whether to read a bucket that is open to everybody, without credentials. Those are
            AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN in the environment, and no setting.
        s3_insecure_http: Whether the patients' tables may travel unencrypted from another machine.
        ca_file: Certificates to trust, where the director's is not from a public authority; for the S3 server beside
            the public ones.
        timeout_seconds: How long to wait for the director, or the S3 server, to say something.
        attempts: How often to try again over a bad link.
        insecure_http: Whether the token may travel unencrypted to another machine.
        minimum_examples: Below so many training patients nothing is made that leaves, whatever a director says.
        max_epochs: A training plan of more local epochs is refused.
        tasks: The tasks whose runs this hospital takes part in; None: the one task.
        hours: When ``participate`` works, by the machine's clock; None: always.
        threads: How many threads calculate at most.
        kilobytes_per_second: How fast bytes travel at most, both ways together; None: as fast as the line is.
        answer: Whether ``train`` gives this hospital's word on versions that wait for it: off, automatic.
        answer_margin: How much less accurate a version may be than the one before it, as a share of patients.
        answer_loss_margin: How much larger its mean loss may be, in nats.
    """

    model_config = SettingsConfigDict(env_prefix="ENVOY_", extra="forbid", frozen=True, env_ignore_empty=True)

    home: _Said = Path("~/.fl-envoy")
    data: Annotated[Path | BucketAddress | None, PlainValidator(_place)] = None
    map: _Said | None = None
    task: str = DEFAULT_TASK
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    held_out_share: Annotated[float, Field(gt=0, lt=1)] = 0.2
    s3_endpoint: str | None = None
    s3_region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] = "us-east-1"
    s3_anonymous: bool = False
    s3_insecure_http: bool = False
    ca_file: _Said | None = None
    timeout_seconds: Annotated[float, Field(gt=0)] = 60
    attempts: Annotated[int, Field(ge=0, le=100)] = 8
    insecure_http: bool = False
    minimum_examples: Annotated[int, Field(ge=1)] = 10
    max_epochs: Annotated[int, Field(ge=1)] = 1000
    tasks: Annotated[_SomeNames | None, NoDecode, BeforeValidator(_names)] = None
    hours: Annotated[Hours | None, NoDecode, PlainValidator(_hours)] = None
    threads: Annotated[int, Field(ge=1, le=1024)] = 1
    kilobytes_per_second: Annotated[float, Field(ge=2)] | None = None
    answer: Literal["off", "automatic"] = "off"
    answer_margin: Annotated[float, Field(ge=0, le=1)] = 0.02
    answer_loss_margin: Annotated[float, Field(ge=0, le=10)] = 0.05

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
        return init_settings, env_settings, InitSettingsSource(settings_cls, _of_file())

    @property
    def home_folder(self) -> Path:
        """The home, with ~ resolved."""
        return self.home.expanduser()

    @property
    def rules(self) -> HouseRules:
        """The hospital's own limits."""
        return HouseRules(minimum_examples=self.minimum_examples, max_epochs=self.max_epochs)

    @property
    def allowed_tasks(self) -> tuple[TaskName, ...]:
        """The tasks whose runs this hospital takes part in."""
        return self.tasks or (TaskName(self.task),)

    @property
    def names_a_task(self) -> bool:
        """Whether it is another task than the one that was meant before there were several."""
        return self.task != DEFAULT_TASK

    @property
    def bandwidth(self) -> Bandwidth | None:
        """How fast bytes may travel."""
        return None if self.kilobytes_per_second is None else Bandwidth(1000 * self.kilobytes_per_second)


def read_settings() -> EnvoySettings:
    """Read the configuration once, at the program's start.

    Raises:
        SettingsError: A key is unknown or a value is not allowed.
    """
    known = {f"ENVOY_{name.upper()}" for name in EnvoySettings.model_fields} | {_CONFIG_VARIABLE}
    for variable in os.environ:
        if variable.startswith("ENVOY_") and variable not in known:
            raise SettingsError(f"{variable} is no setting.", hint=f"Known: {', '.join(sorted(known))}.")
    try:
        return EnvoySettings()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"Setting {where}: {first['msg']}.", hint=f"Mend {CONFIG_FILE} or the environment."
        ) from None


def _of_file() -> dict[str, object]:
    """Read the settings file, if there is one.

    Raises:
        SettingsError: It is not there though a variable names it, it is no text, or no TOML.
    """
    configured = os.environ.get(_CONFIG_VARIABLE)
    file = said_path(configured) if configured else Path(CONFIG_FILE)
    if not file.is_file():
        if not configured:
            return {}
        raise SettingsError(f"{_CONFIG_VARIABLE} names {configured}, which is no file.", hint="Correct the path.")
    try:
        return tomllib.loads(read_text(read_bounded(file, _MAX_CONFIG_BYTES), file.name))
    except ArtifactError as error:
        raise SettingsError(error.sentence, hint=error.hint) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{file.name} can't be read: {error}.", hint=_TOML) from None
