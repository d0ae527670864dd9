"""Folders as ``python -m aggregation`` reads them: a model of which the last three numbers are its own, a scaler."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import write_scaler
from contract.network import State, bias_name
from contract.scaler import ScalerState, re_express_first_layer
from contract.tasks import DIAGNOSIS_COUNT

SCALER = ScalerState.from_moments(10, (3.0,), (40.0,))
OTHER_SCALER = ScalerState.from_moments(90, (8.0,), (4000.0,))
LAST = bias_name(2)
START = DIAGNOSIS_COUNT.initial_state()


def model_of(row) -> dict[str, np.ndarray]:
    """Give a model of which only the last three numbers are its own."""
    return {**START, LAST: np.array(row, np.float32)}


def behind_other(state: State, old: ScalerState = SCALER, new: ScalerState = OTHER_SCALER) -> dict[str, np.ndarray]:
    """Give the same function behind another scaler."""
    weight, bias = re_express_first_layer(state["layers.0.weight"], state["layers.0.bias"], old, new)
    return {**state, "layers.0.weight": weight.astype(np.float32), "layers.0.bias": bias.astype(np.float32)}


def write_folder(
    folder: Path,
    state: State,
    num_examples: int | None,
    scaler: ScalerState | None = SCALER,
    base: str | None = None,
) -> Path:
    """Write a hospital's folder; without a number of examples or a scaler, one of a start."""
    folder.mkdir(parents=True)
    (folder / "model.pt").write_bytes(write_model(state, DIAGNOSIS_COUNT.layout))
    if scaler is not None:
        (folder / "scaler.pkl").write_bytes(write_scaler(scaler))
    if num_examples is not None:
        claims: Mapping[str, object] = {"num_examples": num_examples} | ({} if base is None else {"base": base})
        (folder / "metadata.json").write_text(json.dumps(claims))
    return folder


def state_in(out: Path) -> Mapping[str, np.ndarray]:
    return read_model((out / "model.pt").read_bytes(), DIAGNOSIS_COUNT.layout)


def last_of(out: Path) -> np.ndarray:
    return state_in(out)[LAST]


def contents(folder: Path) -> dict[str, bytes]:
    """Give all that lies in a folder, hidden or not; empty where there is none."""
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}
