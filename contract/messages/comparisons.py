"""Two global versions beside each other: a is the one that was named first, b the other."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from contract.messages.base import Message
from contract.names import AliasName, Digest, EnvoyName, TaskName

MOST_TENSORS = 32
"""Of so many tensors the distance is told, the farthest first."""

Part = Literal["moves", "stands_still", "quarantined"]
"""What a hospital is in a version: its update went in, its share was kept, or it was left out."""


class Pair(Message):
    """One number of both versions; null: it has none."""

    a: float | None
    b: float | None
    difference: float | None = Field(
        description="b - a; null where one is missing, or where they were not measured alike."
    )


class ComparedVersion(Message):
    """One of the two versions, in short."""

    version: int
    sha256: Digest
    scaler_sha256: Digest
    created_at: datetime
    published: bool
    stale: bool = Field(default=False, description="Whether it was made for another definition of the task.")
    aliases: list[AliasName]
    strategy: str
    parameters: dict[str, float]
    scaler: str
    num_examples: int
    parent: int | None = Field(description="The version that it moved on from; null: the shared start.")
    measured: int = Field(description="How many hospitals' updates went in: those that `mean` and `worst` are over.")


class HospitalComparison(Message):
    """One hospital in both versions."""

    envoy_name: EnvoyName
    part_in_a: Part | None = Field(description="Null: it is not in it.")
    part_in_b: Part | None = Field(description="Null: it is not in it.")
    same_update: bool = Field(description="Whether the very same model file of it is in both.")
    scores: dict[str, Pair] = Field(
        description="What it reported with its updates, measured on its own held-out patients."
    )


class TensorDistance(Message):
    """How far one tensor of b is from that of a."""

    tensor: str
    distance: float
    relative: float | None = Field(description="To the norm of a's; null: that is zero.")
    cosine: float | None = Field(description="Null: one of them is zero.")


class WeightDistance(Message):
    """How far b's weights are from a's: b re-expressed behind a's scaler, Euclidean, over all tensors."""

    norm_a: float
    norm_b: float = Field(description="Behind a's scaler.")
    distance: float
    relative: float | None = Field(description="`distance` to `norm_a`; null: that is zero.")
    cosine: float | None = Field(description="Of the angle between them; null: one of them is zero.")
    tensors: list[TensorDistance] = Field(description=f"The farthest first, at most {MOST_TENSORS}.")


class VersionComparison(Message):
    """Two global versions of a task beside each other, as far as whoever asks may know them."""

    task: TaskName
    a: ComparedVersion
    b: ComparedVersion
    ancestor: Literal["a", "b"] | None = Field(description="Which of them the other one comes from; null: neither.")
    common_ancestor: int | None = Field(
        description="The newest version that both come from, or that one of them is; 0: the shared start; null: they "
        "were made for different definitions of the task."
    )
    hospitals: list[HospitalComparison]
    mean: dict[str, Pair] = Field(description="Each score's mean over the hospitals: each counts alike.")
    worst: dict[str, Pair] = Field(description="The least of each score over the hospitals; of a cost the largest.")
    held_out: dict[str, Pair] = Field(description="The versions on the validation table; empty: neither has met one.")
    weights: WeightDistance | None = Field(description="Null: `not_comparable` says why.")
    not_comparable: list[str] = Field(description="What can't be compared and why, in sentences.")
