"""Descriptions of tensors in ``data.pkl``. What is refused is in ``fuzz.hostile.state_dict_cases``."""

import pytest

from contract.artifacts.state_dict_pickle import (
    StoredTensor,
    contiguous_strides,
    max_pickle_bytes,
    read_state_dict,
    write_state_dict,
)
from contract.errors import ModelFileError
from fuzz.hostile import models
from fuzz.hostile.models import LAYOUT


def torchs_own(data: bytes) -> bytes:
    """Give the pickle of a file that torch wrote."""
    return next(part.matter for part in models.parts_of(data) if part.name.endswith("data.pkl"))


@pytest.mark.parametrize(
    "pickled",
    [
        pytest.param(torchs_own(models.saved(models.network_state())), id="torch's own"),
        pytest.param(models.state_dict(models.tensors()), id="written by hand"),
        pytest.param(write_state_dict(LAYOUT), id="written by us"),
    ],
)
def test_a_contiguous_tensor_of_the_layout_is_described(pickled: bytes) -> None:
    assert read_state_dict(pickled, LAYOUT) == {
        spec.name: StoredTensor(spec.shape, "float32", str(place), spec.size, 0, contiguous_strides(spec.shape))
        for place, spec in enumerate(LAYOUT)
    }


def test_strides_offset_and_type_are_those_of_the_file_whatever_the_layout_wants() -> None:
    entry = models.tensor("7", (2, 3), (1, 2), elements=9, first=3, storage=b"ctorch\nHalfStorage\n")

    read = read_state_dict(models.state_dict({"any": entry}), LAYOUT)

    assert read == {"any": StoredTensor((2, 3), "float16", "7", 9, 3, (1, 2))}


@pytest.mark.parametrize(("shape", "strides"), [((), ()), ((5,), (1,)), ((4, 3, 2), (6, 2, 1)), ((2, 0), (0, 1))])
def test_strides_of_c_order(shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
    assert contiguous_strides(shape) == strides


def test_the_bound_leaves_room_for_what_torch_writes() -> None:
    assert len(torchs_own(models.saved(models.network_state()))) * 5 < max_pickle_bytes(LAYOUT)


def test_what_is_no_state_dict_is_refused_with_what_to_do() -> None:
    with pytest.raises(ModelFileError, match="something else than a state_dict") as refusal:
        read_state_dict(b"\x80\x02).", LAYOUT)
    assert "state_dict" in refusal.value.hint
