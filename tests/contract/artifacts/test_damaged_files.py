"""What holds for every damaged or hostile file: only the contract's errors, no wrong number in silence, cheaply."""

import io
import itertools
import math
import time
import tracemalloc
import warnings
from pathlib import Path
from types import ModuleType

import joblib
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import read_scaler_file
from contract.errors import ModelFileError, ScalerFileError
from contract.network import ArchitectureSpec, initial_state, tensor_layout
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
from fuzz.hostile.case import Case
from fuzz.hostile.models import LAYOUT
from fuzz.hostile.scalers import FEATURES

MODEL = models.saved(models.network_state())
OTHER_MODEL = models.model_file()
SCALER = scalers.dumped(StandardScaler().fit(np.random.default_rng(0).normal(size=(9, FEATURES))))
NAMED_SCALER = scalers.scaler_file(feature_names_in_=scalers.names_array(scalers.names_pickle()))
COMPRESSED_SCALERS = [scalers.dumped(scalers.fitted(), compress=(kind, 3)) for kind in scalers.COMPRESSIONS]


def model_is_refused_or_right(data: bytes) -> bool:
    """Read a mutated model; where it is taken, torch must see the same. Gives whether it was refused."""
    try:
        read = read_model(data, LAYOUT)
    except ModelFileError:
        return True
    loaded = torch.load(io.BytesIO(data), weights_only=True, map_location="cpu")
    assert loaded.keys() == read.keys()
    assert all(np.array_equal(loaded[name].detach().numpy(), tensor) for name, tensor in read.items())
    return False


def scaler_is_refused_or_right(data: bytes) -> bool:
    """Read a mutated scaler; where it is taken, joblib must see the same. Gives whether it was refused."""
    try:
        read = read_scaler_file(data, FEATURES)
    except ScalerFileError:
        return True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = joblib.load(io.BytesIO(data))
    assert type(loaded) is StandardScaler
    assert (read.state.mean, read.state.scale) == (tuple(loaded.mean_), tuple(loaded.scale_))
    assert read.state.variance == tuple(loaded.var_)
    assert np.all(read.state.num_examples == loaded.n_samples_seen_)
    assert read.feature_names is None or read.feature_names == tuple(loaded.feature_names_in_)
    return False


def flipped(data: bytes, position: int, mask: int) -> bytes:
    return data[:position] + bytes([data[position] ^ mask]) + data[position + 1 :]


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_a_model_with_any_one_byte_changed_is_refused_or_the_same(mask: int) -> None:
    taken = [at for at in range(len(MODEL)) if not model_is_refused_or_right(flipped(MODEL, at, mask))]

    assert len(taken) <= 40  # who made the archive: a note that neither reader heeds


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
@pytest.mark.parametrize("data", [SCALER, NAMED_SCALER], ids=["plain", "with names"])
def test_a_scaler_with_any_one_byte_changed_is_refused_or_read_as_joblib_reads_it(data: bytes, mask: int) -> None:
    taken = [at for at in range(len(data)) if not scaler_is_refused_or_right(flipped(data, at, mask))]

    assert len(taken) < len(data) / 4  # mostly low bits of the numbers themselves


@pytest.mark.parametrize("data", COMPRESSED_SCALERS, ids=scalers.COMPRESSIONS)
def test_a_compressed_scaler_with_any_one_byte_changed_is_refused_or_right(data: bytes) -> None:
    for position, mask in itertools.product(range(len(data)), [0x01, 0xFF]):
        scaler_is_refused_or_right(flipped(data, position, mask))


@st.composite
def mutations(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    """Flips, cuts, repeats and splices of real files."""
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 4))):
        at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 64))
        match draw(st.sampled_from(["overwrite", "insert", "delete", "repeat", "splice", "truncate"])):
            case "overwrite":
                new = draw(st.binary(min_size=1, max_size=8))
                data[at : at + len(new)] = new
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=16))
            case "delete":
                del data[at : at + length]
            case "repeat":
                data[at:at] = data[at : at + length]
            case "splice":
                other = draw(st.sampled_from(originals))
                start = draw(st.integers(0, len(other)))
                data[at : at + length] = other[start : start + length]
            case "truncate":
                del data[at:]
    return bytes(data)


@settings(max_examples=600, deadline=None)
@given(mutations([MODEL, OTHER_MODEL]))
def test_a_mutated_model_is_refused_or_right(data: bytes) -> None:
    model_is_refused_or_right(data)


@settings(max_examples=600, deadline=None)
@given(mutations([SCALER, NAMED_SCALER]))
def test_a_mutated_scaler_is_refused_or_right(data: bytes) -> None:
    scaler_is_refused_or_right(data)


@settings(max_examples=600, deadline=None)
@given(mutations([models.state_dict(models.tensors()), models.parts_of(MODEL)[0].matter]))
def test_a_mutated_data_pkl_with_honest_checksums_is_refused_or_right(pickled: bytes) -> None:
    model_is_refused_or_right(models.model_file(pickled))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_noise_is_refused(noise: bytes) -> None:
    assert model_is_refused_or_right(noise)
    assert model_is_refused_or_right(models.model_file(b"\x80\x02" + noise))
    assert scaler_is_refused_or_right(noise)
    assert scaler_is_refused_or_right(b"\x80\x04" + noise)


def cost(case: Case, tmp_path: Path) -> tuple[float, float]:
    """Give the seconds and the megabytes beyond the file's own size that refusing costs."""
    data = case.build(tmp_path / "canary")
    is_scaler = case.error is ScalerFileError
    tracemalloc.start()
    start = time.perf_counter()
    with pytest.raises((ModelFileError, ScalerFileError)):
        read_scaler_file(data, FEATURES) if is_scaler else read_model(data, LAYOUT)
    seconds = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak / 2**20


@pytest.mark.parametrize(
    "table", [archive_cases, state_dict_cases, model_cases, joblib_cases, scaler_cases, compression_cases]
)
def test_no_hostile_file_costs_more_than_a_second_and_20_megabytes(table: ModuleType, tmp_path: Path) -> None:
    costs = {case.name: cost(case, tmp_path) for case in table.CASES}

    assert len(costs) == len(table.CASES)  # no name twice
    assert {name: each for name, each in costs.items() if each[0] > 1 or each[1] > 20} == {}


def test_many_tensors_that_share_one_huge_shape_cost_no_squared_work() -> None:
    layout = tensor_layout(ArchitectureSpec(5, (4,) * 120, 3))
    data = models.one_huge_shape(layout)
    start = time.perf_counter()

    with pytest.raises(ModelFileError, match="not a plain tensor"):
        read_model(data, layout)

    assert time.perf_counter() - start < 1  # 29 s where each tensor's shape was walked to its end


def test_reading_a_model_of_40_megabytes_costs_no_memory_and_little_time() -> None:
    layout = tensor_layout(spec := ArchitectureSpec(300, (3000, 3000), 3))
    data = write_model(initial_state(spec, seed=1), layout)
    tracemalloc.start()
    start = time.perf_counter()

    read_model(data, layout)

    seconds, peak = time.perf_counter() - start, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert math.ceil(len(data) / 1e6) == 40
    assert peak < 2**20
    assert seconds < 0.5  # measured: 0.02; far from what a copy or a mask of the elements would hide in
