"""The engines by name, and what is said where one is not there."""

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from simulation import Federation
from simulation.engines import ENGINES, OWN, engine_named
from simulation.errors import EngineMissingError, ExperimentError
from simulation.in_process import one_by_one

needs_none = pytest.mark.skipif(find_spec("flwr") is not None, reason="Flower is installed here: nothing is missing")


def test_our_own_engine_needs_nothing():
    assert engine_named(OWN) is one_by_one
    assert ENGINES == ("own", "flower")


def test_an_engine_of_another_name_is_refused_with_those_that_there_are():
    with pytest.raises(ExperimentError, match="no engine 'spark'") as refused:
        engine_named("spark")
    assert refused.value.hint == "Choose one of: own, flower."


@needs_none
def test_where_flower_is_missing_it_is_said_before_anything_is_trained():
    federation = Federation.synthetic(hospitals=2, patients=20, task=DIAGNOSIS_COUNT)
    seen: list[object] = []
    with pytest.raises(EngineMissingError, match="Flower's engine is not installed here") as refused:
        federation.run(rounds=1, on_round=seen.append, engine="flower")
    assert "docs/engines.md" in (refused.value.hint or "")
    assert seen == []


@needs_none
def test_the_command_says_so_in_a_sentence():
    command = [sys.executable, "-m", "simulation.cli", "run", "--engine", "flower", "--json"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 5
    assert json.loads(found.stdout)["error"]["code"] == "engine_missing"
    assert "Traceback" not in found.stderr
