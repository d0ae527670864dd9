"""The centre itself: the ways to combine that it knows, how it is set, how it is.

Knows of the settings only what they are called and what they hold: what each means is its reader's to know.
"""

import math
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, JsonValue

from aggregation.errors import UnknownStrategyError
from aggregation.strategy import CLIP, RULES, Rule, is_of_rule, strategy_named
from contract.messages.base import Page
from contract.messages.runs import Quiescence
from contract.messages.system import LastBackup, Setting, Storage, StrategyDescription, StrategyParameter, System
from director.records import audit
from director.records.blobs import BlobStore
from director.records.files import storage_faults_named
from director.records.ledger import Ledger
from director.upkeep.events import BackupMade


@dataclass(frozen=True)
class _Measured:
    """What the files took when somebody looked."""

    records: int
    at: datetime
    blobs: int
    bytes: int


class Centre:
    """Describes the director.

    Args:
        folder: The data folder.
        settings: As they are in force.
        strategy: The director's own strategy.
        ledger: The rows.
        blobs: The files.
        states: Says of each thing that must work whether it does.
        quiescence: Says whether the director can be stopped.
    """

    def __init__(
        self,
        folder: Path,
        settings: BaseModel,
        strategy: str,
        ledger: Ledger,
        blobs: BlobStore,
        states: Callable[[], dict[str, str]],
        quiescence: Callable[[], Quiescence],
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._strategy = strategy
        self._ledger = ledger
        self._blobs = blobs
        self._states = states
        self._quiescence = quiescence
        self._opened_at: datetime | None = None
        self._measured: _Measured | None = None

    def note_opened(self) -> None:
        """Note that this process begins to serve."""
        self._opened_at = self._ledger.clock()

    def strategies(self) -> Page[StrategyDescription]:
        """Describe the ways to combine, by name."""
        return Page(items=[_describe_rule(name, rule, self._strategy) for name, rule in sorted(RULES.items())])

    def system(self) -> System:
        """Say how the centre is.

        Raises:
            StorageError: The data folder can't be looked at.
        """
        now, states = self._ledger.clock(), self._states()
        with self._ledger.read() as session:
            records, made_at = audit.newest_seq(session), audit.last_of(session, BackupMade.act)
        is_ready = all(found == "ok" for found in states.values())
        return System(
            version=version("fl-director"),
            python=platform.python_version(),
            started_at=self._opened_at or now,
            status="ok" if is_ready else "failing",
            checks=states,
            storage=self.storage(records),
            records=records,
            last_backup=LastBackup(made_at=made_at, age_seconds=(now - made_at).total_seconds()) if made_at else None,
            quiescence=self._quiescence(),
            settings=describe_settings(self._settings),
        )

    def free_bytes(self) -> int:
        """Say how much is free where the data folder is; raises StorageError."""
        with storage_faults_named():
            return shutil.disk_usage(self._folder).free

    def storage(self, records: int, *, patience: timedelta = timedelta(0)) -> Storage:
        """Measure the folder; the files anew only where something was done since: there may be tens of thousands.

        Args:
            records: How far the audit has come.
            patience: How old the number of files, and what they take, may be.

        Raises:
            StorageError: The data folder can't be looked at.
        """
        now = self._ledger.clock()
        with storage_faults_named():
            if self._measured is None or (
                self._measured.records != records and abs(now - self._measured.at) >= patience
            ):
                self._measured = _Measured(records, now, *self._blobs.measure())
            return Storage(
                database_bytes=_database_bytes(self._ledger.database.file),
                blob_bytes=self._measured.bytes,
                blobs=self._measured.blobs,
                free_bytes=self.free_bytes(),
            )


def describe_settings(settings: BaseModel) -> list[Setting]:
    """Give the settings in force, in their order; of an address no more than which server and which file."""
    values = settings.model_dump(mode="json")
    return [
        Setting(
            name=name,
            value=_without_secrets(values[name]),
            is_default=getattr(settings, name) == field.get_default(call_default_factory=True, validated_data={}),
        )
        for name, field in type(settings).model_fields.items()
    ]


def _without_secrets(value: JsonValue) -> JsonValue:
    """Leave out of an address who asks, and what with: there passwords stand."""
    if isinstance(value, dict):
        return {name: _without_secrets(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_secrets(each) for each in value]
    if not isinstance(value, str) or "://" not in value:
        return value
    try:
        found = urlsplit(value)
    except ValueError:  # no address, though it looks like one
        return None
    return f"{found.scheme}://{found.netloc.rpartition('@')[2]}{found.path}"


def _database_bytes(file: Path | None) -> int:
    """Measure the database with what is written beside it and not yet taken in."""
    if file is None:
        return 0
    parts = (file, file.with_name(f"{file.name}-wal"))
    return sum(each.stat().st_size for each in parts if each.exists())


def _describe_rule(name: str, rule: Rule, default: str) -> StrategyDescription:
    is_default = is_of_rule(default, name)
    return StrategyDescription(
        name=name,
        summary=rule.summary,
        parameters=[
            StrategyParameter(
                name=each,
                default=parameter.default,
                least=parameter.least,
                most=parameter.most if math.isfinite(parameter.most) else None,
                is_whole=parameter.is_whole,
                takes_least=parameter.takes_least,
                takes_most=parameter.takes_most,
            )
            for each, parameter in rule.parameters.items()
        ],
        is_default=is_default,
        default_name=default if is_default else None,
        can_clip=_is_strategy(f"{CLIP}+{name}"),
    )


def _is_strategy(name: str) -> bool:
    try:
        strategy_named(name, {})
    except UnknownStrategyError:
        return False
    return True
