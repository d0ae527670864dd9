"""Where the attack on the artifacts begins: real files, and the corpus of hostile ones."""

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.network import initial_state
from contract.scaler import ScalerState
from fuzz import ROOT
from fuzz.hostile import (
    archive_cases,
    compression_cases,
    joblib_cases,
    model_cases,
    models,
    scaler_cases,
    scalers,
    state_dict_cases,
)


def real_models() -> Iterator[bytes]:
    """Give models as torch and our own writer write them."""
    state = models.network_state()
    parts = models.parts_of(models.saved(state))
    yield models.saved(state)
    yield models.saved(OrderedDict(state))
    yield models.saved({name: value.t().contiguous().t() for name, value in state.items()})
    yield models.zipped(parts, with_zip64=False)
    yield models.zipped([part for part in parts if not part.name.partition("/")[2].startswith(".")])
    yield models.saved(_network().state_dict())
    yield write_model(initial_state(models.SPEC, seed=1), models.LAYOUT)


def _network() -> torch.nn.Module:
    """A real network, whose state_dict carries ``_metadata``."""
    layers = [torch.nn.Linear(inputs, outputs) for inputs, outputs in models.SPEC.layer_sizes]
    return torch.nn.ModuleDict({"layers": torch.nn.ModuleList(layers)})


def real_scalers() -> Iterator[bytes]:
    """Give scalers as joblib of several years and our own writer write them."""
    yield scalers.dumped(scalers.fitted())
    yield scalers.dumped(scalers.fitted(), protocol=5)
    yield from (scalers.dumped(scalers.fitted().set_output(transform=form)) for form in ("pandas", "polars"))
    yield from (scalers.dumped(scalers.fitted(), compress=(kind, 3)) for kind in scalers.COMPRESSIONS)
    yield scalers.scaler_file()
    yield scalers.scaler_file(feature_names_in_=scalers.names_array(scalers.names_pickle()))
    yield write_scaler(ScalerState.fitted(np.eye(scalers.FEATURES)))
    yield from (
        path.read_bytes() for path in sorted((ROOT / "tests" / "contract" / "artifacts" / "recorded").glob("*.pkl"))
    )


def hostile_models(canary: Path) -> Iterator[bytes]:
    """Give the hostile models that the tests read too."""
    for table in (archive_cases, state_dict_cases, model_cases):
        yield from (case.build(canary) for case in table.CASES)


def hostile_scalers(canary: Path) -> Iterator[bytes]:
    """Give the hostile scalers that the tests read too."""
    for table in (joblib_cases, scaler_cases, compression_cases):
        yield from (case.build(canary) for case in table.CASES)
