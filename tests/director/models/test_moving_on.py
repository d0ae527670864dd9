"""An aggregate moves the federation on from where it stands, by what is new: each case, over HTTP."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import read_scaler, write_scaler
from contract.network import State
from contract.scaler import ScalerState, re_express_first_layer
from contract.tasks import DIAGNOSIS_COUNT as TASK
from tests.federation_simulator import FederationSimulator, Parcel, SimulatedHospital, names_in

NAMES = ("KUTRRH", "MTRH", "KNH", "Embu", "Mbagathi")
HERE, ELSEWHERE = "layers.0.weight", "layers.0.bias"


@pytest.fixture
def federation(tmp_path: Path):
    with FederationSimulator(tmp_path / "data", strategy="fedavg") as simulator:
        yield simulator


def enrolled(federation: FederationSimulator, number: int, patients: int = 50) -> list[SimulatedHospital]:
    hospitals = [federation.enrol(name, patients) for name in NAMES[:number]]
    for each in hospitals:
        assert each.send_statistics().status_code in (201, 202)
    return hospitals


def cycle(federation: FederationSimulator, hospitals: Sequence[SimulatedHospital], nudge: int, **request: Any) -> Any:
    """Let hospitals train and upload, then aggregate; gives the version."""
    for each in hospitals:
        each.train_and_upload(nudge)
    made = federation.aggregate(**request)
    assert made.status_code == 201, made.text
    return made.json()


def state_of(federation: FederationSimulator, version: int) -> dict[str, np.ndarray]:
    data = federation.http.get(f"/global_models/{version}/model.pt", headers=federation.admin).content
    return {name: tensor.astype(np.float64) for name, tensor in read_model(data, TASK.layout).items()}


def scaler_of(federation: FederationSimulator, version: int) -> ScalerState:
    data = federation.http.get(f"/global_models/{version}/scaler.pkl", headers=federation.admin).content
    return read_scaler(data, len(TASK.features))


def sent(parcel: Parcel) -> dict[str, np.ndarray]:
    return {name: tensor.astype(np.float64) for name, tensor in read_model(parcel.model, TASK.layout).items()}


def close(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> bool:
    return all(np.allclose(one[name], other[name], atol=2e-6) for name in one)


def standing(answer: Mapping[str, Any]) -> dict[str, str]:
    return {each["envoy_name"]: each["reason"] for each in answer["standing"]}


def publish(federation: FederationSimulator, version: int) -> None:
    assert federation.http.post(f"/global_models/{version}/publish", headers=federation.admin).status_code == 200


def test_where_all_trained_from_the_same_start_it_is_their_weighted_average(federation):
    hospitals = enrolled(federation, 3)
    cycle(federation, hospitals, 1)
    parcels = [each.parcel(2) for each in hospitals]
    for each, parcel in zip(hospitals, parcels, strict=True):
        assert each.upload(parcel).status_code == 201
    made = federation.aggregate().json()
    mean = {name: np.mean([sent(parcel)[name] for parcel in parcels], axis=0) for name in sent(parcels[0])}
    assert made["standing"] == []
    assert close(state_of(federation, 2), mean)


def test_of_two_equal_hospitals_the_silent_one_keeps_its_half(federation):
    active, silent = enrolled(federation, 2)
    cycle(federation, (active, silent), 1)
    before, parcel = state_of(federation, 1), active.parcel(2)
    assert active.upload(parcel).status_code == 201
    made = federation.aggregate().json()
    assert names_in(made) == ["KUTRRH"]
    assert "counted by global model 1" in standing(made)["MTRH"]
    assert (made["inputs"][0]["weight"], made["standing"][0]["weight"]) == (0.5, 0.5)
    assert made["parent"] == 1
    half = {name: before[name] + (sent(parcel)[name] - before[name]) / 2 for name in before}
    assert close(state_of(federation, 2), half)


@pytest.mark.parametrize("strategy", ["clip", "clip+fedavg"])
def test_those_that_stand_still_do_not_clip_or_accuse_the_one_that_moves(federation, strategy):
    hospitals = enrolled(federation, 3)
    cycle(federation, hospitals, 1)
    before, parcel = state_of(federation, 1), hospitals[0].parcel(2)
    hospitals[0].upload(parcel)
    made = federation.aggregate(strategy=strategy).json()
    assert made["quarantined"] == []
    third = {name: before[name] + (sent(parcel)[name] - before[name]) / 3 for name in before}
    assert close(state_of(federation, 2), third)


@pytest.mark.parametrize(("strategy", "least"), [("coordinate_median", 3), ("trimmed_mean", 3), ("krum", 5)])
def test_a_rule_counts_those_alone_that_move(federation, strategy, least):
    hospitals = enrolled(federation, 5)
    cycle(federation, hospitals, 1)
    hospitals[0].train_and_upload(2)
    refused = federation.aggregate(strategy=strategy)
    assert refused.status_code == 409
    assert (refused.json()["facts"]["n"], refused.json()["facts"]["f"]) == (1, 1)
    assert str(least) in refused.json()["detail"]


def test_where_nothing_is_new_no_version_is_made(federation):
    hospitals = enrolled(federation, 3)
    first = cycle(federation, hospitals, 1)
    again = federation.aggregate()
    assert again.status_code == 200
    assert (again.json()["version"], again.json()["sha256"]) == (1, first["sha256"])
    assert "Nothing is new since global model 1" in again.json()["notes"][0]
    assert len(federation.http.get("/global_models", headers=federation.admin).json()["items"]) == 1


def test_dry_runs_of_two_strategies_start_from_the_same_version(federation):
    hospitals = enrolled(federation, 3)
    cycle(federation, hospitals, 1)
    for each in hospitals:
        each.train_and_upload(2)
    found = [federation.aggregate(strategy=name, dry_run=True).json() for name in ("fedavg", "coordinate_median")]
    assert [each["parent"] for each in found] == [1, 1]
    assert found[0]["sha256"] != found[1]["sha256"]


def test_a_late_change_counts_once(federation):
    hospitals = enrolled(federation, 3)
    late = hospitals[0].parcel(1)  # trained from the shared start, sent two versions later
    start = read_model(hospitals[0].blob(hospitals[0].start()["model_sha256"]), TASK.layout)
    cycle(federation, hospitals[1:], 1)
    cycle(federation, hospitals[1:], 2)
    before, scaler = state_of(federation, 2), scaler_of(federation, 2)
    hospitals[0].upload(late)
    made = federation.aggregate().json()
    assert names_in(made) == ["KUTRRH"]
    own = read_scaler(late.scaler, 1)
    assert own == scaler  # nothing to re-express
    third = {name: before[name] + (sent(late)[name] - start[name]) / 3 for name in before}
    assert close(state_of(federation, 3), third)
    assert federation.aggregate().status_code == 200


@pytest.mark.parametrize(("max_staleness", "counts"), [(3, False), (4, True)])
def test_what_is_later_than_the_bound_stands_still(tmp_path, max_staleness, counts):
    with FederationSimulator(tmp_path / "data", strategy="fedavg", max_staleness=max_staleness) as federation:
        hospitals = enrolled(federation, 2)
        late = hospitals[0].parcel(1)
        for nudge in range(1, 5):
            cycle(federation, hospitals[1:], nudge)
        hospitals[0].upload(late)
        made = federation.aggregate()
        assert made.status_code == (201 if counts else 200)
        assert counts or any("4 versions back; at most 3" in note for note in made.json()["notes"])


def test_a_second_upload_from_a_counted_base_stands_still(federation):
    hospitals = enrolled(federation, 2)
    second = hospitals[0].parcel(9)
    cycle(federation, hospitals, 1)
    assert hospitals[0].upload(second).status_code == 201
    again = federation.aggregate()
    assert again.status_code == 200
    assert any("its step would count twice" in note for note in again.json()["notes"])


def test_a_base_that_the_current_version_does_not_come_from_stands_still(federation):
    hospitals = enrolled(federation, 2)
    cycle(federation, hospitals, 1)
    cycle(federation, hospitals, 2)
    from_the_withdrawn = hospitals[0].parcel(3)
    publish(federation, 1)
    hospitals[0].upload(from_the_withdrawn)
    again = federation.aggregate()
    assert again.status_code == 200
    assert any("global model 2, which the current one does not come from" in note for note in again.json()["notes"])


def test_what_a_rollback_withdrew_stands_still_until_named_or_sent_anew(federation):
    hospitals = enrolled(federation, 2)
    cycle(federation, hospitals, 1)
    withdrawn = cycle(federation, hospitals, 2)
    publish(federation, 1)
    nightly = federation.aggregate()
    assert (nightly.status_code, nightly.json()["version"]) == (200, 1)
    assert sum("was rolled back" in note for note in nightly.json()["notes"]) == 2
    hospitals[1].train_and_upload(3)
    anew = federation.aggregate(dry_run=True).json()
    assert (names_in(anew), set(standing(anew))) == (["MTRH"], {"KUTRRH"})
    named = federation.aggregate(envoys=["KUTRRH"]).json()
    assert names_in(named) == ["KUTRRH"]
    assert (named["parent"], named["version"]) == (1, 3)
    assert named["sha256"] != withdrawn["sha256"]


def behind_another_scaler(parcel: Parcel, state: State, scaler: ScalerState, own: ScalerState) -> Parcel:
    moved = {name: np.array(tensor, np.float32) for name, tensor in state.items()}
    weight, bias = re_express_first_layer(moved[HERE], moved[ELSEWHERE], scaler, own)
    moved[HERE], moved[ELSEWHERE] = weight.astype(np.float32), bias.astype(np.float32)
    own = ScalerState.from_moments(parcel.metadata["num_examples"], own.mean, own.m2)
    return Parcel(parcel.metadata, write_model(moved, TASK.layout), write_scaler(own))


@pytest.mark.parametrize("mean", [8.0, 90.0, 5000.0])
@pytest.mark.parametrize("replayed", [0, 1, 2])
def test_no_replay_of_a_start_or_version_behind_any_scaler_moves_anything(federation, replayed, mean):
    """Whatever base it claims: here the current one; what is replayed is the shared start, or a withdrawn version."""
    hospitals = enrolled(federation, 2)
    first = read_model(hospitals[0].blob(hospitals[0].start()["model_sha256"]), TASK.layout)
    scaler = read_scaler(hospitals[0].blob(hospitals[0].start()["scaler_sha256"]), 1)
    cycle(federation, hospitals, 1)
    cycle(federation, hospitals, 2)
    publish(federation, 1)
    state = first if replayed == 0 else {n: t.astype(np.float32) for n, t in state_of(federation, replayed).items()}
    stood_behind = scaler if replayed == 0 else scaler_of(federation, replayed)
    own = ScalerState.from_moments(50, (mean,), (50 * 7.0,))
    again = behind_another_scaler(hospitals[0].parcel(3), state, stood_behind, own)
    assert hospitals[0].upload(again).status_code == 201
    answer = federation.aggregate()
    assert (answer.status_code, answer.json()["version"]) == (200, 1), answer.text
    assert any(word in " ".join(answer.json()["notes"]) for word in ("over again", "nothing was learned"))


def test_a_replay_with_a_little_noise_moves_nothing_either(federation):
    hospitals = enrolled(federation, 2)
    cycle(federation, hospitals, 1)
    cycle(federation, hospitals, 2)
    publish(federation, 1)
    parcel, random = hospitals[0].parcel(3), np.random.default_rng(0)
    noisy = {
        name: (tensor + random.normal(0, 1e-4, tensor.shape)).astype(np.float32)
        for name, tensor in state_of(federation, 2).items()
    }
    parcel.model = write_model(noisy, TASK.layout)
    hospitals[0].upload(parcel)
    assert federation.aggregate().status_code == 200


def test_of_two_equal_models_the_later_stands_still(federation):
    hospitals = enrolled(federation, 3)
    cycle(federation, hospitals, 1)
    parcel = hospitals[1].parcel(2)
    hospitals[1].upload(parcel)
    federation.clock.pass_by(minutes=1)
    hospitals[0].upload(parcel)
    hospitals[2].train_and_upload(2)
    made = federation.aggregate().json()
    assert names_in(made) == ["KNH", "MTRH"]
    assert standing(made) == {"KUTRRH": "It is the model of MTRH over again."}


def test_what_the_gate_sets_aside_keeps_its_share_now_and_later(federation):
    hospitals = enrolled(federation, 5)
    cycle(federation, hospitals, 1)
    before, parcels = state_of(federation, 1), [each.parcel(2) for each in hospitals[:4]]
    for each, parcel in zip(hospitals, parcels, strict=False):
        each.upload(parcel)
    hospitals[4].upload(hospitals[4].gone_too_far(40))
    made = federation.aggregate().json()
    assert names_in(made, "quarantined") == ["Mbagathi"]
    moved = {name: before[name] + sum(sent(each)[name] - before[name] for each in parcels) / 5 for name in before}
    assert close(state_of(federation, 2), moved)
    before = state_of(federation, 2)
    parcel = hospitals[0].parcel(3)
    hospitals[0].upload(parcel)
    made = federation.aggregate().json()
    assert standing(made)["Mbagathi"] == "It waits in quarantine."
    fifth = {name: before[name] + (sent(parcel)[name] - before[name]) / 5 for name in before}
    assert close(state_of(federation, 3), fifth)


def test_a_first_version_of_models_behind_their_own_scalers_is_their_plain_average(federation):
    hospitals = [federation.enrol(name) for name in NAMES[:3]]
    parcels = [each.parcel(1, own_scaler=True) for each in hospitals]
    for each, parcel in zip(hospitals, parcels, strict=True):
        each.upload(parcel)
    made = federation.aggregate().json()
    assert (made["parent"], made["standing"]) == (None, [])
    common, moved = scaler_of(federation, 1), []
    for parcel in parcels:
        state = dict(sent(parcel))
        state[HERE], state[ELSEWHERE] = re_express_first_layer(
            state[HERE], state[ELSEWHERE], read_scaler(parcel.scaler, 1), common
        )
        moved.append(state)
    assert close(state_of(federation, 1), {name: np.mean([each[name] for each in moved], axis=0) for name in moved[0]})
