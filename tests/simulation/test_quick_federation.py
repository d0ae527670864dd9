"""A real director asked without HTTP: reports, trainings, versions, words and a rollback."""

from pathlib import Path

import numpy as np

from contract.names import EnvoyName
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from director.models.contributions import Making
from simulation.quick_federation import QuickFederation

NAMES = [EnvoyName(name) for name in ("KUTRRH", "MTRH")]


def nudged(state: State, seed: list[int]) -> State:
    draw = np.random.default_rng(seed)
    return {name: (tensor + draw.normal(0, 0.1, tensor.shape)).astype(np.float32) for name, tensor in state.items()}


def test_versions_are_made_confirmed_and_rolled_back(tmp_path: Path):
    federation = QuickFederation(tmp_path, DIAGNOSIS_COUNT, Making(strategy="fedavg", publish="confirmed"))
    for name in NAMES:
        federation.enrol(name)
    for name in NAMES:
        federation.report(name, ScalerState.from_moments(50, (9.0,), (50 * 30.0,)), 50)
    for version in (1, 2):
        start, state, scaler = federation.start()
        sent = [
            federation.upload(name, start, nudged(state, [version, number]), scaler, 50)
            for number, name in enumerate(NAMES)
        ]
        made, is_new = federation.aggregate()
        assert made is not None
        assert (made.version, made.waiting, is_new) == (version, True, True)
        for name in NAMES:
            made = federation.answer(name, version, "accept")
        assert made.published
        assert [federation.verdict(each) for each in sent] == ["admitted", "admitted"]
    again, is_new = federation.aggregate()
    assert again is not None
    assert (again.version, is_new) == (2, False)
    federation.publish(1)
    assert federation.start()[0].global_version == 1
    assert federation.model(1)[1].num_examples == 100
    federation.close()
