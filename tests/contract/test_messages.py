"""Small types that many messages share."""

import json

import pytest
from pydantic import ValidationError

from contract.messages.envoys import ExpectationRequest
from contract.messages.statistics import StatisticsReport
from contract.messages.uploads import UploadMetadata

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
