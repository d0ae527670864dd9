"""What is judged of an upload by itself, when it arrives: bytes and expectations in, a verdict with its checks out.

Knows no disk, no network and no clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from contract.artifacts.model_file import read_model, require_lean
from contract.artifacts.scaler_file import ScalerFile, read_scaler_file, write_scaler
from contract.artifacts.training_log import TrainingLog, read_training_log
from contract.errors import ArtifactError, FederationError, ScalerFileError
from contract.messages.problems import Check
from contract.messages.uploads import UploadMetadata
from contract.metadata_file import as_written, read_metadata_file
from contract.metrics import METRICS, require_metrics
from contract.names import Digest
from contract.parts import PARTS, FileRole, Parcel
from contract.scaler import ScalerState
from contract.software import known_software
from contract.tasks import Task
from director.errors import BaseUnknownError, DigestMismatchError, MalformedRequestError, ScalerNotAgreedError

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Expectations:
    """What the director knows that an upload is held against.

    Args:
        task: The task that it names.
        is_base_known: Whether the start that it names was ever given out for the task as it is defined now.
        is_agreed: Tells of a scaler, by its digest, whether it was ever a start's.
    """

    task: Task
    is_base_known: bool
    is_agreed: Callable[[Digest], bool]


@dataclass(frozen=True)
class InspectedUpdate:
    """An upload that passed every check on arrival.

    Args:
        task: Its task.
        metadata: What it says of itself, as far as it is known.
        parcel: Its parts as they are kept: those that are text, as the director writes what it understood of them.
    """

    task: Task
    metadata: UploadMetadata
    parcel: Parcel

    @property
    def identity(self) -> Digest:
        """What makes it the same submission when it comes again."""
        digests = self.parcel.digests
        parts = (
            self.task.name, self.metadata.base, digests["model"], digests["scaler"], str(self.metadata.num_examples)
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

    def note_left_out(self, name: str, keys: Sequence[str]) -> None:
        """Name the first keys that nobody here knows, if there are any."""
        if keys:
            seen = ", ".join(_harmless(key[:40]) for key in keys[:5]) + (", …" if len(keys) > 5 else "")
            self.note(name, "known keys", "Unknown keys were left out.", seen)

    def note(self, name: str, bound: str, sentence: str, seen: str) -> None:
        """Write down what does not speak against the upload."""
        self.checks.append(Check(name=name, passed=True, seen=seen, bound=bound, sentence=sentence))


def read_metadata(data: bytes) -> UploadMetadata:
    """Read what an upload says of itself.

    Raises:
        MalformedRequestError: As ``read_metadata_file``.
    """
    try:
        return read_metadata_file(data)
    except ArtifactError as error:
        raise MalformedRequestError(error.sentence, hint=error.hint, **error.facts) from None


def write_metadata(metadata: UploadMetadata) -> bytes:
    """Write what was understood of an upload's metadata; an envoy of the same version writes the same bytes."""
    return metadata.model_dump_json(indent=2, exclude_unset=True).encode()


def inspect(parcel: Parcel, metadata: UploadMetadata, expected: Expectations) -> Inspection:
    """Judge one upload by itself; every check runs, so that one refusal names all that is wrong."""
    task, inspection = expected.task, Inspection(metadata)
    model, scaler, log = parcel["model"], parcel["scaler"], parcel.get("log")
    inspection.run(
        "digests", "as in the metadata", lambda: _require_digests(parcel, metadata), seen=parcel.digests["model"]
    )
    inspection.run("base", "a start of this task", lambda: _require_base(metadata, expected), seen=metadata.base)
    inspection.run(
        "num_examples",
        f"{task.minimum_examples} to {task.maximum_examples}",
        lambda: task.require_examples(metadata.num_examples),
        seen=str(metadata.num_examples),
    )
    inspection.run(
        "metrics",
        "known metrics within their ranges",
        lambda: require_metrics(metadata.metrics),
        seen=f"{len(metadata.metrics)} metrics",
    )
    layout = f"{len(task.layout)} tensors of task {task.name}, finite"
    inspection.run("model", layout, lambda: _require_model(model, task), seen=f"{len(model)} bytes")
    features = len(task.columns)
    file = inspection.run(
        "scaler",
        f"a StandardScaler of {features} features",
        lambda: read_scaler_file(scaler, features),
        seen=f"{len(scaler)} bytes",
    )
    if file is not None:
        _inspect_scaler(file, expected, inspection)
    understood = _inspect_log(log, inspection) if log is not None else None
    inspection.note_left_out("metadata", _unknown_keys(parcel["metadata"]))
    if inspection.failure is None:
        inspection.update = InspectedUpdate(task, metadata, _as_kept(parcel, metadata, understood, inspection))
    return inspection


def _inspect_log(log: bytes, inspection: Inspection) -> TrainingLog | None:
    bound = "one JSON object a line, known keys with what they can have"
    understood = inspection.run("log", bound, lambda: read_training_log(log), seen=f"{len(log)} bytes")
    if understood is not None:
        inspection.note_left_out("log_keys", understood.unknown)
    return understood


