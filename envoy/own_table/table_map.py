"""What a hospital says beside its table: other names of columns, other units, other words, another way of cutting."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contract.errors import ArtifactError
from contract.tasks import Feature, Task
from contract.written_text import read_text
from envoy.errors import DataError

MAX_MAP_BYTES = 1 << 20
PATIENT = "patient"
"""The column of the patients' keys, where the map names no other."""

OUTCOME_WORDS = ("0", "1")
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Column = Annotated[str, Field(min_length=1, max_length=300)]


class MapError(DataError):
    """A map file is none; ``mistakes`` names all that is wrong with it."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__(f"The map file is wrong: {'; '.join(mistakes)}.", hint="docs/hospital.md shows one.")
        self.mistakes = tuple(mistakes)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ColumnInMap(_Part):
    """How one declared column is made of the table's."""

    column: _Column | None = None
    factor: _Finite = 1.0
    offset: _Finite = 0.0
    values: Mapping[str, str | int] = {}


class MapFile(_Part):
    """The whole file."""

    patient: _Column = PATIENT
    separator: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal: Literal[".", ","] = "."
    missing: list[str] = []
    columns: Mapping[str, _Column | ColumnInMap] = {}


@dataclass(frozen=True)
class Told:
    """How the cells of one column are to be read.

    Args:
        column: Its name in the table.
        factor: What its numbers are multiplied by.
        offset: What is then added to them.
        values: Its words → the task's.
        missing: The words that mean that there is no value, beside an empty cell.
        decimal: What stands before the digits of a fraction.
    """

    column: str
    factor: float = 1.0
    offset: float = 0.0
    values: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    decimal: str = "."


@dataclass(frozen=True)
class TableMap:
    """What a map says, or does not: without a file all is as the task declares it.

    Args:
        patient: The column of the patients' keys.
        separator: What stands between two cells of a text.
        told: Declared column → how it is read.
    """

    patient: str
    separator: str
    told: Mapping[str, Told]


def declared(task: Task) -> tuple[str, ...]:
    """Give the columns that a task declares, each once, the outcome's last."""
    return tuple(dict.fromkeys([*(feature.source for feature in task.features), task.outcome.source]))


def plain_map(task: Task) -> TableMap:
    """Give what holds without a file."""
    return _made(MapFile(), task)


def read_map(data: bytes, task: Task) -> TableMap:
    """Read a map of a task's columns.

    Args:
        data: TOML as ``contract.written_text`` reads it, at most ``MAX_MAP_BYTES``.
        task: Declares the columns.

    Raises:
        MapError: It is no TOML, or not a map for this task.
    """
    if len(data) > MAX_MAP_BYTES:
        raise MapError([f"it is larger than {MAX_MAP_BYTES:,} bytes"])
    try:
        said = MapFile.model_validate(tomllib.loads(read_text(data, "it")))
    except ValidationError as error:
        raise MapError(sorted({_named(each["loc"], each["msg"]) for each in error.errors()})) from None
    except ArtifactError as error:
        raise MapError([f"{error.sentence.removesuffix('.')}. {error.hint.removesuffix('.')}"]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise MapError([f"it is no TOML: {str(error)[:200]}"]) from None
    mistakes = list(_mistakes(said, task))
    if mistakes:
        raise MapError(mistakes)
    return _made(said, task)


def _made(said: MapFile, task: Task) -> TableMap:
    missing = frozenset(word.strip() for word in said.missing)
    told = {}
    for name in declared(task):
        each = _column(said, name)
        words = {word.strip(): str(meant) for word, meant in each.values.items()}
        told[name] = Told(each.column or name, each.factor, each.offset, words, missing, said.decimal)
    return TableMap(said.patient, said.separator, told)


def _column(said: MapFile, name: str) -> ColumnInMap:
    found = said.columns.get(name, ColumnInMap())
    return ColumnInMap(column=found) if isinstance(found, str) else found


def _mistakes(said: MapFile, task: Task) -> Iterator[str]:
    known = declared(task)
    if said.separator in ('"', "\n", "\r"):
        yield "separator: this can't stand between cells"
    elif said.separator == said.decimal:
        yield "decimal: it separates the cells already"
    for name in said.columns:
        if name not in known:
            yield f"columns.{name}: the task declares no such column; it declares {', '.join(known)}"
    owners: dict[str, list[str]] = {said.patient: [PATIENT]}
    for name in known:
        owners.setdefault(_column(said, name).column or name, []).append(name)
    for column, names in owners.items():
        if len(names) > 1:
            yield f"columns: {' and '.join(names)} are the one column {column}"
    for feature in task.features:
        for why in _of_column(_column(said, feature.source), feature):
            yield f"columns.{feature.source}: {why}"
    outcome = _column(said, task.outcome.source)
    if task.is_binary:
        for why in _of_words(outcome, OUTCOME_WORDS):
            yield f"columns.{task.outcome.source}: {why}"
    elif outcome.values:
        yield f"columns.{task.outcome.source}: the outcome is a number and has no words"


def _of_column(told: ColumnInMap, feature: Feature) -> Iterator[str]:
    if feature.kind in ("category", "flag"):
        yield from _of_words(told, feature.categories or OUTCOME_WORDS)
    else:
        if told.values:
            yield f"a {feature.kind} has no words"
        if told.factor == 0:
            yield "a factor of 0 makes all values equal"


def _of_words(told: ColumnInMap, known: tuple[str, ...]) -> Iterator[str]:
    if (told.factor, told.offset) != (1.0, 0.0):
        yield "a factor or an offset is for numbers"
    for word, meant in told.values.items():
        if str(meant) not in known:
            yield f"values.{word}: {str(meant)[:60]!r} is none of {', '.join(known)}"


def _named(where: tuple[str | int, ...], message: str) -> str:
    parts = [str(part)[:60] for part in where if part not in ("ColumnInMap", "constrained-str", "str", "int")]
    return f"{'.'.join(parts)}: {message[:1].lower()}{message[1:200]}"
