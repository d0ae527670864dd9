"""Updates of a few numbers, the set whose answers are known, and updates of a small network."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from hypothesis import reject

from aggregation.errors import NotSettledError
from aggregation.rules.combined import Combined
from aggregation.strategy import aggregate, strategy_named
from aggregation.updates import ModelUpdate, TensorsInMemory
from contract.artifacts.model_file import write_model
from contract.names import Digest
from contract.network import ArchitectureSpec, TensorSpec, initial_state, tensor_layout
from contract.scaler import ScalerState

SCALER = ScalerState.from_moments(10, (3.0,), (40.0,))
SPEC = ArchitectureSpec(1, (4, 3), 3)
LAYOUT = tensor_layout(SPEC)
NAME = "layers.1.bias"  # not of the first layer: re-expression leaves it alone

ROWS = (
    (1, 2, -1), (1.2, 1.8, -0.9), (0.8, 2.2, -1.1), (1.1, 1.9, -1.2),
    (0.9, 2.1, -0.8), (1.05, 2.05, -1.05), (50, -40, 30),
)  # fmt: skip
COUNTS = (100, 200, 150, 50, 300, 120, 1000)
BASE = (1, 2, -1)
ANSWERS = {
    ("fedavg", ()): (26.516146, -19.864062, 15.171354),
    ("coordinate_median", (("f", 1),)): (1.05, 2.0, -1.0),
    ("trimmed_mean", (("f", 1),)): (1.05, 1.97, -0.97),
    ("trimmed_mean", (("f", 2),)): (1.05, 1.983333, -0.983333),
    ("krum", (("f", 1),)): (1, 2, -1),
    ("multi_krum", (("f", 1),)): (1.008333, 2.008333, -1.008333),
    ("multi_krum", (("f", 1), ("m", 4))): (1.0125, 2.0125, -1.0125),
    ("geometric_median", ()): (1.014921, 1.999912, -1.002648),
    ("clip", ()): (1.031092, 1.986615, -0.991992),
}
KRUM_SCORES = (0.2175, 0.4975, 0.4775, 0.4075, 0.4475, 0.23, 20458.16)


def updates_of(
    rows: Sequence[Sequence[float]] | np.ndarray,
    counts: Sequence[int] | None = None,
    base: Sequence[float] | np.ndarray | None = None,
) -> list[ModelUpdate]:
    """Make an update of each row, of one tensor; digests in no order of the rows."""
    layout = (TensorSpec(NAME, (len(rows[0]),)),)
    start = None if base is None else TensorsInMemory({NAME: np.array(base, np.float32)})
    return [
        ModelUpdate(
            Digest.of(str(place).encode()),
            1 if counts is None else counts[place],
            SCALER,
            layout,
            TensorsInMemory({NAME: np.array(row, np.float32)}),
            start,
        )
        for place, row in enumerate(rows)
    ]


def combined(updates: Sequence[ModelUpdate], strategy: str, **parameters: float) -> Combined:
    return aggregate(updates, strategy_named(strategy, parameters), SCALER)


def answer(updates: Sequence[ModelUpdate], strategy: str, **parameters: float) -> np.ndarray:
    return np.asarray(combined(updates, strategy, **parameters).state[NAME], np.float64)


def drawn_update(seed: int, num_examples: int, layout=LAYOUT, spec=SPEC) -> ModelUpdate:
    """Draw an update of a small network, behind ``SCALER``."""
    state = initial_state(spec, seed)
    digest = Digest.of(write_model(state, layout))
    return ModelUpdate(digest, num_examples, SCALER, layout, TensorsInMemory(state))


@contextmanager
def where_it_settles() -> Iterator[None]:
    """Leave out a drawn set on which a rule refuses to answer, as it may: see ``NotSettledError``."""
    try:
        yield
    except NotSettledError:
        reject()
