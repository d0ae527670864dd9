"""Every way we know to lie in a ``model.pt``: refused by name, nothing executed, cheaply."""

import pickle
from pathlib import Path

import pytest

from contract.artifacts.model_file import read_model
from contract.errors import ArtifactError
from fuzz.hostile import model_cases, models, opcodes, state_dict_cases
from fuzz.hostile.case import Case
from fuzz.hostile.models import LAYOUT

CASES = [*state_dict_cases.CASES, *model_cases.CASES]


@pytest.mark.parametrize("hostile_file", CASES, ids=lambda each: each.name)
def test_a_hostile_model_file_is_refused(hostile_file: Case, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    data = hostile_file.build(canary)

    with pytest.raises(ArtifactError) as refusal:
        read_model(data, LAYOUT)

    assert (type(refusal.value), hostile_file.says in refusal.value.sentence) == (hostile_file.error, True), (
        refusal.value
    )
    assert refusal.value.hint
    assert len(refusal.value.sentence) < 300
    assert not canary.exists()


def test_the_hand_written_file_without_a_lie_is_taken() -> None:
    expected = models.network_state()

    read = read_model(models.model_file(), LAYOUT)

    assert all((read[name] == expected[name].numpy()).all() for name in expected)


@pytest.mark.parametrize("name", opcodes.bombs(Path("canary")))
def test_the_bombs_are_live(name: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    pickled = b"\x80\x04" + opcodes.bombs(canary)[name] + b"."

    pickle.loads(pickled)

    assert canary.exists()
