"""What people save in the place of a state_dict is named, each with how to save that."""

import pytest
import torch

from contract.artifacts.model_file import read_model
from contract.errors import ModelFileError
from fuzz.hostile import models
from fuzz.hostile.models import LAYOUT
from tests.contract.artifacts.test_foreign_archive import Network

STATE = models.network_state()


def lightning() -> dict[str, object]:
    state = {f"net.{name}": value for name, value in STATE.items()}
    told = {"epoch": 3, "global_step": 1, "pytorch-lightning_version": "2.5", "loops": {}, "optimizer_states": [{}]}
    return {**told, "state_dict": state}


@pytest.mark.parametrize(
    ("make", "says", "hint"),
    [
        (lambda: {"epoch": 3, "state_dict": STATE}, "a checkpoint, which holds the state_dict beside other things, as "
         "its entry 'state_dict'", "torch.save(checkpoint['state_dict'], 'model.pt')"),
        (lambda: {"generator": STATE}, "as its entry 'generator'", "torch.save(checkpoint['generator'], 'model.pt')"),
        (lambda: {"model_state_dict": STATE, "optimizer_state_dict": torch.optim.Adam(Network().parameters()),
                  "loss": 0.3}, "as its entry 'model_state_dict'", "checkpoint['model_state_dict']"),
        (lightning, "as its entry 'state_dict'", "{name.removeprefix('net.'): tensor for name, tensor in "
         "checkpoint['state_dict'].items()}"),
        (Network, "it holds the whole network ('tests.contract.artifacts.test_foreign_archive.Network')",
         "torch.save(model.state_dict(), 'model.pt')"),
        (lambda: torch.nn.DataParallel(Network()), "it holds the whole network", "model.module.state_dict()"),
        (lambda: torch.optim.SGD(Network().parameters()).state_dict(), "the state of an optimizer", "state_dict"),
        (lambda: {name: value.numpy() for name, value in STATE.items()}, "arrays of numpy", "torch.from_numpy"),
        (lambda: list(STATE.values()), "something else than a state_dict: a list", "state_dict"),
    ],
    ids=["a checkpoint", "of its own", "with its optimizer", "lightning", "the network", "wrapped", "an optimizer",
         "arrays", "a list"],
)  # fmt: skip
def test_what_was_saved_is_named_with_its_remedy(make, says: str, hint: str):
    with pytest.raises(ModelFileError) as refused:
        read_model(models.saved(make()), LAYOUT)
    assert says in refused.value.sentence
    assert hint in refused.value.hint


def test_a_checkpoint_of_much_more_than_the_network_is_named_too():
    much = {"history": [{f"loss of epoch {n}": float(n)} for n in range(5000)], "state_dict": STATE}
    first = {"state_dict": STATE, **much}
    with pytest.raises(ModelFileError, match="it is a checkpoint"):
        read_model(models.saved(first), LAYOUT)
