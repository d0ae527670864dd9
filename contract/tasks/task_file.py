"""A task as a file: TOML of a strict form → the task, or every mistake in it by name.

Says what a file may hold; ``contract.tasks.soundness`` says whether what it holds makes sense.
"""

import tomllib
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contract.clinical.quantities import Availability, Kind
from contract.errors import ArtifactError, InvalidTaskError
from contract.names import TaskName
from contract.network import ArchitectureSpec
from contract.tasks.feature import NO_UNIT, Feature
from contract.tasks.plan import Outcome, Shares, TrainingPlan
from contract.tasks.soundness import mistakes_of
from contract.tasks.task import RISK_LEVELS, OutOfBounds, Source, Task
from contract.visible_text import ONE_SEEN_LINE
from contract.written_text import read_text

MAX_TASK_BYTES = 1 << 20
_HINT = "Mend the file; docs/tasks.md says what each key may hold."
_MAX_SHOWN = 8

_Line = Annotated[str, Field(pattern=ONE_SEEN_LINE, min_length=1, max_length=300)]
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Share = Annotated[float, Field(ge=0, le=0.5)]
_Size = Annotated[int, Field(ge=1, le=100_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class FeatureInFile(_Part):
    """``[[features]]``: one input."""

    name: _Name
    kind: Kind
    unit: _Line = NO_UNIT
    source: Annotated[_Line | None, Field(description="Quantity or column; without it the name.")] = None
    availability: Availability | None = None
    minimum: _Finite | None = None
    maximum: _Finite | None = None
    missing: Annotated[_Finite | _Line, Field(description='"refuse", or the value that stands for it.')] = "refuse"
    categories: Annotated[list[_Line], Field(max_length=1000)] = []


class OutcomeInFile(_Part):
    """``[outcome]``: what is learned."""

    kind: Literal["levels", "binary"]
    label: _Line
    source: Annotated[str, Field(max_length=300)] = ""
    days: Annotated[int, Field(ge=1, le=36_500)] | None = None


class ModelInFile(_Part):
    """``[model]``: the network."""

    kind: Literal["logistic", "mlp"]
    hidden: Annotated[list[_Size], Field(max_length=16)] = []


class PlanInFile(_Part):
    """``[plan]``: one cycle of training."""

    optimizer: Literal["sgd", "adam"]
    learning_rate: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    batch_size: Annotated[int, Field(ge=1, le=1_000_000)]
    epochs: Annotated[int, Field(ge=1, le=100_000)] | None = None
    steps: Annotated[int, Field(ge=1, le=100_000_000)] | None = None
    weight_decay: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = 0.0
    patience: Annotated[int, Field(ge=1, le=100_000)] | None = None


class SplitInFile(_Part):
    """``[split]``: shares of the patients."""

    validation: _Share
    test: _Share


class RiskInFile(_Part):
    """``[risk]``: the bounds between low, medium and high."""

    bounds: Annotated[list[_Finite], Field(min_length=len(RISK_LEVELS) - 1, max_length=len(RISK_LEVELS) - 1)]


class TaskFile(_Part):
    """The whole file."""

    name: Annotated[str, Field(pattern=f"^{TaskName.pattern}$")]
    title: _Line
    notice: _Line
    source: Source
    index: Annotated[str, Field(max_length=300)] = ""
    availability: Annotated[list[Availability], Field(description="The classes that features may have.")] = []
    exclusions: Annotated[list[_Line], Field(max_length=100)] = []
    out_of_bounds: OutOfBounds = "refuse"
    initial_seed: Annotated[int, Field(ge=0, lt=2**63)] = 20_260_101
    minimum_examples: Annotated[int, Field(ge=1, le=1_000_000_000)] = 50
    maximum_examples: Annotated[int, Field(ge=1, le=1_000_000_000)] = 10_000_000
    features: Annotated[list[FeatureInFile], Field(min_length=1, max_length=10_000)]
    outcome: OutcomeInFile
    model: ModelInFile
    plan: PlanInFile
    split: SplitInFile | None = None
    risk: RiskInFile


def read_task_file(data: bytes) -> Task:
    """Read a task, and hold it to what makes sense.

    Args:
        data: TOML as ``contract.written_text`` reads it, at most ``MAX_TASK_BYTES``.

    Raises:
        InvalidTaskError: It is no TOML, or not a task; ``mistakes`` names everything that is wrong.
    """
    if len(data) > MAX_TASK_BYTES:
        raise InvalidTaskError(f"The file is larger than {MAX_TASK_BYTES:,} bytes.", hint=_HINT)
    try:
        found = tomllib.loads(read_text(data, "The file"))
    except ArtifactError as error:
        raise InvalidTaskError(error.sentence, hint=error.hint) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidTaskError(f"The file is no TOML: {str(error)[:200]}.", hint=_HINT) from None
    try:
        said = TaskFile.model_validate(found)
    except ValidationError as error:
        raise _refusal([_named(each["loc"], each["msg"], found) for each in error.errors()]) from None
    wrong = _contradictions(said)
    if wrong:
        raise _refusal(wrong)
    task = _task(said)
    require_sound(task)
    return task


def require_sound(task: Task) -> None:
    """Hold a task to what makes sense, wherever it comes from.

    Raises:
        InvalidTaskError: ``mistakes`` names everything that does not.
    """
    wrong = mistakes_of(task)
    if wrong:
        raise _refusal(wrong)


def _contradictions(said: TaskFile) -> list[str]:
    """Find what the file says of one thing twice, or not at all: a task could not be made of it."""
    wrong = []
    if (said.plan.epochs is None) == (said.plan.steps is None):
        wrong.append("plan: give either epochs or steps")
    if (said.model.kind == "mlp") != bool(said.model.hidden):
        wrong.append("model.hidden: an mlp names the sizes of its hidden layers, and logistic has none")
    for number, each in enumerate(said.features, start=1):
        where = f"features.{number} ({each.name})"
        has_bounds = each.minimum is not None and each.maximum is not None
        if each.kind in ("count", "number") and not has_bounds:
            wrong.append(f"{where}: a {each.kind} needs minimum and maximum")
        if each.kind in ("flag", "category") and not (each.minimum is None and each.maximum is None):
            wrong.append(f"{where}: a {each.kind} has no minimum and no maximum")
        if (each.kind == "category") != bool(each.categories):
            wrong.append(f"{where}: a category lists its categories, and nothing else does")
    return wrong


def _task(said: TaskFile) -> Task:
    features = tuple(map(_feature, said.features))
    outputs = 1 if said.outcome.kind == "binary" else len(RISK_LEVELS)
    inputs = sum(len(feature.columns) for feature in features)
    plan = said.plan
    return Task(
        name=TaskName(said.name),
        title=said.title,
        notice=said.notice,
        features=features,
        label=said.outcome.label,
        cut_points=tuple(said.risk.bounds),
        architecture=ArchitectureSpec(inputs, tuple(said.model.hidden), outputs),
        training=TrainingPlan(
            optimizer=plan.optimizer,
            learning_rate=plan.learning_rate,
            batch_size=plan.batch_size,
            local_epochs=plan.epochs,
            local_steps=plan.steps,
            weight_decay=plan.weight_decay,
            patience=plan.patience,
        ),
        initial_seed=said.initial_seed,
        minimum_examples=said.minimum_examples,
        maximum_examples=said.maximum_examples,
        source=said.source,
        index=said.index,
        allows=tuple(said.availability),
        exclusions=tuple(said.exclusions),
        outcome=Outcome(said.outcome.kind, said.outcome.source, said.outcome.days),
        shares=None if said.split is None else Shares(said.split.validation, said.split.test),
        out_of_bounds=said.out_of_bounds,
    )


def _feature(said: FeatureInFile) -> Feature:
    return Feature(
        name=said.name,
        unit=said.unit,
        source=said.source if said.source is not None else said.name,
        kind=said.kind,
        minimum=0.0 if said.minimum is None else said.minimum,
        maximum=1.0 if said.maximum is None else said.maximum,
        availability=said.availability,
        missing=None if said.missing == "refuse" else said.missing,
        categories=tuple(said.categories),
    )


def _named(where: tuple[str | int, ...], message: str, found: object) -> str:
    """Say where in the file something is wrong, features by number from 1 and by name."""
    parts = []
    for part in where:
        if isinstance(part, int) and isinstance(found, list) and part < len(found):
            found = found[part]
            name = found.get("name") if isinstance(found, Mapping) else None
            parts.append(f"{part + 1} ({name})" if isinstance(name, str) and name.isidentifier() else str(part + 1))
        else:
            found = found.get(part) if isinstance(found, Mapping) else None
            parts.append(str(part)[:60])
    return f"{'.'.join(parts)}: {message[:1].lower()}{message[1:200]}"


def _refusal(mistakes: list[str]) -> InvalidTaskError:
    more = len(mistakes) - _MAX_SHOWN
    shown = "; ".join(mistakes[:_MAX_SHOWN]) + (f"; and {more} more" if more > 0 else "")
    return InvalidTaskError(f"This is no task: {shown}.", hint=_HINT, mistakes=tuple(mistakes))
