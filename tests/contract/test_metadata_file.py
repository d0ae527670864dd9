"""``metadata.json`` is one text for whoever reads it: the same is taken, the same is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import ArtifactError
from contract.metadata_file import MAX_METADATA_BYTES, as_written, read_metadata_file

NEEDED = {"task": "diagnosis_count", "num_examples": 20, "base": "0" * 64}


def written(**said: object) -> str:
    return json.dumps({**NEEDED, **said})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_encoding_that_an_editor_writes_is_read(encoding: str):
    data = written(hospital="Köln").encode(encoding)
    assert read_metadata_file(data).num_examples == 20
    assert as_written(data)["hospital"] == "Köln"


@pytest.mark.parametrize(
    ("text", "says", "field"),
    [
        (written(num_examples=True), "num_examples: a truth value or a text is no number", "num_examples"),
        (written(num_examples="20"), "num_examples: a truth value or a text is no number", "num_examples"),
        (written(num_examples=16.9), "num_examples: Input should be a valid integer", "num_examples"),
        (written(num_examples=float("inf")), "num_examples: Input should be a finite number", "num_examples"),
        (written(seed=True), "seed: a truth value or a text is no number", "seed"),
        (written(local_epochs="3"), "local_epochs: a truth value or a text is no number", "local_epochs"),
        (written(round=True), "round: a truth value or a text is no number", "round"),
        (written(metrics={"accuracy": True}), "metrics.accuracy", "metrics.accuracy.float"),
        (written(metrics={"accuracy": "0.5"}), "metrics.accuracy", "metrics.accuracy.float"),
        (written()[:-1] + ', "num_examples": 21}', "num_examples: the key is there twice", "num_examples"),
        (written()[:-1] + ', "num_examples": 20}', "num_examples: the key is there twice", "num_examples"),
        (written()[:-1] + ', "x": {"\\u001b": 1, "\\u001b": 1}}', r"\x1b: the key is there twice", r"\x1b"),
        (written()[:-1] + ', "x": ' + "9" * 5000 + "}", "Invalid JSON: number out of range", "metadata"),
        (written()[:-1] + ', "x": ' + "[" * 5000 + "]" * 5000 + "}", "Invalid JSON: recursion limit", "metadata"),
        ("[]", "metadata: Input should be an object", "metadata"),
        ("", "metadata: Invalid JSON", "metadata"),
        (" " * (MAX_METADATA_BYTES + 1), "more than 65,536", None),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str, says: str, field: str | None):
    with pytest.raises(ArtifactError) as refused:
        read_metadata_file(text.encode())
    assert says in refused.value.sentence
    assert refused.value.sentence.isprintable()
    assert refused.value.facts.get("field") == field


def test_a_whole_number_is_taken_however_it_is_written():
    read = read_metadata_file(written(num_examples=20.0, seed=3.0, metrics={"accuracy": 1}).encode())
    assert (read.num_examples, read.seed, read.metrics) == (20, 3, {"accuracy": 1.0})


@given(data=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: written(x=text).encode()))
def test_any_bytes_are_read_or_refused(data: bytes):
    try:
        read = read_metadata_file(data)
    except ArtifactError:
        return
    assert as_written(data)["num_examples"] == read.num_examples
