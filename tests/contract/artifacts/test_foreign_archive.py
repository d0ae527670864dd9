"""An archive of another program is named with what to save instead."""

import io
import zipfile

import numpy as np
import pytest
import torch

from contract.artifacts.foreign_archive import foreign_archive
from contract.artifacts.model_file import read_model
from contract.errors import ModelFileError
from fuzz.hostile import models
from fuzz.hostile.models import LAYOUT


class Network(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList(torch.nn.Linear(*sizes) for sizes in ((5, 8), (8, 4), (4, 3)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


def torchscript() -> bytes:
    file = io.BytesIO()
    torch.jit.save(torch.jit.trace(Network(), torch.zeros(1, 5)), file)
    return file.getvalue()


def arrays() -> bytes:
    file = io.BytesIO()
    np.savez(file, *(value.numpy() for value in models.network_state().values()))
    return file.getvalue()


def zipped(name: str, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, models.saved(models.network_state()))
    return file.getvalue()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("make", "says", "hint"),
    [
        (torchscript, "TorchScript archive, which carries program code", "torch.save(model.state_dict(), 'model.pt')"),
        (arrays, "archive of numpy's arrays", "torch.from_numpy"),
        (lambda: zipped("model.pt"), "a ZIP archive with a model file in it", "unpack the archive"),
        (lambda: zipped("model/model.pt", zipfile.ZIP_STORED), "a ZIP archive with a model file in it", "unpack"),
        (lambda: zipped("model.weights.h5"), "a model that Keras saved", "torch.save"),
    ],
    ids=["torchscript", "npz", "zipped", "zipped without compression", "keras"],
)
def test_an_archive_of_another_program_is_named(make, says: str, hint: str):
    with pytest.raises(ModelFileError, match=says) as refused:
        read_model(make(), LAYOUT)
    assert hint in refused.value.hint


def test_an_exported_program_is_named_and_ours_is_nothing_foreign():
    assert "torch.export" in str(foreign_archive(["net/archive_format", "net/data/weights/weight_0"]))
    assert foreign_archive([]) is None
    assert foreign_archive(["model/data.pkl", "model/data/0", "model/version"]) is None
