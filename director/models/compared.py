"""Two global versions beside each other as a message: values in, a value out. It knows no row, no file and no clock.

It is given each version as the caller may see it, so it can tell nobody more than that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aggregation.distance import ModelDistance
from contract.messages.comparisons import (
    MOST_TENSORS,
    ComparedVersion,
    HospitalComparison,
    Pair,
    Part,
    TensorDistance,
    VersionComparison,
    WeightDistance,
)
from contract.messages.global_models import GlobalModel, HeldOut, ModelInput
from contract.metrics import scores_in, summarise
from contract.names import Digest, EnvoyName
from director.models.line import SHARED_START

_OF_TWO_KINDS = (
    "were made for different definitions of the task, as when its cut points moved: what hospitals reported, the "
    "validation table's results and where they come from can't be compared."
)


@dataclass(frozen=True)
class Side:
    """One of the two.

    Args:
        model: The version as the caller may see it.
        definition: Digest of the task's definition that it was made for.
        line: It, its parent and so on, ending with the shared start.
        table: The validation table that held when it was made; None: there was none.
    """

    model: GlobalModel
    definition: Digest
    line: Sequence[int]
    table: Digest | None

    @property
    def number(self) -> int:
        """Its version's number."""
        return self.line[0]


def compare(a: Side, b: Side, weights: ModelDistance | str) -> VersionComparison:
    """Put two versions of one task beside each other.

    Args:
        a: The first.
        b: The other.
        weights: How far they are from each other, b behind a's scaler; or a sentence that says why nobody can tell.
    """
    one_definition = a.definition == b.definition
    one_table = one_definition and a.table == b.table
    common = next(version for version in a.line if version in b.line) if one_definition else None
    means, worst = summarise(a.model.metrics.values()), summarise(b.model.metrics.values())
    return VersionComparison(
        task=a.model.task,
        a=_in_short(a),
        b=_in_short(b),
        ancestor=_ancestor(a, b, common),
        common_ancestor=common,
        hospitals=[_hospital(name, a.model, b.model, one_definition) for name in _hospitals(a.model, b.model)],
        mean=_pairs(means.mean, worst.mean, one_definition),
        worst=_pairs(means.worst, worst.worst, one_definition),
        held_out=_pairs(_on_the_table(a.model.held_out), _on_the_table(b.model.held_out), one_table),
        weights=None if isinstance(weights, str) else _weights(weights),
        not_comparable=list(_not_comparable(a, b, weights, one_definition=one_definition, one_table=one_table)),
    )


def _in_short(side: Side) -> ComparedVersion:
    model = side.model
    return ComparedVersion(
        version=side.number,
        measured=len(model.metrics),
        **{name: getattr(model, name) for name in ComparedVersion.model_fields if name not in ("version", "measured")},
    )


def _ancestor(a: Side, b: Side, common: int | None) -> Literal["a", "b"] | None:
    if a.number == b.number or common not in (a.number, b.number):
        return None
    return "a" if common == a.number else "b"


def _hospitals(a: GlobalModel, b: GlobalModel) -> list[EnvoyName]:
    return sorted({each.envoy_name for model in (a, b) for _, each in _parts(model)}, key=lambda name: name.folded)


def _parts(model: GlobalModel) -> Iterator[tuple[Part, ModelInput]]:
    yield from (("moves", each) for each in model.inputs)
    yield from (("stands_still", each) for each in model.standing)
    yield from (("quarantined", each) for each in model.quarantined)


def _hospital(name: EnvoyName, a: GlobalModel, b: GlobalModel, is_alike: bool) -> HospitalComparison:
    parts = [{each.envoy_name: (part, each.model_sha256) for part, each in _parts(model)} for model in (a, b)]
    (in_a, model_a), (in_b, model_b) = (found.get(name, (None, None)) for found in parts)
    scores_a, scores_b = (scores_in(model.metrics.get(name, {})) for model in (a, b))
    return HospitalComparison(
        envoy_name=name,
        part_in_a=in_a,
        part_in_b=in_b,
        same_update=model_a is not None and model_a == model_b,
        scores=_pairs(scores_a, scores_b, is_alike),
    )


def _on_the_table(found: HeldOut | None) -> Mapping[str, float]:
    return found.model_dump() if found is not None else {}


def _pairs(a: Mapping[str, float], b: Mapping[str, float], is_alike: bool) -> dict[str, Pair]:
    return {name: _pair(a.get(name), b.get(name), is_alike) for name in [*a, *(each for each in b if each not in a)]}


def _pair(a: float | None, b: float | None, is_alike: bool) -> Pair:
    return Pair(a=a, b=b, difference=b - a if is_alike and a is not None and b is not None else None)


def _weights(found: ModelDistance) -> WeightDistance:
    whole = found.whole
    return WeightDistance(
        norm_a=whole.norm,
        norm_b=whole.other_norm,
        distance=whole.distance,
        relative=whole.relative,
        cosine=whole.cosine,
        tensors=[
            TensorDistance(tensor=name, distance=each.distance, relative=each.relative, cosine=each.cosine)
            for name, each in list(found.tensors.items())[:MOST_TENSORS]
        ],
    )


def _not_comparable(
    a: Side, b: Side, weights: ModelDistance | str, *, one_definition: bool, one_table: bool
) -> Iterator[str]:
    both = f"Global models {a.number} and {b.number}"
    if not one_definition:
        yield f"{both} {_OF_TWO_KINDS}"
    elif not one_table and a.model.held_out is not None and b.model.held_out is not None:
        yield f"{both} were held against different validation tables."
    if isinstance(weights, str):
        yield weights


def line_from(version: int, parents: Mapping[int, int | None]) -> list[int]:
    """Give a version, its parent and so on, ending with the shared start.

    Args:
        version: Where it begins.
        parents: Version → the one that it moved on from, which was made for the same definition of the task.
    """
    line = [version]
    while (parent := parents.get(line[-1])) is not None:
        line.append(parent)
    return [*line, SHARED_START]
