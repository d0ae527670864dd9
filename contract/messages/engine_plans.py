"""What a run under another engine begins from, as the director hands it over, and what its model says of it at home."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contract.messages.base import Count, Message, OneLine
from contract.messages.tasks import Start, TaskDescription
from contract.names import EnvoyName

PLAN_FILE = "plan.json"
"""In a plan's folder, beside the start's ``model.pt`` and ``scaler.pkl``."""

Rounds = Annotated[int, Field(ge=1, le=10_000)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]


class PlannedHospital(Message):
    """A hospital that the director knows, and what bounds the examples that it counts for."""

    envoy_name: EnvoyName
    reported: Count | None = Field(default=None, description="What its newest statistics say; null: it sent none.")
    expected: Count | None = Field(default=None, description="What the admin expects at most; null: nothing was said.")


class EnginePlan(Message):
    """A run that another engine carries out for the director: the task, the start, the rule, the hospitals.

    The start lies beside it in two files; their digests are the start's. Who carries the plan out counts and screens as
    the director would: by ``reported`` and ``expected``, and within ``bounds``.
    """

    task: TaskDescription
    start: Start
    rounds: Rounds
    strategy: OneLine
    parameters: dict[OneLine, float] = {}
    seed: Seed = 0
    quorum: Annotated[int, Field(ge=1, le=1000)] = Field(description="With so many hospitals a round counts.")
    hospitals: Annotated[tuple[PlannedHospital, ...], Field(min_length=1, max_length=1000)]
    bounds: dict[OneLine, float] = Field(description="The gate's, by their names: aggregation.screening.Bounds.")


class EngineRun(BaseModel):
    """Which engine made a model, and in which run: stands on the model's card and in its lineage."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    engine: Annotated[OneLine, Field(min_length=1, max_length=40)]
    id: Annotated[OneLine, Field(min_length=1, max_length=80)] = Field(description="The run's, as the engine names it.")
    rounds: Rounds
    seed: Seed = 0

    @property
    def length(self) -> str:
        """How many rounds it took, in words."""
        return "1 round" if self.rounds == 1 else f"{self.rounds} rounds"
