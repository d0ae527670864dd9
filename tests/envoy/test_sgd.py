import torch

from envoy.sgd import Sgd


def test_it_steps_as_torchs_own() -> None:
    ours, theirs = (torch.nn.Linear(3, 1) for _ in range(2))
    theirs.load_state_dict(ours.state_dict())
    steppers = ((ours, Sgd(ours.parameters(), 0.1)), (theirs, torch.optim.SGD(theirs.parameters(), 0.1)))
    rows = torch.arange(12.0).reshape(4, 3)
    for network, stepper in steppers:
        for _ in range(3):
            (stepper.forget_gradients if isinstance(stepper, Sgd) else stepper.zero_grad)()
            network(rows).square().mean().backward()
            stepper.step()
    assert torch.equal(ours.weight, theirs.weight)
    assert torch.equal(ours.bias, theirs.bias)


def test_what_has_no_gradient_stays() -> None:
    weights = torch.ones(2)
    Sgd([weights], 0.1).step()
    assert weights.tolist() == [1, 1]
