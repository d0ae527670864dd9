"""What was run: written, read strictly, and told apart from other runs."""

import json

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from simulation.errors import SavedRunError
from simulation.run_record import RunRecord, told_apart
from tests.simulation.runs import small_run


def changed(**facts) -> RunRecord:
    return small_run().record.model_copy(update=facts)


def test_a_record_is_read_back_as_it_was_written():
    record = small_run("fedadam").record
    assert RunRecord.from_file(record.as_file()) == record
    assert record.definition.to_task() == DIAGNOSIS_COUNT


def test_a_record_says_in_plain_words_what_was_run():
    said = json.loads(small_run("fedavgm").record.as_file())
    assert (said["task"], said["strategy"], said["rounds"], said["seed"]) == ("diagnosis_count", "fedavgm", 3, 0)
    assert said["parameters"] == {"server_rate": 1.0, "momentum": 0.9}
    assert said["hospitals"][0] == {"name": "KUTRRH", "num_examples": 48, "held_out": 12}
    assert {"python", "torch", "numpy", "fl-director"} <= set(said["software"])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seed", -1),
        ("rounds", 0),
        ("hospitals", []),
        ("strategy", "<b>fedavg</b>"),
        ("sha256", "abc"),
        ("seconds", "NaN"),
        ("more", 1),
    ],
)
def test_what_no_run_gives_is_refused_by_name(key: str, value: object):
    said = json.loads(small_run().record.as_file()) | {key: value}
    with pytest.raises(SavedRunError, match=f"not what a saved run has there: {key}"):
        RunRecord.from_file(json.dumps(said).encode())


def test_what_is_no_json_is_refused():
    with pytest.raises(SavedRunError, match="the whole"):
        RunRecord.from_file(b"{")


def test_runs_are_named_by_what_they_differ_in():
    avg, adam = changed(), changed(strategy="fedadam", parameters={"tau": 0.1, "beta1": 0.9})
    other = adam.model_copy(update={"parameters": {"tau": 0.01, "beta1": 0.9}})
    assert told_apart([avg]) == ["fedavg"]
    assert told_apart([avg, adam]) == ["fedavg", "fedadam"]
    assert told_apart([avg, adam, other]) == ["fedavg", "fedadam, tau=0.1", "fedadam, tau=0.01"]
    assert told_apart([avg, changed(seed=1)]) == ["fedavg, seed=0", "fedavg, seed=1"]
    assert told_apart([avg, avg]) == ["fedavg, run 1", "fedavg, run 2"]
    assert told_apart([]) == []
