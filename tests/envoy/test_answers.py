"""This hospital's word on a version: what is fetched for it, and which versions wait."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from contract.errors import ModelFileError
from contract.names import EnvoyName
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from envoy.answers import judge_version, versions_to_answer
from envoy.cohort import Split
from envoy.director_client import DirectorClient
from envoy.errors import NetworkError
from envoy.judgement import Margins
from envoy.submission import LocalData
from envoy.training import train
from tests.envoy.patients import split
from tests.envoy.playing import NOW, PlayedDirector, playing

KNH = EnvoyName("KNH")
PATIENTS: Split = split()
DATA = LocalData(DIAGNOSIS_COUNT, PATIENTS)
SCALER = ScalerState.fitted(PATIENTS.training.features)
START = DIAGNOSIS_COUNT.initial_state()


def client(director: PlayedDirector) -> DirectorClient:
    return DirectorClient(director.url, "fld_secret", timeout_seconds=5, attempts=0)


@pytest.fixture(scope="module")
def learned() -> Any:
    return train(DIAGNOSIS_COUNT, START, SCALER, PATIENTS, 0).state


@pytest.fixture
def director(learned: Any) -> Iterator[PlayedDirector]:
    """Two versions: one that learned, and one that forgot."""
    with playing() as played:
        played.add_version(learned, SCALER)
        played.add_version({name: -values for name, values in learned.items()}, SCALER)
        yield played


def test_a_version_is_held_against_its_parent_and_the_first_against_the_shared_start(
    director: PlayedDirector,
) -> None:
    first, second = (judge_version(client(director), DATA, version, Margins()) for version in (1, 2))
    assert (first.parent, first.judgement.answer) == (None, "accept")
    assert (second.parent, second.judgement.answer) == (1, "refuse")
    assert second.before.loss == first.found.loss
    assert first.before.loss == pytest.approx(1.1, abs=0.4)
    assert first.request.model_dump() == {"task": "diagnosis_count", "answer": "accept"}


def test_versions_wait_until_this_hospital_said_something(director: PlayedDirector, learned: Any) -> None:
    director.add_version(learned, SCALER, waiting=False)
    assert versions_to_answer(client(director), DIAGNOSIS_COUNT, KNH) == [1, 2]
    for name, left in (("MTRH", [1, 2]), ("knh", [2])):
        director.versions[0]["answers"] = [{"envoy_name": name, "answer": "refuse", "answered_at": NOW}]
        assert versions_to_answer(client(director), DIAGNOSIS_COUNT, KNH) == left


def test_a_director_of_the_version_before_has_none_that_wait(director: PlayedDirector) -> None:
    for version in director.versions:
        for later in ("parent", "waiting", "answers"):
            del version[later]
    assert versions_to_answer(client(director), DIAGNOSIS_COUNT, KNH) == []


def test_what_came_must_be_what_the_version_says(director: PlayedDirector) -> None:
    director.said["/global_models/1/model.pt"] = (200, b"another")
    with pytest.raises(NetworkError, match="damaged"):
        judge_version(client(director), DATA, 1, Margins())
    director.versions[0]["sha256"] = director.keep(b"no model")
    del director.said["/global_models/1/model.pt"]
    with pytest.raises(ModelFileError):
        judge_version(client(director), DATA, 1, Margins())
    director.said["/global_models/2"] = (200, director.versions[0])
    with pytest.raises(NetworkError, match="does not speak"):
        judge_version(client(director), DATA, 2, Margins())


def test_a_file_larger_than_the_layout_needs_is_not_taken(director: PlayedDirector) -> None:
    director.said["/global_models/1/model.pt"] = (200, bytes(200_000))
    with pytest.raises(NetworkError, match="is not taken: it has more than"):
        judge_version(client(director), DATA, 1, Margins())


def test_the_held_out_patients_decide_and_no_others(director: PlayedDirector) -> None:
    nobody = LocalData(DIAGNOSIS_COUNT, Split(PATIENTS.training, PATIENTS.held_out.take(np.arange(3))))
    assert judge_version(client(director), nobody, 1, Margins()).found.rows == 3


def test_no_more_versions_are_looked_at_than_were_asked_for_however_many_come(director: PlayedDirector) -> None:
    item = {**director.versions[0], "waiting": True, "answers": []}
    many = [{**item, "version": number} for number in range(50, 0, -1)]
    director.said["/global_models"] = (200, {"items": many, "next": None})
    assert versions_to_answer(client(director), DIAGNOSIS_COUNT, KNH) == [46, 47, 48, 49, 50]
