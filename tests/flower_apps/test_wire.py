"""What travels: read as it was written; whatever else comes is refused in a sentence, and a task before all else."""

import math
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import ArtifactError, FederationError
from contract.messages.tasks import TaskDescription
from contract.names import Digest, EnvoyName
from contract.tasks import DIAGNOSIS_COUNT as TASK
from contract.tasks import Task
from envoy.errors import PolicyError
from envoy.lesson import Lesson
from flower_apps.errors import MalformedMessageError
from flower_apps.wire import Answer, Asked, read_lesson, written_lesson

SCALER = TASK.fit_scaler(np.arange(10.0)[:, np.newaxis])
LESSON = Lesson(TASK, TASK.initial_state(), SCALER, seed=7, number=2, proximal=0.5)
ASKED = Asked(LESSON, run="12345", rounds=3, base=Digest("a" * 64))
ANSWER = Answer(EnvoyName("KNH"), 80, b"model")


def agreed(described: TaskDescription) -> Task:
    return described.to_task()


def test_a_lesson_is_read_as_it_was_written():
    found = read_lesson(written_lesson(LESSON), agreed)
    assert written_lesson(found) == written_lesson(LESSON)
    assert (found.task, found.scaler, found.seed, found.number, found.proximal) == (TASK, LESSON.scaler, 7, 2, 0.5)


def test_what_is_asked_and_what_is_answered_are_read_as_they_were_written():
    found = Asked.read(ASKED.written(), agreed)
    assert (found.run, found.rounds, found.base, found.is_last) == ("12345", 3, ASKED.base, False)
    assert Answer.read(ANSWER.written()) == ANSWER
    refused = Answer(EnvoyName("KNH"), 0, b"", refusal="It does not take part.")
    assert Answer.read(refused.written()) == refused


def test_nothing_is_read_of_a_task_that_is_not_agreed_to():
    def refuses(described: TaskDescription) -> Task:
        raise PolicyError("Not here.")

    with pytest.raises(PolicyError):
        Asked.read({**ASKED.written(), "model": b"no model"}, refuses)


@pytest.mark.parametrize(
    "changed",
    [
        {"number": 0},
        {"number": True},
        {"number": 4},
        {"rounds": 10_001},
        {"seed": -1},
        {"seed": 2**63},
        {"seed": "7"},
        {"proximal": math.nan},
        {"proximal": -0.1},
        {"run": "../../home"},
        {"run": ""},
        {"base": "b" * 63},
        {"task": b"{}"},
        {"task": None},
    ],
)
def test_a_field_that_makes_no_sense_is_refused(changed: dict):
    with pytest.raises(MalformedMessageError):
        Asked.read({**ASKED.written(), **changed}, agreed)


@pytest.mark.parametrize("name", list(ASKED.written()))
def test_a_field_that_is_missing_is_named(name: str):
    fields = {key: value for key, value in ASKED.written().items() if key != name}
    with pytest.raises(MalformedMessageError, match=name if name != "task" else "task is missing"):
        Asked.read(fields, agreed)


@pytest.mark.parametrize("name", ["model", "scaler"])
def test_a_file_goes_through_the_strict_readers(name: str):
    with pytest.raises(ArtifactError):
        Asked.read({**ASKED.written(), name: b"\x80\x04no"}, agreed)


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.integers())
)


@given(st.dictionaries(st.sampled_from([*ASKED.written(), *ANSWER.written(), "else"]), VALUES))
def test_whatever_comes_is_read_or_refused_by_an_error_of_ours(fields: dict):
    for whole in (fields, {**ASKED.written(), **fields}, {**ANSWER.written(), **fields}):
        for read in (lambda said: Asked.read(said, agreed), Answer.read):
            with suppress(FederationError):
                read(whole)


def test_what_a_hospital_says_reaches_no_terminal_as_it_is():
    said = {**ANSWER.written(), "refusal": "no\x1b[2J\n" + "x" * 1000}
    found = Answer.read(said)
    assert found.refusal.isprintable()
    assert len(found.refusal) <= 500
