"""Files that other versions of scikit-learn, numpy and joblib wrote of one table are all read as the same scaler."""

from pathlib import Path

import numpy as np
import pytest

from contract.artifacts.scaler_file import read_scaler_file

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.pkl"))
ROWS = np.column_stack([np.random.default_rng(5).normal(10, 4, size=(20, 2)), np.full(20, 4.0)])


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_scaler_is_read(path: Path) -> None:
    read = read_scaler_file(path.read_bytes(), features=3)

    assert read.state.num_examples == 20
    assert read.state.mean == pytest.approx(tuple(ROWS.mean(axis=0)), rel=1e-12)
    assert read.state.variance == pytest.approx(tuple(ROWS.var(axis=0)), rel=1e-12)
    assert read.state.scale == pytest.approx((*ROWS[:, :2].std(axis=0), 1.0), rel=1e-12)
    assert path.stem.startswith(f"sklearn-{read.sklearn_version}_")
    assert read.feature_names == (("age", "sex", "köln") if "_names" in path.stem else None)


def test_every_version_was_recorded() -> None:
    assert len(RECORDED) == 28
    assert {path.stem.split("_")[0] for path in RECORDED} == {f"sklearn-1.{n}" for n in ("4.2", "6.1", "7.2", "8.0")}
