"""Our Adam steps as torch's does, to the bit, and loads no compiler."""

import subprocess
import sys

import torch
from torch import nn

from envoy.adam import Adam

LOADED = """
import sys
import torch
from envoy.adam import Adam
weights = [torch.ones(3, requires_grad=True)]
weights[0].sum().backward()
Adam(weights, 0.1).step()
print("torch._dynamo" in sys.modules)
"""


def trained(weights: list[torch.Tensor], *, by_torch: bool) -> list[torch.Tensor]:
    ours, theirs = Adam(weights, 1e-2), torch.optim.Adam(weights, lr=1e-2)
    features = torch.randn(64, 3, generator=torch.Generator().manual_seed(1))
    for turn in range(50):
        ours.forget_gradients()
        loss = nn.functional.linear(features * (1 + turn % 3), weights[0], weights[1]).square().mean()
        loss.backward()
        (theirs if by_torch else ours).step()
    return weights


def fresh() -> list[torch.Tensor]:
    random = torch.Generator().manual_seed(2)
    return [torch.randn(shape, generator=random).requires_grad_() for shape in ((4, 3), (4,))]


def test_it_steps_as_torch_does_to_the_bit():
    for one, other in zip(trained(fresh(), by_torch=False), trained(fresh(), by_torch=True), strict=True):
        assert torch.equal(one, other)


def test_it_loads_no_compiler():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
