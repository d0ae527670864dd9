"""What a folder claims is read as the director reads it, and refused with the same sentence."""

from pathlib import Path

import pytest

from aggregation.errors import AggregationError
from aggregation.script.claims import claims_of
from contract.errors import ArtifactError, ExamplesOutOfBoundsError
from contract.metadata_file import read_metadata_file
from contract.tasks import DIAGNOSIS_COUNT

HEAD = '{"task": "diagnosis_count", "base": "' + "0" * 64 + '", "num_examples": '


@pytest.mark.parametrize(
    "number", ["Infinity", "NaN", "1e400", "true", "16.9", '"16"', "null", "-3", "0", "9" * 400, "[16]", "{}", "16, "]
)
def test_a_number_that_is_none_is_refused_by_both_with_one_sentence(number: str, tmp_path: Path):
    text = HEAD + number + "}"
    (tmp_path / "metadata.json").write_text(text)
    with pytest.raises(AggregationError) as said:
        claims_of(tmp_path, None, DIAGNOSIS_COUNT)
    with pytest.raises(ArtifactError) as director_said:
        read_metadata_file(text.encode())
    assert said.value.sentence == director_said.value.sentence


def test_more_than_the_task_takes_is_refused_as_the_gate_does(tmp_path: Path):
    (tmp_path / "metadata.json").write_text(HEAD + "10000001}")
    with pytest.raises(ExamplesOutOfBoundsError) as said:
        claims_of(tmp_path, None, DIAGNOSIS_COUNT)
    with pytest.raises(ExamplesOutOfBoundsError) as gate:
        DIAGNOSIS_COUNT.require_examples(10_000_001)
    assert said.value.sentence == gate.value.sentence


def test_a_weight_takes_the_place_of_the_number_and_nothing_else(tmp_path: Path):
    assert claims_of(tmp_path, 7, DIAGNOSIS_COUNT).num_examples == 7
    (tmp_path / "metadata.json").write_text(HEAD + "16}")
    assert claims_of(tmp_path, None, DIAGNOSIS_COUNT).num_examples == 16
    given = claims_of(tmp_path, 7, DIAGNOSIS_COUNT)
    assert (given.num_examples, given.base) == (7, "0" * 64)
