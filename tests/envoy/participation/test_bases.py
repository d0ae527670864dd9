"""The bases of rounds."""

import pytest

from contract.names import Digest
from contract.tasks import DIAGNOSIS_COUNT
from envoy.errors import NetworkError, PolicyError
from envoy.participation.bases import Bases
from tests.envoy.participation.rounds_played import PlayedRounds, Taking


def test_a_base_is_fetched_once_and_of_the_next_only_what_is_new(director: PlayedRounds, taking: Taking) -> None:
    bases, assignment = Bases(taking.client), director.assignment()
    first = bases.open(DIAGNOSIS_COUNT, assignment)
    assert (first.base, first.scaler) == (assignment.base, director.scaler)
    assert bases.open(DIAGNOSIS_COUNT, assignment) is first
    assert len(director.asked) == 2
    scaler = assignment.scaler_sha256
    other = director.keep(director.files[assignment.model_sha256])
    again = director.assignment(1, base=DIAGNOSIS_COUNT.base(other, None), scaler_sha256=None)
    assert bases.open(DIAGNOSIS_COUNT, again).scaler is None
    assert bases.open(DIAGNOSIS_COUNT, assignment).scaler == first.scaler
    assert [each.path for each in director.asked[2:]] == [f"/blobs/{scaler}"], "the model was still here"


def test_a_base_that_its_files_do_not_give_is_refused(director: PlayedRounds, taking: Taking) -> None:
    with pytest.raises(PolicyError, match="do not mean the same"):
        Bases(taking.client).open(DIAGNOSIS_COUNT, director.assignment(1, base=Digest.of(b"another")))


def test_a_file_that_is_not_what_was_named_is_refused(director: PlayedRounds, taking: Taking) -> None:
    assignment = director.assignment()
    director.files[assignment.model_sha256] = b"something else"
    director.said[f"/blobs/{assignment.model_sha256}"] = 200, b"something else"
    with pytest.raises(NetworkError, match="damaged"):
        Bases(taking.client).open(DIAGNOSIS_COUNT, assignment)
