"""Small types that many messages share."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from contract.messages.engine_plans import EnginePlan, EngineRun, PlannedHospital
from contract.messages.envoys import ExpectationRequest
from contract.messages.statistics import StatisticsReport
from contract.messages.tasks import Start, TaskDescription
from contract.messages.uploads import UploadMetadata
from contract.names import Digest, EnvoyName
from contract.tasks import DIAGNOSIS_COUNT

BASE = "0" * 64


@pytest.mark.parametrize("number", [True, "50", 0, -1, 1.5, 10**10, float("inf"), [50], {}])
def test_what_is_no_count_is_refused_wherever_one_is_said(number: object):
    for message, more in (
        (ExpectationRequest, {}),
        (StatisticsReport, {"mean": [1.0], "m2": [1.0]}),
        (UploadMetadata, {"task": "diagnosis_count", "base": BASE}),
    ):
        with pytest.raises(ValidationError):
            message.model_validate_json(json.dumps({"num_examples": number, **more}))


@pytest.mark.parametrize("number", [1, 50, 50.0, 1_000_000_000])
def test_a_whole_number_is_a_count_however_it_is_written(number: float):
    assert ExpectationRequest.model_validate_json(json.dumps({"num_examples": number})).num_examples == int(number)


def test_the_bounds_of_a_count_stand_in_the_interface():
    schema = StatisticsReport.model_json_schema()["properties"]["num_examples"]
    assert (schema["minimum"], schema["maximum"], schema["type"]) == (1, 1_000_000_000, "integer")


# --- runs under another engine ----------------------------------------------------------------------------------------

DIGEST = Digest(BASE)
PLAN = EnginePlan(
    task=TaskDescription.of(DIAGNOSIS_COUNT),
    start=Start(task=DIAGNOSIS_COUNT.name, base=DIGEST, model_sha256=DIGEST, scaler_sha256=DIGEST, global_version=None),
    rounds=10,
    strategy="clip+fedavg",
    parameters={"f": 1},
    seed=7,
    quorum=1,
    hospitals=(
        PlannedHospital(envoy_name=EnvoyName("KNH"), reported=50),
        PlannedHospital(envoy_name=EnvoyName("MTRH")),
    ),
    bounds={"count_ratio": 3.0},
)
RUN = {"engine": "flower", "id": "1234", "rounds": 10}


def test_a_plan_is_read_from_its_file_as_it_was_written():
    read = EnginePlan.model_validate_json(PLAN.model_dump_json(indent=2))
    assert read == PLAN
    assert read.task.to_task() == DIAGNOSIS_COUNT


@pytest.mark.parametrize(
    "given",
    [
        {"more": 1},
        {"rounds": 0},
        {"rounds": 10_001},
        {"seed": -1},
        {"quorum": 0},
        {"hospitals": []},
        {"bounds": {"count_ratio": float("nan")}},
        {"parameters": {"f": float("inf")}},
        {"strategy": "two\nlines"},
        {"hospitals": [{"envoy_name": "KNH", "reported": 0}]},
        {"hospitals": [{"envoy_name": "../KNH"}]},
    ],
    ids=str,
)
def test_a_plan_that_no_director_wrote_is_refused(given: dict[str, Any]):
    with pytest.raises(ValidationError):
        EnginePlan.model_validate_json(json.dumps({**PLAN.model_dump(mode="json"), **given}))


@pytest.mark.parametrize(
    "given",
    [{"engine": ""}, {"engine": "f" * 41}, {"id": ""}, {"id": "\x1b[2J"}, {"rounds": 0}, {"seed": 2**63}],
    ids=str,
)
def test_an_engines_run_says_who_which_and_how_long(given: dict[str, Any]):
    with pytest.raises(ValidationError):
        EngineRun.model_validate_json(json.dumps({**RUN, **given}))


@pytest.mark.parametrize(("rounds", "said"), [(1, "1 round"), (2, "2 rounds")])
def test_the_length_of_an_engines_run_is_said_in_words(rounds: int, said: str):
    assert EngineRun.model_validate({**RUN, "rounds": rounds}).length == said


def test_what_a_later_engine_says_besides_is_not_refused():
    assert EngineRun.model_validate({**RUN, "superlink": "1.40"}) == EngineRun.model_validate(RUN)
