"""What a strategy goes on from: kept as further files of the version that it gave, each in the layout of the model."""

from collections.abc import Mapping
from dataclasses import dataclass

from aggregation.errors import UnknownStrategyError
from aggregation.strategy import Strategy, strategy_named
from aggregation.updates import Tensors
from contract.parts import GlobalFileRole
from contract.scaler import ScalerState
from director.errors import DamagedArtifactError
from director.records.schema import GlobalModelRow
from director.tasks.artifacts import Artifacts

_NOT_REMEMBERED = ("model", "scaler", "card")


@dataclass(frozen=True)
class Memory:
    """What the strategy of the current version remembered.

    Args:
        strategy: That strategy; None: there is nothing to go on from.
        scaler: What all that is remembered stands behind.
        states: What is remembered, by name.
        why_not: Why there is nothing, where whoever decides should know.
    """

    strategy: Strategy | None = None
    scaler: ScalerState | None = None
    states: Mapping[str, Tensors] | None = None
    why_not: str = "Nothing was remembered by the version before."

    def going_on(self, strategy: Strategy, scaler: ScalerState) -> tuple[Mapping[str, Tensors] | None, list[str]]:
        """Give what a strategy goes on from, or None where it begins anew; and what whoever decides should know."""
        if not strategy.memory:
            return None, []
        before, why_not = self.strategy, self.why_not
        if before is not None and (before.name, before.parameters) != (strategy.name, strategy.parameters):
            why_not = "The version before was made by another strategy, or with other parameters."
        elif before is not None and self.scaler != scaler:
            why_not = "The version before stands behind another scaler."
        elif before is not None:
            return self.states, []
        return None, [f"Strategy {strategy.name} begins anew. {why_not}"]


def remembered_as(name: str) -> GlobalFileRole:
    """Give the role of the file that keeps what is remembered under a name."""
    match name:
        case "momentum" | "variance":
            return name
    raise ValueError(f"no file of a version is for {name!r}: see contract.parts")


def memory_of(artifacts: Artifacts, version: GlobalModelRow | None) -> Memory:
    """Open what the strategy of a version remembered."""
    digests = version.digests if version is not None else {}
    remembered = {role: digest for role, digest in digests.items() if role not in _NOT_REMEMBERED}
    if version is None or not remembered:
        return Memory()
    try:
        strategy = strategy_named(version.strategy, version.parameters)
        states = {role: artifacts.tensors(digest) for role, digest in remembered.items()}
        return Memory(strategy, artifacts.scaler(version.digest_of("scaler")), states)
    except UnknownStrategyError:
        return Memory(why_not="The version before was made by a strategy that is not known here.")
    except DamagedArtifactError:  # a version can be made without; it would be stuck for good else
        return Memory(why_not="What the version before remembered is damaged: fl-director fsck.")
