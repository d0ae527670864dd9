"""What the attack demands holds for its seeds, and for damage along their structure, without a guide by coverage."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.pickle_mutations import split
from fuzz.target import Target
from fuzz.targets import SHARES, load

TARGETS = {name: load(name) for name in SHARES}
REAL = {name: list(target.real()) for name, target in TARGETS.items()}
DAMAGES = st.integers(0, 2**32)


def holds(target: Target, data: bytes) -> bool:
    """Check an input; the target raises where something does not hold."""
    return target.check(data)


@pytest.mark.parametrize("name", TARGETS)
def test_a_real_file_is_taken(name: str) -> None:
    assert all(holds(TARGETS[name], seed) for seed in REAL[name])


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_is_taken_or_refused_and_none_of_them_runs(name: str, tmp_path: Path) -> None:
    count = TARGETS[name].write_seeds(tmp_path / "seeds", tmp_path / "canary")

    taken = [holds(TARGETS[name], path.read_bytes()) for path in (tmp_path / "seeds").iterdir()]

    assert len(taken) == count
    assert any(taken)
    assert not all(taken)
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("name", TARGETS)
def test_damage_is_seldom_without_effect(name: str) -> None:
    target = TARGETS[name]

    damaged = [target.mutate(seed, Random(n)) != seed for seed in REAL[name] for n in range(20)]

    assert sum(damaged) > 0.8 * len(damaged)


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(REAL["model"]), DAMAGES)
def test_a_model_damaged_along_its_structure_is_refused_or_right(model: bytes, damage: int) -> None:
    holds(TARGETS["model"], TARGETS["model"].mutate(model, Random(damage)))


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(REAL["scaler"]), DAMAGES)
def test_a_scaler_damaged_along_its_structure_is_refused_or_right(scaler: bytes, damage: int) -> None:
    holds(TARGETS["scaler"], TARGETS["scaler"].mutate(scaler, Random(damage)))


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(REAL["log"]), DAMAGES)
def test_a_log_damaged_along_its_structure_is_refused_or_right(log: bytes, damage: int) -> None:
    holds(TARGETS["log"], TARGETS["log"].mutate(log, Random(damage)))


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(REAL["metadata"]), DAMAGES)
def test_metadata_damaged_along_their_structure_are_refused_or_right(metadata: bytes, damage: int) -> None:
    holds(TARGETS["metadata"], TARGETS["metadata"].mutate(metadata, Random(damage)))


@pytest.mark.parametrize("scaler", [seed for seed in REAL["scaler"] if seed[:1] == b"\x80"][:12])
def test_a_stream_is_taken_apart_without_a_loss_and_into_instructions(scaler: bytes) -> None:
    pieces = split(scaler)

    assert b"".join(pieces) == scaler
    assert len(pieces) > 60  # not one long piece of bytes behind the first array
