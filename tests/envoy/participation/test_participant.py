"""What a hospital does when it is asked."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contract.artifacts.model_file import read_model, write_model
from contract.tasks import DIAGNOSIS_COUNT
from envoy.accepted_tasks import AcceptedTasks
from envoy.errors import PolicyError
from envoy.house_rules import HouseRules
from envoy.kept_models import KeptModels
from envoy.parcel import label_of
from envoy.participation.cohorts import FrozenCohort
from envoy.participation.participant import Participant
from envoy.participation.switches import Switches
from envoy.reported import ReportedStatistics
from simulation.consortium import write_consortium
from tests.envoy.own_table.heart import HEART, put, rows, table
from tests.envoy.participation.rounds_played import NOW, PlayedRounds, Taking

TASK = DIAGNOSIS_COUNT.name


@pytest.fixture
def participant(taking: Taking) -> Participant:
    return taking.participant()


def test_statistics_go_before_the_first_answer_and_not_again(
    director: PlayedRounds, participant: Participant, taking: Taking
) -> None:
    participant.answer(1, TASK)
    participant.answer(1, TASK)
    taking.participant().answer(1, TASK)
    assert director.paths("POST") == ["/statistics/KNH", *["/runs/1/answers"] * 3]


@pytest.mark.parametrize(("patients", "choice", "told"), [(10, "refuse", None), (12, "take_part", 12)])
def test_of_fewer_than_11_patients_no_number_leaves(
    director: PlayedRounds, taking: Taking, tmp_path: Path, patients: int, choice: str, told: int | None
) -> None:
    (taking.tables,) = write_consortium(tmp_path / "few", hospitals=1, patients=patients, seed=1)
    answer = taking.participant().answer(1, TASK)
    assert (answer.choice, answer.patients) == (choice, told)
    assert director.answers[-1]["reason"] in (None, "There are too few patients to train on here.")
    assert ("/statistics/KNH" in director.paths("POST")) == (choice == "take_part")


def test_too_few_by_the_houses_own_rules_is_a_refusal(director: PlayedRounds, taking: Taking) -> None:
    taking.rules = HouseRules(minimum_examples=100)
    assert taking.participant().answer(1, TASK).choice == "refuse"
    with pytest.raises(PolicyError, match="is trained here on at least 100"):
        taking.participant().update(director.assignment())


def test_a_plan_beyond_the_houses_rules_is_refused_with_the_reason(director: PlayedRounds, taking: Taking) -> None:
    taking.rules = HouseRules(max_epochs=1)
    answer = taking.participant().answer(1, TASK)
    assert (answer.choice, "ENVOY_MAX_EPOCHS is 1" in (answer.reason or "")) == ("refuse", True)


def test_cut_points_that_nobody_accepted_are_refused_until_somebody_does(
    director: PlayedRounds, taking: Taking
) -> None:
    director.task = replace(DIAGNOSIS_COUNT, cut_points=(3.0, 9.0))
    participant = taking.participant()
    answer = participant.answer(1, TASK)
    assert (answer.choice, "nobody here has accepted others" in (answer.reason or "")) == ("refuse", True)
    AcceptedTasks(taking.home).accept(director.task, NOW)
    assert participant.answer(1, TASK).choice == "take_part"


def test_what_was_accepted_can_not_be_read_is_told_to_nobody_else(director: PlayedRounds, taking: Taking) -> None:
    taking.home.mkdir()
    (taking.home / "accepted_tasks.json").write_text("{")
    with pytest.raises(PolicyError):
        taking.participant().answer(1, TASK)
    assert director.answers == []


def test_a_refusal_goes_before_all_else(director: PlayedRounds, participant: Participant, taking: Taking) -> None:
    assert participant.refusal(1, TASK) is None
    Switches(taking.home, taking.url).refuse(1, "No staff.")
    assert participant.refusal(1, TASK) == "No staff."
    assert participant.answer(1, TASK).reason == "No staff."


def test_an_update_is_of_the_round_and_the_cohort_that_the_run_began_with(
    director: PlayedRounds, participant: Participant
) -> None:
    answer = participant.answer(1, TASK)
    label = label_of(participant.update(director.assignment()))
    assert (label.round, label.cohort, label.seed, label.trained_at) == (1, answer.cohort, 5, None)
    assert (label.base, label.num_examples) == (director.start()["base"], 40)


def test_patients_who_changed_are_said_before_training_and_their_statistics_sent(
    director: PlayedRounds, participant: Participant, taking: Taking, tmp_path: Path
) -> None:
    answer = participant.answer(1, TASK)
    (taking.tables,) = write_consortium(tmp_path / "more", hospitals=1, patients=60, seed=1)
    seen: list[FrozenCohort] = []
    parcel = taking.participant().update(director.assignment(), on_cohort=seen.append)
    assert [each.has_changed for each in seen] == [True]
    assert label_of(parcel).cohort == seen[0].name != answer.cohort
    assert director.paths("POST").count("/statistics/KNH") == 2


def test_a_task_that_the_director_defines_anew_is_asked_for_again(
    director: PlayedRounds, participant: Participant, taking: Taking
) -> None:
    participant.update(director.assignment())
    director.task = replace(DIAGNOSIS_COUNT, cut_points=(3.0, 9.0))
    AcceptedTasks(taking.home).accept(director.task, NOW)
    with pytest.raises(PolicyError, match="do not mean the same"):
        participant.update(director.assignment())
    assert label_of(participant.update(director.assignment())).base == director.start()["base"]


def test_whether_statistics_are_news_is_looked_up_once_and_not_in_each_round(
    director: PlayedRounds, participant: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, is_news = [], ReportedStatistics.is_news

    def counted(reported: ReportedStatistics, *asked: Any) -> bool:
        looked.append(asked)
        return is_news(reported, *asked)

    monkeypatch.setattr(ReportedStatistics, "is_news", counted)
    participant.answer(1, TASK)
    for _ in range(3):
        participant.update(director.assignment())
    assert len(looked) == 1


def test_the_model_of_a_round_is_kept_here_to_be_asked(
    director: PlayedRounds, participant: Participant, taking: Taking
) -> None:
    parcel = participant.update(director.assignment())
    kept = KeptModels(taking.home).last(DIAGNOSIS_COUNT)
    assert kept is not None
    assert write_model(kept.state, DIAGNOSIS_COUNT.layout) == write_model(
        read_model(parcel["model"], DIAGNOSIS_COUNT.layout), DIAGNOSIS_COUNT.layout
    )


def test_a_run_of_a_task_of_the_consortiums_own_over_its_own_table(
    director: PlayedRounds, taking: Taking, tmp_path: Path
) -> None:
    director.task, director.scaler = (
        HEART,
        HEART.fit_scaler(np.random.default_rng(0).normal(0, 1, (50, len(HEART.columns)))),
    )
    taking.tables, taking.tasks = put(tmp_path, table(*rows(200, patients=100))), (HEART.name,)
    refused = taking.participant().answer(1, HEART.name)
    assert (refused.choice, "Nobody here has accepted" in (refused.reason or "")) == ("refuse", True)
    AcceptedTasks(taking.home).accept(HEART, NOW)
    participant = taking.participant()
    assert (participant.answer(1, HEART.name).choice, director.answers[-1]["patients"]) == ("take_part", 100)
    parcel = participant.update(director.assignment())
    assert label_of(parcel).task == HEART.name
    assert participant.update(director.assignment()).key == parcel.key
    put(tmp_path, table(*rows(190, patients=90)))
    assert participant.update(director.assignment()).key != parcel.key
