"""The models that this hospital trained last."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.parts import Parcel
from envoy.errors import PolicyError
from envoy.kept_models import KeptModels
from tests.envoy.own_table.heart import HEART

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FOLDER = Path("models") / "heart"


def parcel(seed: int) -> Parcel:
    made = np.random.default_rng(seed)
    state = {each.name: made.normal(0, 1, each.shape).astype(np.float32) for each in HEART.layout}
    scaler = HEART.fit_scaler(made.normal(0, 1, (20, len(HEART.columns))))
    return Parcel({"model": write_model(state, HEART.layout), "scaler": write_scaler(scaler), "metadata": b"{}"})


def test_a_model_is_kept_in_the_place_of_the_one_before(tmp_path: Path) -> None:
    kept = KeptModels(tmp_path)
    assert kept.last(HEART) is None
    for seed in (1, 2, 2):
        kept.keep(HEART, parcel(seed), NOW)
    found = kept.last(HEART)
    assert found is not None
    assert write_model(found.state, HEART.layout) == parcel(2)["model"]
    assert write_scaler(found.scaler) == parcel(2)["scaler"]
    assert {path.name for path in (tmp_path / FOLDER).iterdir()} == {
        *("model.json", parcel(2).digests["model"], parcel(2).digests["scaler"])
    }
    if os.name == "posix":
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / FOLDER).iterdir()} == {0o600}


def test_a_model_of_another_definition_of_the_task_is_none(tmp_path: Path) -> None:
    KeptModels(tmp_path).keep(HEART, parcel(1), NOW)
    assert KeptModels(tmp_path).last(replace(HEART, cut_points=(0.2, 0.4))) is None


def test_a_damaged_model_is_never_asked(tmp_path: Path) -> None:
    KeptModels(tmp_path).keep(HEART, parcel(1), NOW)
    (tmp_path / FOLDER / parcel(1).digests["model"]).write_bytes(b"x")
    with pytest.raises(PolicyError, match="kept model is damaged"):
        KeptModels(tmp_path).last(HEART)
    KeptModels(tmp_path).keep(HEART, parcel(1), NOW)
    assert KeptModels(tmp_path).last(HEART) is not None
    (tmp_path / FOLDER / "model.json").write_text("{")
    assert KeptModels(tmp_path).last(HEART) is None
