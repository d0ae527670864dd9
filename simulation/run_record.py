"""What was run, as it stands in ``history.json``: enough to run it again, and to see whether it gave the same."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field, ValidationError

from contract.messages.base import Message
from contract.messages.tasks import TaskDescription
from contract.names import Digest, EnvoyName, TaskName
from simulation.engines import OWN, EngineName
from simulation.errors import SavedRunError

ALONE, POOLED = "alone", "pooled"
"""What stands in a strategy's place where nothing is combined: each hospital by itself, all patients in one place."""


class HospitalRecord(Message):
    """A hospital that took part: patients to train on and held out."""

    name: EnvoyName
    num_examples: Annotated[int, Field(ge=1)]
    held_out: Annotated[int, Field(ge=0)]


class RunRecord(Message):
    """What was run, and the digests of what it gave.

    Args:
        task: Its name.
        strategy: Its name, or ``alone`` or ``pooled``.
        parameters: The strategy's: those given, and the defaults of the others.
        rounds: How many.
        seed: Drew or split the patients, and ordered the training.
        hospitals: Who took part.
        sha256: Of ``model.pt`` after the last round; null where the hospitals have no common model.
        scaler_sha256: Of ``scaler.pkl``, likewise.
        seconds: How long it took, with the measuring.
        software: Name → version of what trained.
        engine: Where hospitals trained; the version before knew one alone and named none.
        definition: The task itself.
    """

    task: TaskName
    strategy: Annotated[str, Field(pattern=r"^[a-z0-9_+]{1,100}$")]
    parameters: dict[str, float]
    rounds: Annotated[int, Field(ge=1)]
    seed: Annotated[int, Field(ge=0)]
    hospitals: Annotated[tuple[HospitalRecord, ...], Field(min_length=1)]
    sha256: Digest | None
    scaler_sha256: Digest | None
    seconds: Annotated[float, Field(ge=0)]
    software: dict[str, str]
    engine: Annotated[EngineName, Field(default=OWN, exclude_if=lambda found: found == OWN)]
    definition: TaskDescription

    @property
    def num_examples(self) -> int:
        """Training rows of all hospitals."""
        return sum(each.num_examples for each in self.hospitals)

    @property
    def shown_parameters(self) -> str:
        """The parameters as beside a command: ``momentum=0.9, server_rate=1``."""
        return ", ".join(f"{name}={value:g}" for name, value in self.parameters.items())

    def as_file(self) -> bytes:
        """Write ``history.json``."""
        return self.model_dump_json(indent=2).encode() + b"\n"

    @classmethod
    def from_file(cls, data: bytes) -> "RunRecord":
        """Read ``history.json``.

        Raises:
            SavedRunError: It is none.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the whole"
            raise SavedRunError(
                f"history.json is not what a saved run has there: {where[:100]}.",
                hint="Name a folder that History.save or fl-simulate run --out has written.",
            ) from None


def told_apart(records: Sequence[RunRecord]) -> list[str]:
    """Name runs by what they differ in: strategy, then those parameters that differ, seed, engine, then a number."""
    differing = [_differing(record, records) for record in records]
    nothing: Mapping[str, float | str] = {}
    for facts in (
        [nothing] * len(records),
        differing,
        [{**each, "seed": record.seed} for each, record in zip(differing, records, strict=True)],
        [{**each, "engine": record.engine} for each, record in zip(differing, records, strict=True)],
    ):
        labels = [_with(record.strategy, each) for record, each in zip(records, facts, strict=True)]
        if len(set(labels)) == len(labels):
            return labels
    return [f"{record.strategy}, run {place}" for place, record in enumerate(records, start=1)]


def _differing(record: RunRecord, records: Sequence[RunRecord]) -> Mapping[str, float | str]:
    others = [each.parameters for each in records if each.strategy == record.strategy]
    return {name: value for name, value in record.parameters.items() if any(each.get(name) != value for each in others)}


def _with(strategy: str, facts: Mapping[str, float | str]) -> str:
    shown = (f"{name}={value if isinstance(value, str) else f'{value:g}'}" for name, value in facts.items())
    return ", ".join([strategy, *shown])
