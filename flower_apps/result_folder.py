"""What a run has come to, in a folder: enough to go on behind its last whole round, and at the end what goes home."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from contract.artifacts.model_file import read_model, write_model
from contract.messages.engine_plans import EngineRun
from contract.messages.global_models import Card, CardInput
from contract.messages.problems import Check
from contract.names import Digest, EnvoyName
from contract.network import State
from contract.parts import GLOBAL_FILES
from envoy.kept_files import write_whole
from flower_apps.closing import Closed, Part
from flower_apps.errors import PlanError
from flower_apps.plan_folder import Plan

PROGRESS_FILE = "rounds.json"
_MODEL = GLOBAL_FILES["model"]


class PartRecord(BaseModel):
    """One hospital's part in a round, as it is kept; see ``closing.Part``."""

    model_config = ConfigDict(frozen=True)

    envoy_name: EnvoyName
    model_sha256: Digest
    num_examples: int
    counted_examples: int
    bound: str
    weight: float | None
    checks: tuple[Check, ...]


class RoundRecord(BaseModel):
    """One whole round: the run in which it was, when it ended (UTC), who had which part."""

    model_config = ConfigDict(frozen=True)

    number: int
    run: str
    ended_at: datetime
    model_sha256: Digest
    inputs: tuple[PartRecord, ...]
    quarantined: tuple[PartRecord, ...]
    refused: Mapping[EnvoyName, str]


class Progress(BaseModel):
    """All of it: whose plan, and every round."""

    model_config = ConfigDict(frozen=True)

    plan: Digest
    rounds: tuple[RoundRecord, ...] = ()


@dataclass(frozen=True)
class ResultFolder:
    """The folder; one program writes it at a time."""

    folder: Path

    def progress(self, plan: Plan) -> Progress:
        """Say how far it is.

        Raises:
            PlanError: It was begun with another plan, or is none of ours.
        """
        try:
            found = Progress.model_validate_json((self.folder / PROGRESS_FILE).read_bytes())
        except FileNotFoundError:
            return Progress(plan=plan.sha256)
        except ValidationError:
            raise PlanError(f"{self.folder / PROGRESS_FILE} can't be read.", hint="Name a new folder: --out") from None
        if found.plan != plan.sha256:
            raise PlanError(f"{self.folder} was begun with another plan.", hint="Name a new folder: --out")
        return found

    def resumed(self, plan: Plan, progress: Progress) -> tuple[State, Mapping[str, State]]:
        """Give what the next round is trained from, and what the strategy remembers; raises as ``read_model``."""
        if not progress.rounds:
            return plan.start, {}
        last = self._of(progress.rounds[-1].number)
        states = {path.stem: read_model(path.read_bytes(), plan.task.layout) for path in sorted(last.glob("*.pt"))}
        return states.pop(Path(_MODEL).stem), states

    def keep(self, plan: Plan, progress: Progress, run: str, closed: Closed, now: datetime) -> Progress:
        """Keep a whole round; it outlasts a power cut from when this returns."""
        number, layout = len(progress.rounds) + 1, plan.task.layout
        model = write_model(closed.state, layout)
        place = self._of(number)
        if place.exists():
            shutil.rmtree(place)  # of a cut: no record names it
        write_whole(place / _MODEL, model)
        for name, state in closed.memory.items():
            write_whole(place / f"{name}.pt", write_model(state, layout))
        record = RoundRecord(
            number=number,
            run=run,
            ended_at=now,
            model_sha256=Digest.of(model),
            inputs=_records(closed.counted),
            quarantined=_records(closed.quarantined),
            refused=closed.refused,
        )
        kept = progress.model_copy(update={"rounds": (*progress.rounds, record)})
        write_whole(self.folder / PROGRESS_FILE, kept.model_dump_json(indent=2).encode() + b"\n")
        if number > 1:
            shutil.rmtree(self._of(number - 1), ignore_errors=True)
        return kept

    def finish(self, plan: Plan, progress: Progress) -> Card:
        """Write what ``fl-director model import`` takes: the last round's model, the scaler, the card."""
        last = progress.rounds[-1]
        model = (self._of(last.number) / _MODEL).read_bytes()
        card = Card(
            task=plan.task.name,
            strategy=plan.strategy.name,
            parameters=dict(plan.strategy.parameters),
            count_ratio=plan.bounds.count_ratio,
            sha256=Digest.of(model),
            scaler_sha256=Digest.of(plan.scaler_file),
            num_examples=sum(each.counted_examples for each in last.inputs),
            inputs=[
                CardInput(
                    envoy_name=each.envoy_name,
                    model_sha256=each.model_sha256,
                    scaler_sha256=Digest.of(plan.scaler_file),
                    num_examples=each.counted_examples,
                    weight=each.weight,
                    base=plan.described.start.base,
                )
                for each in last.inputs
            ],
            notice=plan.task.notice,
            run=EngineRun(engine="Flower", id=last.run, rounds=last.number, seed=plan.described.seed),
        )
        write_whole(self.folder / _MODEL, model)
        write_whole(self.folder / GLOBAL_FILES["scaler"], plan.scaler_file)
        write_whole(self.folder / GLOBAL_FILES["card"], card.model_dump_json(indent=2).encode() + b"\n")
        return card

    def _of(self, number: int) -> Path:
        return self.folder / f"round-{number:04d}"


def _records(parts: Sequence[Part]) -> tuple[PartRecord, ...]:
    return tuple(
        PartRecord(
            envoy_name=each.envoy,
            model_sha256=each.model_sha256,
            num_examples=each.num_examples,
            counted_examples=each.counted,
            bound=each.bound,
            weight=each.weight,
            checks=each.checks,
        )
        for each in parts
    )
