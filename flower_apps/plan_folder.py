"""The plan of a run, as ``fl-director run plan`` wrote it: read, and held to its own digests."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from aggregation.screening import Bounds
from aggregation.strategy import Strategy, strategy_named
from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import read_scaler_file
from contract.messages.engine_plans import PLAN_FILE, EnginePlan, PlannedHospital
from contract.names import Digest, EnvoyName
from contract.network import State
from contract.parts import GLOBAL_FILES
from contract.plain_files import read_bounded
from contract.scaler import ScalerState
from contract.tasks import Task
from flower_apps.errors import PlanError

_MOST_BYTES = 256 << 20
_AGAIN = "Write it anew where the director runs: fl-director run plan FOLDER"


@dataclass(frozen=True)
class Plan:
    """A run as it was planned.

    Args:
        described: As the director wrote it.
        sha256: Of its file.
        task: What is learned.
        strategy: How a round is combined.
        bounds: The gate's.
        start: What the first round is trained from.
        scaler: What all stand behind.
        scaler_file: The same as ``scaler.pkl``.
    """

    described: EnginePlan
    sha256: Digest
    task: Task
    strategy: Strategy
    bounds: Bounds
    start: State
    scaler: ScalerState
    scaler_file: bytes

    @property
    def hospitals(self) -> dict[EnvoyName, PlannedHospital]:
        """Those that are asked, by name."""
        return {each.envoy_name: each for each in self.described.hospitals}

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read a plan's folder.

        Raises:
            PlanError: It is none, a file is not the one that it names, or its rules are not known here.
            ArtifactError: A file is not what the strict readers take.
            UnknownStrategyError: The strategy is not known here.
        """
        said, model, scaler_file = (
            _file(folder, name) for name in (PLAN_FILE, GLOBAL_FILES["model"], GLOBAL_FILES["scaler"])
        )
        try:
            described = EnginePlan.model_validate_json(said)
            bounds = Bounds(**described.bounds)
        except (ValidationError, TypeError):
            raise PlanError(f"{folder / PLAN_FILE} is no plan of this version's.", hint=_AGAIN) from None
        start, task = described.start, described.task.to_task()
        for name, data, sha256 in (
            (GLOBAL_FILES["model"], model, start.model_sha256),
            (GLOBAL_FILES["scaler"], scaler_file, start.scaler_sha256),
        ):
            if Digest.of(data) != sha256:
                raise PlanError(f"{folder / name} is not the file that {PLAN_FILE} names.", hint=_AGAIN)
        if task.digest != described.task.digest or task.base(start.model_sha256, start.scaler_sha256) != start.base:
            raise PlanError(f"{folder / PLAN_FILE} does not fit together.", hint=_AGAIN)
        return cls(
            described,
            Digest.of(said),
            task,
            strategy_named(described.strategy, described.parameters),
            bounds,
            read_model(model, task.layout),
            read_scaler_file(scaler_file, len(task.columns)).state,
            scaler_file,
        )


def _file(folder: Path, name: str) -> bytes:
    try:
        return read_bounded(folder / name, _MOST_BYTES)
    except OSError as error:
        raise PlanError(f"{folder / name}: {error.strerror}.", hint=_AGAIN) from None
