"""The gate: bytes and expectations in, a verdict with its checks out. Knows no disk, no network and no clock."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import ValidationError

from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import read_scaler_file, write_scaler
from contract.artifacts.training_log import check_training_log
from contract.errors import FederationError, ScalerFileError, UnknownTaskError
from contract.messages import Check, UploadMetadata
from contract.names import Digest, TaskName
from contract.scaler import ScalerState
from contract.tasks import Task
from director.errors import (
    BaseUnknownError,
    DigestMismatchError,
    ExamplesOutOfBoundsError,
    MalformedRequestError,
    ScalerNotAgreedError,
)

MAX_METADATA_BYTES = 64 * 1024
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Parcel:
    """The parts of one upload, as they came."""

    metadata: bytes
    model: bytes
    scaler: bytes
    log: bytes | None


@dataclass(frozen=True)
class Expectations:
    """What the director knows that an upload is held against.

    Args:
        task: The task that it names.
        bases: Every start that was ever given out for the task as it is defined now.
        scalers: The digests of the scalers of those starts.
    """

    task: Task
    bases: frozenset[Digest]
    scalers: frozenset[Digest]


@dataclass(frozen=True)
class InspectedUpdate:
    """An upload that passed every check on arrival."""

    task: Task
    metadata: UploadMetadata
    parcel: Parcel
    model_sha256: Digest
    scaler_sha256: Digest
    log_sha256: Digest | None

    @property
    def identity(self) -> Digest:
        """What makes it the same submission when it comes again."""
        parts = (
            self.task.name, self.metadata.base, self.model_sha256, self.scaler_sha256, str(self.metadata.num_examples)
        )  # fmt: skip
        return Digest.of(" ".join(parts).encode())


@dataclass
class Inspection:
    """The checks in their order, the first failure if there was one, else the update."""

    metadata: UploadMetadata
    checks: list[Check] = field(default_factory=list)
    failure: FederationError | None = None
    update: InspectedUpdate | None = None

    def run(self, name: str, bound: str, check: Callable[[], _Result], seen: str = "") -> _Result | None:
        """Run one check and write down how it went."""
        try:
            result = check()
        except FederationError as error:
            self.checks.append(Check(name=name, passed=False, seen=seen, bound=bound, sentence=error.sentence))
            self.failure = self.failure or error
            return None
        self.note(name, bound, "Passed.", seen)
        return result

    def note(self, name: str, bound: str, sentence: str, seen: str) -> None:
        """Write down what does not speak against the upload."""
        self.checks.append(Check(name=name, passed=True, seen=seen, bound=bound, sentence=sentence))


def read_metadata(data: bytes) -> UploadMetadata:
    """Read what an upload says of itself.

    Raises:
        MalformedRequestError: It is too long, no JSON object, or a field is missing or wrong.
    """
    if len(data) > MAX_METADATA_BYTES:
        raise MalformedRequestError(
            f"metadata has {len(data):,} bytes, more than {MAX_METADATA_BYTES:,}.",
            hint="Send the fields of GET /docs only.",
        )
    try:
        return UploadMetadata.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "metadata"
        shown = ascii(where[:80])[1:-1]  # a key can be any text, a terminal's escape too
        raise MalformedRequestError(
            f"metadata: {shown}: {first['msg'][:200]}.",
            hint="It needs task, num_examples and base, as GET /tasks/{task}/start gave it.",
            field=shown,
        ) from None


def find_task(tasks: Mapping[TaskName, Task], name: TaskName) -> Task:
    """Find a task of this federation.

    Raises:
        UnknownTaskError: There is none of that name.
    """
    task = tasks.get(name)
    if task is None:
        raise UnknownTaskError(f"There is no task {name!r} here.", hint="See GET /tasks.", task=name)
    return task


def require_examples(task: Task, num_examples: int) -> None:
    """Hold a number of training rows against the task's bounds.

    Raises:
        ExamplesOutOfBoundsError: Fewer or more than the task takes.
    """
    if not task.minimum_examples <= num_examples <= task.maximum_examples:
        raise ExamplesOutOfBoundsError(
            f"num_examples is {num_examples}; {task.name} takes {task.minimum_examples} to {task.maximum_examples}.",
            hint="Train on more patients; with too few, a model says more of them than of the hospital.",
            num_examples=num_examples,
        )


def inspect(parcel: Parcel, metadata: UploadMetadata, expected: Expectations) -> Inspection:
    """Judge one upload by itself; every check runs, so that one refusal names all that is wrong."""
    task, inspection = expected.task, Inspection(metadata)
    model_sha256, scaler_sha256 = Digest.of(parcel.model), Digest.of(parcel.scaler)
    log_sha256 = Digest.of(parcel.log) if parcel.log is not None else None

    def digests_agree() -> None:
        claims = (metadata.model_sha256, metadata.scaler_sha256, metadata.log_sha256)
        for part, claimed, found in zip(
            ("model", "scaler", "log"), claims, (model_sha256, scaler_sha256, log_sha256), strict=True
        ):
            if claimed is not None and claimed != found:
                raise DigestMismatchError(
                    f"The {part} that arrived is not the one that the metadata digests.",
                    hint="Send it again.",
                    part=part,
                )

    def base_known() -> None:
        if metadata.base not in expected.bases:
            raise BaseUnknownError(
                "The model was trained from a start that this director does not know for this task.",
                hint=f"Fetch GET /tasks/{task.name}/start and train again.",
                base=metadata.base,
            )

    def scaler_agreed(scaler: ScalerState) -> None:
        canonical = Digest.of(write_scaler(scaler))
        if canonical not in expected.scalers and scaler.num_examples != metadata.num_examples:
            raise ScalerNotAgreedError(
                f"The scaler saw {scaler.num_examples} rows: it is none of the merged ones, and the hospital's own "
                f"would have seen num_examples = {metadata.num_examples}.",
                hint=f"Use the scaler of GET /tasks/{task.name}/start, or fit one to exactly the training rows.",
            )

    def scaler_possible(scaler: ScalerState) -> None:
        feature = task.impossible_moment(scaler.num_examples, scaler.mean, scaler.m2)
        if feature is not None:
            raise ScalerFileError(
                f"No {feature.unit} between {feature.minimum:g} and {feature.maximum:g} have the scaler's mean and "
                "variance.",
                hint=f"Fit it to the values of {feature.name} as GET /tasks/{task.name} says.",
                feature=feature.name,
            )

    inspection.run("digests", "as in the metadata", digests_agree, seen=model_sha256)
    inspection.run("base", "a start of this task", base_known, seen=metadata.base)
    inspection.run(
        "num_examples",
        f"{task.minimum_examples} to {task.maximum_examples}",
        lambda: require_examples(task, metadata.num_examples),
        seen=str(metadata.num_examples),
    )
    layout = f"{len(task.layout)} tensors of task {task.name}, finite"
    inspection.run("model", layout, lambda: read_model(parcel.model, task.layout), seen=f"{len(parcel.model)} bytes")
    features = len(task.features)
    file = inspection.run(
        "scaler",
        f"a StandardScaler of {features} features",
        lambda: read_scaler_file(parcel.scaler, features),
        seen=f"{len(parcel.scaler)} bytes",
    )
    if file is not None:
        scaler, wrote = file.state, file.sklearn_version or "unknown"
        inspection.note("scikit_learn", "any version", "The version that wrote the scaler, reported only.", seen=wrote)
        bounds = "the bounds of the task's features"
        inspection.run("scaler_possible", bounds, lambda: scaler_possible(scaler), seen=f"means {_few(scaler.mean)}")
        agreed = "a merged scaler, or the hospital's own"
        inspection.run("scaler_agreed", agreed, lambda: scaler_agreed(scaler), seen=f"{scaler.num_examples} rows")
    if (log := parcel.log) is not None:
        inspection.run("log", "one JSON object a line", lambda: check_training_log(log), seen=f"{len(log)} bytes")
    ignored = _unknown_keys(parcel.metadata)
    if ignored:
        inspection.note("metadata", "known keys", "Unknown keys were ignored.", seen=ignored)
    if inspection.failure is None:
        inspection.update = InspectedUpdate(task, metadata, parcel, model_sha256, scaler_sha256, log_sha256)
    return inspection


def _few(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.4g}" for value in values[:3]) + (", …" if len(values) > 3 else "")


def _unknown_keys(data: bytes) -> str:
    keys = [key for key in json.loads(data) if key not in UploadMetadata.model_fields]
    return ", ".join(key[:40] for key in keys[:5])
