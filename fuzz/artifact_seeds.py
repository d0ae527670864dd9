"""Where the attack on the artifacts begins: real files, and the corpus of hostile ones."""

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import hostile_artifacts as hostile
import numpy as np
import test_artifact_hostile_archives
import test_artifact_hostile_models
import test_artifact_hostile_scalers
import torch

from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.network import initial_state
from contract.scaler import ScalerState
from fuzz import ROOT


def real_models() -> Iterator[bytes]:
    """Give models as torch and our own writer write them."""
    state = hostile.network_state()
    parts = hostile.parts_of(hostile.saved(state))
    yield hostile.saved(state)
    yield hostile.saved(OrderedDict(state))
    yield hostile.saved({name: value.t().contiguous().t() for name, value in state.items()})
    yield hostile.zipped(parts, with_zip64=False)
    yield hostile.zipped([part for part in parts if not part.name.partition("/")[2].startswith(".")])
    yield hostile.saved(_network().state_dict())
    yield write_model(initial_state(hostile.SPEC, seed=1), hostile.LAYOUT)


def _network() -> torch.nn.Module:
    """A real network, whose state_dict carries ``_metadata``."""
    layers = [torch.nn.Linear(inputs, outputs) for inputs, outputs in hostile.SPEC.layer_sizes]
    return torch.nn.ModuleDict({"layers": torch.nn.ModuleList(layers)})


def real_scalers() -> Iterator[bytes]:
    """Give scalers as joblib of several years and our own writer write them."""
    yield hostile.dumped(hostile.fitted())
    yield hostile.dumped(hostile.fitted(), protocol=5)
    yield from (hostile.dumped(hostile.fitted(), compress=(kind, 3)) for kind in hostile.COMPRESSIONS)
    yield hostile.scaler_file()
    yield hostile.scaler_file(feature_names_in_=hostile.names_array(hostile.names_pickle()))
    yield write_scaler(ScalerState.fitted(np.eye(hostile.FEATURES)))
    yield from (path.read_bytes() for path in sorted((ROOT / "tests" / "contract" / "recorded").glob("*.pkl")))


def hostile_models(canary: Path) -> Iterator[bytes]:
    """Give the hostile models of the tests."""
    for table in (test_artifact_hostile_archives, test_artifact_hostile_models):
        yield from (case.build(canary) for case in table.CASES)


def hostile_scalers(canary: Path) -> Iterator[bytes]:
    """Give the hostile scalers of the tests."""
    yield from (case.build(canary) for case in test_artifact_hostile_scalers.CASES)
