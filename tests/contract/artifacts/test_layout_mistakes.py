"""Tensors under other names, or turned, are refused with the habit that did it and how to save them."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from contract.artifacts.layout_mistakes import named_otherwise
from contract.artifacts.model_file import read_model
from contract.errors import LayoutMismatchError
from fuzz.hostile import models
from fuzz.hostile.models import LAYOUT
from tests.contract.artifacts.test_foreign_archive import Network

STATE = models.network_state()
PREFIXES = {
    "module.": ("DataParallel", "model.module.state_dict()"),
    "_orig_mod.": ("torch.compile", "model._orig_mod.state_dict()"),
    "module._orig_mod.": ("DataParallel or DistributedDataParallel and torch.compile",
                          "model.module._orig_mod.state_dict()"),
    "_orig_mod.module.": ("torch.compile and DataParallel", "model._orig_mod.module.state_dict()"),
    "model.": ("the module around the network", "model.model.state_dict()"),
    "net.": ("the module around the network", "model.net.state_dict()"),
    "0.": ("the module around the network", "model[0].state_dict()"),
    "my net/": ("the module around the network", "name[7:]: tensor"),
}  # fmt: skip


def refusal(state: dict[str, torch.Tensor]) -> LayoutMismatchError:
    with pytest.raises(LayoutMismatchError) as refused:
        read_model(models.saved(state), LAYOUT)
    return refused.value


@pytest.mark.parametrize(("prefix", "words"), PREFIXES.items(), ids=PREFIXES)
def test_a_prefix_is_named_with_its_remedy(prefix: str, words: tuple[str, str]):
    refused = refusal({prefix + name: value for name, value in STATE.items()})
    assert f"begin with '{prefix}', which comes from {words[0]}" in refused.sentence
    assert f"torch.save({words[1]}" in refused.hint.replace("{", "")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("wrap", [torch.nn.DataParallel, torch.compile, torch.optim.swa_utils.AveragedModel])
def test_what_torch_itself_wraps_is_named(wrap):
    wrapped = wrap(Network())
    refused = refusal(wrapped.state_dict())
    inner = "_orig_mod" if wrap is torch.compile else "module"
    assert f"'{inner}.'" in refused.sentence
    assert f"torch.save(model.{inner}.state_dict(), 'model.pt')" in refused.hint


def test_a_wrapper_is_named_before_the_tensor_that_differs():
    state = {f"module.{name}": value for name, value in STATE.items() if name != "layers.1.bias"}
    assert "begin with 'module.'" in refusal(state).sentence


def test_layers_that_are_wrapped_one_by_one_are_named():
    state = {name.replace(".weight", "._orig_mod.weight"): value for name, value in STATE.items()}
    refused = refusal(state)
    assert "hold '_orig_mod.', which comes from torch.compile" in refused.sentence
    assert ".replace('_orig_mod.', '')" in refused.hint


def test_other_names_for_the_same_shapes_are_named_with_those_that_are_due():
    layers = [torch.nn.Linear(5, 8), torch.nn.ReLU(), torch.nn.Linear(8, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3)]
    refused = refusal(torch.nn.Sequential(*layers).state_dict())
    assert "other names: '0.weight' where 'layers.0.weight' is due" in refused.sentence
    assert "layers.0.weight, layers.0.bias, layers.1.weight" in refused.hint


def test_a_transposed_weight_is_named_as_such():
    state = {name: value.T.contiguous() if value.dim() == 2 else value for name, value in STATE.items()}
    refused = refusal(state)
    assert "has the shape 5×8 instead of 8×5: it is transposed" in refused.sentence
    assert ".T" in refused.hint


def test_parts_of_a_weight_and_counters_of_a_layer_are_said_to_be_such():
    parts = {name.replace("0.weight", "0.weight_orig"): value for name, value in STATE.items()}
    parts["layers.0.weight_mask"] = torch.ones(8, 5)
    assert "'layers.0.weight_orig', as pruning" in refusal(parts).sentence
    network = Network()
    torch.nn.utils.parametrizations.weight_norm(network.layers[0])
    assert "remove_parametrizations" in refusal(network.state_dict()).hint
    counted = {**STATE, "norm.num_batches_tracked": torch.tensor(3)}
    assert "belongs to a batch normalisation" in refusal(counted).sentence


@given(
    prefix=st.text(st.characters(codec="utf-8"), min_size=1, max_size=200),
    extra=st.dictionaries(st.text(max_size=5), st.just(((1,), "float32")), max_size=2),
)
def test_any_prefix_is_found_and_shown_in_one_short_line(prefix: str, extra):
    found = {**extra, **{prefix + each.name: (each.shape, each.dtype) for each in LAYOUT}}
    refused = named_otherwise(found, LAYOUT)
    assert refused is not None
    assert refused.sentence.isprintable()
    assert refused.hint.isprintable()
    assert len(refused.sentence) < 400


def test_what_is_the_networks_is_not_named_otherwise():
    found = {each.name: (each.shape, each.dtype) for each in LAYOUT}
    assert named_otherwise(found, LAYOUT) is None
    assert named_otherwise({}, LAYOUT) is None
    assert named_otherwise({"a": ((1,), "float32")}, LAYOUT) is None
