"""The envoy's torch and the director's numpy are held to one contract."""

import numpy as np
import pytest
import torch

from contract.network import ArchitectureSpec, forward, initial_state, softmax, tensor_layout
from contract.tasks import DIAGNOSIS_COUNT
from envoy.network import RiskClassifier

SPECS = [
    DIAGNOSIS_COUNT.architecture,
    ArchitectureSpec(7, (5,), 3),
    ArchitectureSpec(2, (), 3),
    ArchitectureSpec(4, (8, 8, 8), 2),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_network_has_the_contracts_layout(spec: ArchitectureSpec):
    ours = [(name, tuple(t.shape), str(t.dtype)) for name, t in RiskClassifier(spec).state_dict().items()]
    assert ours == [(each.name, each.shape, f"torch.{each.dtype}") for each in tensor_layout(spec)]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_torch_and_numpy_give_the_same_answers(spec: ArchitectureSpec):
    state = initial_state(spec, seed=3)
    network = RiskClassifier(spec)
    network.load(state)
    x = np.random.default_rng(1).normal(0, 3, (1000, spec.input_size))
    with torch.no_grad():
        theirs = torch.softmax(network(torch.from_numpy(x.astype(np.float32))), dim=1).numpy()
    assert np.abs(softmax(forward(spec, state, x)) - theirs).max() < 1e-6


def test_a_state_goes_into_the_network_and_comes_out_again():
    network = RiskClassifier(DIAGNOSIS_COUNT.architecture)
    network.load(DIAGNOSIS_COUNT.initial_state())
    back = network.state()
    assert all(np.array_equal(back[name], values) for name, values in DIAGNOSIS_COUNT.initial_state().items())
