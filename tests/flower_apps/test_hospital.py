"""What a hospital does when it is asked through Flower: within its limits, never without a line of its ledger."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from contract.artifacts.model_file import read_model
from contract.messages.tasks import TaskDescription
from contract.names import Digest
from contract.tasks import BUILT_IN_TASKS, Task
from envoy.accepted_tasks import AcceptedTasks
from envoy.errors import DataError
from envoy.house_rules import HouseRules
from envoy.ledger import Ledger
from envoy.lesson import Lesson
from envoy.parcel import read_parcel
from envoy.submission import LocalData
from flower_apps.hospital import LEDGER_KIND, Hospital
from flower_apps.wire import Asked
from tests.flower_apps.consortium import START, TASK, Known, real, virtual, waiting

VIRTUAL = virtual(1)[0]
SCALER = VIRTUAL.scaler(TASK)


def asked(round_number: int = 1, **changes: object) -> dict:
    lesson = Lesson(TASK, START, SCALER, seed=3, number=round_number, proximal=0.0)
    return {**Asked(lesson, "42", 2, Digest("a" * 64)).written(), **changes}


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return real(tmp_path / "home", VIRTUAL)


def test_it_learns_what_its_envoy_would_and_says_so_in_its_ledger_before(hospital: Hospital):
    answer = hospital.answer(asked())
    assert answer.refusal == ""
    assert answer.num_examples == len(VIRTUAL.split.training)
    ours = VIRTUAL.learned(Lesson(TASK, START, SCALER, 3, 1, 0.0))
    assert all((read_model(answer.model, TASK.layout)[name] == ours[name]).all() for name in ours)
    (line,) = Ledger(hospital.home).entries()
    assert (line.kind, line.to, line.sha256, line.bytes) == (
        LEDGER_KIND, "127.0.0.1:8000", Digest.of(answer.model), len(answer.model),
    )  # fmt: skip
    assert line.outcome.startswith("no answer")
    hospital.handed_over(answer)
    assert Ledger(hospital.home).entries()[0].outcome == "handed to Flower"


def test_the_last_model_of_a_run_waits_as_a_parcel_for_the_director(hospital: Hospital):
    hospital.answer(asked(1))
    assert hospital.outbox.waiting() == []
    answer = hospital.answer(asked(2))
    hospital.answer(asked(2))  # asked again, where its node was lost
    parcel = read_parcel(waiting(hospital.home))
    assert parcel["model"] == answer.model
    label = json.loads(parcel["metadata"])
    assert (label["base"], label["num_examples"]) == ("a" * 64, answer.num_examples)


def refused(hospital: Hospital, **changes: object) -> str:
    answer = hospital.answer({**asked(), **changes})
    assert (answer.model, answer.num_examples) == (b"", 0)
    assert Ledger(hospital.home).entries() == []
    return answer.refusal


def test_of_a_task_that_it_does_not_train_for_it_learns_nothing(hospital: Hospital):
    other = next(task for name, task in BUILT_IN_TASKS.items() if name != TASK.name)
    described = TaskDescription.of(other).model_dump_json().encode()
    assert "does not take part in runs of task" in refused(hospital, task=described)


def test_moved_cut_points_need_a_word_of_somebody_here(hospital: Hospital):
    moved = replace(TASK, cut_points=(3.0, 9.0))
    described = TaskDescription.of(moved).model_dump_json().encode()
    assert "nobody here has accepted" in refused(hospital, task=described)
    from datetime import UTC, datetime

    AcceptedTasks(hospital.home).accept(moved, datetime.now(UTC))
    assert hospital.answer(asked(task=described)).refusal == ""


def test_with_too_few_patients_nothing_leaves(hospital: Hospital):
    careful = replace(hospital, rules=HouseRules(minimum_examples=10_000))
    assert "is trained here on at least 10000" in refused(careful)


def test_what_can_not_be_read_is_refused_in_a_sentence(hospital: Hospital):
    assert "number is out of bounds" in refused(hospital, number=0)
    assert refused(hospital, model=b"\x80\x04.")
    assert "task is missing" in hospital.answer({}).refusal


def test_a_ledger_that_can_not_be_written_lets_nothing_leave(hospital: Hospital):
    hospital.home.mkdir(parents=True)
    (hospital.home / "ledger.jsonl").mkdir()
    told: list[str] = []
    answer = replace(hospital, say=told.append).answer(asked())
    assert (answer.model, answer.refusal) == (b"", "Its tables or its disk have a defect; it is told there.")
    assert "ledger.jsonl" in told[0]


def test_what_is_wrong_with_its_tables_it_tells_its_own_people_alone(hospital: Hospital):
    class Broken(Known):
        def of(self, task: Task) -> LocalData:
            raise DataError("diagnoses_icd.csv, row 7: subject_id is 'Mary'.")

    told: list[str] = []
    answer = replace(hospital, patients=Broken(VIRTUAL), say=told.append).answer(asked())
    assert "Mary" not in answer.refusal
    assert told == ["diagnoses_icd.csv, row 7: subject_id is 'Mary'."]
