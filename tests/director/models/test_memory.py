"""A strategy that remembers goes on from what the version before remembered, or begins anew and says why."""

import itertools

import numpy as np
import pytest

from aggregation.strategy import RULES, strategy_named
from contract.artifacts.model_file import read_model
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from director.models.memory import Memory, remembered_as
from director.records.schema import GlobalModelRow
from tests.federation_simulator import FederationSimulator

HOSPITALS = ("KNH", "KUTRRH", "MTRH")


@pytest.fixture
def three(federation: FederationSimulator) -> FederationSimulator:
    for name in HOSPITALS:
        federation.enrol(name).send_statistics()
    return federation


def play(federation: FederationSimulator, rounds: int, strategy: str, **parameters: float) -> None:
    federation.open_run(rounds=rounds, strategy=strategy, parameters=parameters)
    for nudge in range(rounds + 1):
        federation.play(nudge=nudge)


def file_of(federation: FederationSimulator, version: int, role: str) -> State:
    with federation.director.ledger.read() as session:
        digest = session.get_one(GlobalModelRow, version).digest_of(role)
    return read_model(federation.director.blobs.read(digest), DIAGNOSIS_COUNT.layout)


def notes(federation: FederationSimulator, version: int) -> list[str]:
    told = federation.http.get(f"/global_models/{version}", headers=federation.admin).json()["notes"]
    return [each for each in told if "begins anew" in each]


def test_momentum_is_carried_from_round_to_round(three: FederationSimulator):
    play(three, 3, "fedavgm", momentum=0.5)
    name = DIAGNOSIS_COUNT.layout[0].name
    start = DIAGNOSIS_COUNT.initial_state()[name]
    models = [start, *(file_of(three, version, "model")[name] for version in (1, 2, 3))]
    steps = [after - before for before, after in itertools.pairwise(models)]
    for version, step in enumerate(steps, 1):
        np.testing.assert_allclose(file_of(three, version, "momentum")[name], step, atol=1e-6)
    assert [notes(three, version) for version in (1, 2, 3)] == [
        ["Strategy fedavgm begins anew. Nothing was remembered by the version before."],
        [],
        [],
    ]


def test_with_another_strategy_or_parameter_it_begins_anew_and_says_so(three: FederationSimulator):
    play(three, 1, "fedadam")
    play(three, 1, "fedyogi")
    play(three, 1, "fedyogi", tau=0.01)
    assert notes(three, 2) == [
        "Strategy fedyogi begins anew. The version before was made by another strategy, or with other parameters."
    ]
    assert len(notes(three, 3)) == 1


def test_after_a_rollback_it_goes_on_from_what_that_version_remembered(three: FederationSimulator):
    play(three, 2, "fedadam")
    three.http.post("/global_models/1/publish", headers=three.admin)
    play(three, 1, "fedadam")
    assert notes(three, 3) == []


def test_what_is_remembered_is_backed_up_and_whole_and_not_given_out(three: FederationSimulator, tmp_path):
    play(three, 1, "fedadam")
    with three.director.ledger.read() as session:
        roles = session.get_one(GlobalModelRow, 1).digests
    assert set(roles) == {"model", "scaler", "card", "momentum", "variance"}
    assert three.http.get(f"/blobs/{roles['momentum']}", headers=three.hospitals["KNH"].headers).status_code == 404
    three.director.upkeep.recover()
    assert all(three.director.blobs.has(digest) for digest in roles.values())


def test_what_is_damaged_is_begun_anew_and_named(three: FederationSimulator):
    play(three, 1, "fedadam")
    with three.director.ledger.read() as session:
        digest = session.get_one(GlobalModelRow, 1).digest_of("variance")
    path = next(three.file("blobs").rglob(f"*{digest[2:]}"))
    path.chmod(0o600)
    path.write_bytes(b"spoilt")
    play(three, 1, "fedadam")
    assert notes(three, 2) == [
        "Strategy fedadam begins anew. What the version before remembered is damaged: fl-director fsck."
    ]


def test_behind_another_scaler_it_begins_anew():
    strategy = strategy_named("fedavgm", {})
    here, elsewhere = (ScalerState.fitted(np.array([[1.0], [last]])) for last in (2.0, 3.0))
    assert Memory(strategy, here, {}).going_on(strategy, here) == ({}, [])
    assert Memory(strategy, here, {}).going_on(strategy, elsewhere) == (
        None,
        ["Strategy fedavgm begins anew. The version before stands behind another scaler."],
    )


def test_everything_that_a_strategy_remembers_has_a_file():
    for name in RULES:
        for each in strategy_named(name, {"m": 1} if name == "multi_krum" else {}).memory:
            assert remembered_as(each) == each
    with pytest.raises(ValueError, match="no file"):
        remembered_as("control")
