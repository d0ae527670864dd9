"""Every way we know to lie in a ``scaler.pkl``: refused by name, nothing executed, cheaply."""

from pathlib import Path

import pytest

from contract.artifacts.scaler_file import read_scaler_file
from contract.errors import ArtifactError, ScalerFileError
from fuzz.hostile import compression_cases, joblib_cases, scaler_cases, scalers
from fuzz.hostile.case import Case
from fuzz.hostile.scalers import FEATURES, names_array, names_pickle, scaler_file

CASES = [*joblib_cases.CASES, *scaler_cases.CASES, *compression_cases.CASES]


@pytest.mark.parametrize("hostile_file", CASES, ids=lambda each: each.name)
def test_a_hostile_scaler_file_is_refused(hostile_file: Case, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    data = hostile_file.build(canary)

    with pytest.raises(ArtifactError) as refusal:
        read_scaler_file(data, FEATURES)

    assert (type(refusal.value), hostile_file.says in refusal.value.sentence) == (hostile_file.error, True), (
        refusal.value
    )
    assert refusal.value.hint
    assert len(refusal.value.sentence) < 300
    assert not canary.exists()


@pytest.mark.parametrize("names", [None, names_array(names_pickle())], ids=["without names", "with names"])
def test_the_hand_written_scaler_without_a_lie_is_taken(names: bytes | None) -> None:
    read = read_scaler_file(scaler_file(feature_names_in_=names), FEATURES)

    assert read.state.mean == (1.0, -2.0, 3.0)
    assert read.state.num_examples == 20
    assert read.feature_names == (None if names is None else ("feature 0", "feature 1", "feature 2"))


@pytest.mark.parametrize("cut", range(0, 100, 4))
def test_a_truncated_scaler_file_is_refused(cut: int) -> None:
    whole = scalers.dumped(scalers.fitted())

    with pytest.raises(ScalerFileError):
        read_scaler_file(whole[: len(whole) * cut // 100], FEATURES)