def _as_kept(parcel: Parcel, metadata: UploadMetadata, log: TrainingLog | None, inspection: Inspection) -> Parcel:
    """Write the texts anew, so that nothing is kept that nobody here has read; say what was sent and what is kept.

    The digests stand in checks: a receipt has no further fields, which an envoy of the version before would refuse.
    """
    texts: dict[FileRole, bytes] = {"metadata": write_metadata(metadata)}
    if log is not None:
        texts["log"] = log.written
    kept = Parcel({**parcel.parts, **texts})
    for role in texts:
        sent, is_same = parcel.digests[role], parcel.digests[role] == kept.digests[role]
        sentence = "Kept as it was sent." if is_same else "Kept as the director writes it: what it knows, nothing else."
        inspection.note(f"{role}_kept", kept.digests[role], sentence, seen=sent)
    return kept


def _inspect_scaler(file: ScalerFile, expected: Expectations, inspection: Inspection) -> None:
    """Judge what a readable scaler says."""
    task, scaler = expected.task, file.state
    wrote = file.sklearn_version or "unknown"
    inspection.note("scikit_learn", "any version", "The version that wrote the scaler, reported only.", seen=wrote)
    names = list(task.column_names)
    inspection.run(
        "scaler_features",
        "the task's features in their order, where it names any",
        lambda: file.require_features(names),
        seen="no names" if file.feature_names is None else f"{len(file.feature_names)} names",
    )
    bounds = "the bounds of the task's features"
    inspection.run(
        "scaler_possible", bounds, lambda: _require_possible(scaler, task), seen=f"means {_few(scaler.mean)}"
    )
    inspection.run(
        "scaler_agreed",
        "a merged scaler, or the hospital's own",
        lambda: _require_agreed(scaler, inspection.metadata, expected),
        seen=f"{scaler.num_examples} rows",
    )


def _require_digests(parcel: Parcel, metadata: UploadMetadata) -> None:
    for part in PARTS:
        claimed, found = getattr(metadata, f"{part.role}_sha256", None), parcel.digests.get(part.role)
        if claimed is None or claimed == found:
            continue
        if found is None:
            raise DigestMismatchError(
                f"No {part.role} arrived, though the metadata names one by its digest.",
                hint=f"Send {part.file_name} along, or metadata without {part.role}_sha256.",
                part=part.role,
            )
        if not parcel[part.role]:
            raise DigestMismatchError(
                f"Of the {part.role} nothing arrived but its name.",
                hint=f"{part.file_name} is empty: look at it where it was packed, and send it again.",
                part=part.role,
            )
        raise DigestMismatchError(
            f"The {part.role} that arrived is not the one that the metadata digests.",
            hint="Send it again.",
            part=part.role,
        )


def _require_model(model: bytes, task: Task) -> None:
    read_model(model, task.layout)
    require_lean(len(model), task.layout)


def _require_base(metadata: UploadMetadata, expected: Expectations) -> None:
    if not expected.is_base_known:
        raise BaseUnknownError(
            "The model was trained from a start that this director does not know for this task.",
            hint=f"Fetch the task's start anew (GET /tasks/{expected.task.name}/start) and train again.",
            base=metadata.base,
        )


def _require_agreed(scaler: ScalerState, metadata: UploadMetadata, expected: Expectations) -> None:
    canonical = Digest.of(write_scaler(scaler))
    if scaler.num_examples != metadata.num_examples and not expected.is_agreed(canonical):
        raise ScalerNotAgreedError(
            f"The scaler saw {scaler.num_examples} rows: it is none of the merged ones, and the hospital's own "
            f"would have seen num_examples = {metadata.num_examples}.",
            hint=f"Use the scaler of the task's start (GET /tasks/{expected.task.name}/start), or fit one to exactly "
            "the training rows.",
        )


def _require_possible(scaler: ScalerState, task: Task) -> None:
    feature = task.impossible_moment(scaler.num_examples, scaler.mean, scaler.m2)
    if feature is not None:
        raise ScalerFileError(
            f"No {feature.unit} between {feature.minimum:g} and {feature.maximum:g} have the scaler's mean and "
            "variance.",
            hint=f"Fit it to the values of {feature.name} as the task has them (GET /tasks/{task.name}).",
            feature=feature.name,
        )


def _few(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.4g}" for value in values[:3]) + (", …" if len(values) > 3 else "")


def _unknown_keys(data: bytes) -> list[str]:
    """Name what ``UploadMetadata`` leaves out; what stands within a key, behind it and a dot."""
    found = as_written(data)
    software, metrics = (_object(found.get(key)) for key in ("software", "metrics"))
    versions = known_software(software)
    return [
        *(key for key in found if key not in UploadMetadata.model_fields),
        *(f"metrics.{name}" for name in metrics if name not in METRICS),
        *(f"software.{name}" for name in software if name not in versions),
    ]


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _harmless(text: str) -> str:
    """Show what a sender may have chosen at will, a terminal's escape too."""
    return ascii(text)[1:-1]
