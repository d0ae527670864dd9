"""Models that are nothing new by their numbers, whatever start they claim and whatever scaler they stand behind."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from aggregation.movement import Origin
from aggregation.scaling import behind
from aggregation.updates import ModelUpdate, TensorsInMemory
from contract.artifacts.model_file import write_model
from contract.names import Digest, EnvoyName
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from director.models.line import line_of
from director.models.repeats import EarlierState, Sent, earlier_states, origin_of, repeats
from director.records.schema import EnvoyRow, SubmissionFileRow, SubmissionRow
from director.tasks.artifacts import Artifacts
from tests.federation_simulator import FederationSimulator, SimulatedHospital

LAYOUT = DIAGNOSIS_COUNT.layout
COMMON = ScalerState.from_moments(100, (9.0,), (4900.0,))
OWN = ScalerState.from_moments(40, (12.0,), (4000.0,))
SHARED = DIAGNOSIS_COUNT.initial_state()
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def moved(state: State, by: float, seed: int = 0) -> State:
    random = np.random.default_rng(seed)
    return {name: (tensor + random.normal(0, by, tensor.shape)).astype("f4") for name, tensor in state.items()}


ONE, TWO = moved(SHARED, 0.1, 1), moved(SHARED, 0.2, 2)
EARLIER = (
    EarlierState(2, Origin(TensorsInMemory(TWO), COMMON), frozenset(("of two",))),
    EarlierState(1, Origin(TensorsInMemory(ONE), COMMON), frozenset(("of one",))),
    EarlierState(0, Origin(TensorsInMemory(SHARED), None), frozenset()),
)


def upload(state: State, start: State, *, name: str = "new", of: str = "KNH", minute: int = 0, own: bool = False
) -> Sent:  # fmt: skip
    """Make an upload of a state, trained from a start that both stand behind the common scaler; or sent behind OWN."""
    digest = Digest.of(write_model(state, LAYOUT))
    update = ModelUpdate(digest, 40, COMMON, LAYOUT, TensorsInMemory(state), TensorsInMemory(start))
    if own:
        update = in_float32(update, OWN)
    row = SubmissionRow(
        id=name, envoy=EnvoyRow(name=EnvoyName(of)), created_at=NOON + timedelta(minutes=minute),
        files=[SubmissionFileRow(role="model", sha256=update.digest, bytes=1)],
    )  # fmt: skip
    return row, update


def in_float32(update: ModelUpdate, scaler: ScalerState) -> ModelUpdate:
    other = behind(update, scaler)

    def whole(tensors) -> State:
        return {
            spec.name: np.asarray(tensors.read(spec, 0, spec.size), np.float32).reshape(spec.shape) for spec in LAYOUT
        }

    state = whole(other.tensors)
    digest = Digest.of(write_model(state, LAYOUT))
    return ModelUpdate(digest, 40, scaler, LAYOUT, TensorsInMemory(state), TensorsInMemory(whole(other.base)))


def found(*moving: Sent, standing: tuple[Sent, ...] = ()) -> Mapping[str, str]:
    return repeats(moving, standing, EARLIER, COMMON)


@pytest.mark.parametrize("own", [False, True], ids=["behind the common scaler", "behind its own"])
@pytest.mark.parametrize(
    ("state", "says"),
    [(ONE, "global model 1 over again"), (TWO, "global model 2 over again"), (SHARED, "the shared start over again")],
    ids=["a version that was rolled back", "the current version", "the shared start"],
)
def test_a_state_of_the_federations_own_is_nothing_new_whatever_start_it_claims(state: State, says: str, own: bool):
    if state is SHARED and own:  # as numbers behind whatever scaler: so it was given out
        row, update = upload(SHARED, ONE)
        given = (row, ModelUpdate(update.digest, 40, OWN, LAYOUT, update.tensors, update.base))
        assert says in found(given)["new"]
        return
    for start in (SHARED, ONE, TWO):
        if start is not state:
            assert says in found(upload(state, start, own=own))["new"]


@pytest.mark.parametrize("own", [False, True], ids=["behind the common scaler", "behind its own"])
def test_the_start_that_it_claims_is_nothing_learned(own: bool):
    aside = moved(SHARED, 0.1, 9)
    assert (
        found(upload(aside, aside, own=own))["new"] == "It is the start that it was trained from: nothing was learned."
    )


def test_a_little_noise_makes_nothing_new_of_it():
    assert "global model 1" in found(upload(moved(ONE, 0.0001), SHARED))["new"]
    assert "global model 1" in found(upload(moved(ONE, 0.0005), TWO))["new"]


@pytest.mark.parametrize("own", [False, True], ids=["behind the common scaler", "behind its own"])
def test_what_was_trained_is_new_and_a_small_step_is_too(own: bool):
    for step in (0.1, 0.01, 0.001):
        assert found(upload(moved(TWO, step, 5), TWO, own=own)) == {}


def test_a_version_made_from_this_very_upload_is_no_earlier_one():
    assert found(upload(ONE, SHARED, name="of one")) == {}
    assert found(upload(ONE, SHARED, name="of two")) != {}


@pytest.mark.parametrize("own", [False, True], ids=["behind the common scaler", "behind its own"])
def test_of_two_hospitals_with_one_model_the_later_is_nothing_new(own: bool):
    state = moved(TWO, 0.1, 5)
    first, second = upload(state, TWO, name="a"), upload(state, TWO, name="b", of="MTRH", minute=1, own=own)
    third = upload(moved(TWO, 0.1, 6), TWO, name="c", of="Embu", minute=2)
    for order in ((first, second, third), (third, second, first)):
        assert found(*order) == {"b": "It is the model of KNH over again."}


def test_so_is_one_of_a_hospital_that_stands_still_where_it_came_first():
    state = moved(TWO, 0.1, 5)
    earlier, later = upload(state, TWO, name="a"), upload(state, TWO, name="b", of="MTRH", minute=1)
    assert found(later, standing=(earlier,)) == {"b": "It is the model of KNH over again."}
    assert found(earlier, standing=(later,)) == {}


def test_who_repeats_a_repeat_is_told_whose_model_it_is():
    state = moved(TWO, 0.1, 5)
    copies = [upload(state, TWO, name=name, of=name, minute=minute) for minute, name in enumerate(("A", "B", "C"))]
    assert found(*copies) == dict.fromkeys(("B", "C"), "It is the model of A over again.")


# --- what the federation has given out --------------------------------------------------------------------------------


def test_every_version_and_every_shared_start_are_opened_newest_first(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.send_statistics()
    receipts = []
    for nudge in (1, 2):
        receipts.append(hospital.train_and_upload(nudge)["id"])
        federation.aggregate()
    with federation.director.database.read() as session:
        artifacts = Artifacts(federation.director.blobs, DIAGNOSIS_COUNT)
        earlier, notes = earlier_states(session, artifacts, DIAGNOSIS_COUNT, line_of(session, DIAGNOSIS_COUNT))
    assert notes == []
    assert [(each.version, each.counted, each.origin.scaler) for each in earlier] == [
        (2, {receipts[1]}, hospital.own_scaler), (1, {receipts[0]}, hospital.own_scaler),
        (0, frozenset(), None), (0, frozenset(), hospital.own_scaler),
    ]  # fmt: skip


def test_a_damaged_version_is_said_and_holds_nothing_up(federation: FederationSimulator, hospital: SimulatedHospital):
    for nudge in (1, 2):
        hospital.train_and_upload(nudge)
        sha256 = federation.aggregate().json()["sha256"]
    first = federation.http.get("/global_models/1", headers=federation.admin).json()["sha256"]
    federation.file("blobs", first[:2], first).write_bytes(b"damaged")
    hospital.train_and_upload(3)
    made = federation.aggregate().json()
    assert made["version"] == 3
    assert made["sha256"] != sha256
    assert made["notes"][0] == "Global model 1 is damaged, and nothing was held against it: fl-director fsck."


def test_so_is_a_damaged_start_that_nobody_trains_from_now(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.send_statistics()
    scaler = hospital.start()["scaler_sha256"]
    hospital.counts = hospital.counts + 1
    hospital.send_statistics()
    federation.merge_statistics()
    federation.file("blobs", scaler[:2], scaler).write_bytes(b"damaged")
    hospital.train_and_upload()
    made = federation.aggregate()
    assert made.status_code == 201, made.text
    assert made.json()["notes"][0] == "A shared start is damaged, and nothing was held against it: fl-director fsck."


def test_b_is_the_current_version_or_the_shared_start(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    federation.aggregate()
    artifacts = Artifacts(federation.director.blobs, DIAGNOSIS_COUNT)
    with federation.director.database.read() as session:
        row = line_of(session, DIAGNOSIS_COUNT).current
        assert row is not None
        here = origin_of(artifacts, DIAGNOSIS_COUNT, row)
    assert here.tensors is artifacts.tensors(row.digest_of("model"))
    assert here.scaler == artifacts.scaler(row.digest_of("scaler"))
    before = origin_of(artifacts, DIAGNOSIS_COUNT, None)
    assert before.scaler is None
    assert np.array_equal(before.tensors.read(LAYOUT[0], 0, LAYOUT[0].size), SHARED[LAYOUT[0].name].reshape(-1))
