"""Names, parameters, and one answer for every order of arrival and every number of threads."""

import os
import subprocess
import sys

import pytest

from aggregation.errors import TooFewUpdatesError, UnknownStrategyError
from aggregation.strategy import RULES, is_of_rule, strategy_named
from tests.small_updates import BASE, COUNTS, NAME, ROWS, combined, updates_of

STRATEGIES = [*RULES, "clip", *(f"clip+{name}" for name in RULES)]


@pytest.mark.parametrize("name", ["magic", "clip+", "+fedavg", "fedavg+clip", "fedavg+mean", "clip+clip2+mean", ""])
def test_an_unknown_strategy_is_refused_and_the_known_are_named(name: str):
    with pytest.raises(UnknownStrategyError) as refusal:
        strategy_named(name, {})
    assert "trimmed_mean" in refusal.value.hint


@pytest.mark.parametrize(
    ("name", "parameters", "said"),
    [
        pytest.param("fedavg", {"f": 1}, "no parameter 'f'", id="a parameter that it has not"),
        pytest.param("krum", {"m": 1}, "no parameter 'm'", id="one that only another has"),
        pytest.param("krum", {"f": 0.5}, "f = 0.5", id="not whole"),
        pytest.param("trimmed_mean", {"f": -1}, "f = -1", id="below 0"),
        pytest.param("multi_krum", {"m": 0}, "m = 0", id="nobody chosen"),
        pytest.param("krum", {"f": float("nan")}, "f = nan", id="no number"),
        pytest.param("fedprox", {"mu": 0}, "mu = 0", id="no term"),
        pytest.param("fedprox", {"mu": 1000.5}, "mu = 1000.5", id="too much of a term"),
        pytest.param("fedavgm", {"momentum": 1}, "momentum = 1", id="a momentum that forgets nothing"),
        pytest.param("fedadam", {"server_rate": 0}, "server_rate = 0", id="a rate that stands still"),
        pytest.param("fedadam", {"beta1": -0.1}, "beta1 = -0.1", id="less than nothing"),
        pytest.param("fedyogi", {"tau": 1e-10}, "tau = 1e-10", id="smaller than what is kept can tell"),
    ],
)
def test_a_parameter_that_can_not_be_is_refused(name: str, parameters: dict[str, float], said: str):
    with pytest.raises(UnknownStrategyError, match=said):
        strategy_named(name, parameters)


def test_a_strategy_knows_its_parameters_and_whether_it_needs_bases():
    assert strategy_named("clip+multi_krum", {"m": 3.0}).parameters == {"f": 1, "m": 3}
    assert strategy_named("fedavg", {}).parameters == {}
    assert [strategy_named(name, {}).needs_base for name in ("krum", "clip", "clip+krum")] == [False, True, True]
    assert [strategy_named(name, {}).needs_base for name in ("fedprox", "fedavgm", "fedadam")] == [False, True, True]
    assert strategy_named("fedadam", {"tau": 0.01}).parameters == {
        "server_rate": 0.1, "beta1": 0.9, "beta2": 0.99, "tau": 0.01,
    }  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_its_condition_in_its_summary_and_it_is_the_one_that_holds(name: str):
    rule = RULES[name]
    assert rule.summary.endswith(".")
    if "f" not in rule.parameters:
        assert "bears no bad update" in rule.summary or "any minority" in rule.summary
        return
    least = {"n > 2f": lambda f: 2 * f + 1, "n ≥ 2f + 3": lambda f: 2 * f + 3}[rule.summary[:-1].rpartition("with ")[2]]
    for f in (1, 2):
        combined(updates_of(ROWS[: least(f)], COUNTS, BASE), name, f=f)
        with pytest.raises(TooFewUpdatesError):
            combined(updates_of(ROWS[: least(f) - 1], COUNTS, BASE), name, f=f)


def test_a_strategy_is_known_to_be_of_its_rule():
    assert is_of_rule("clip+fedavg", "fedavg")
    assert is_of_rule("clip", "mean")
    assert not is_of_rule("clip+fedavg", "mean")
    with pytest.raises(UnknownStrategyError):
        is_of_rule("magic", "mean")


def test_only_fedprox_asks_something_of_the_hospitals_training():
    assert strategy_named("fedprox", {}).proximal == 0.01
    assert strategy_named("clip+fedprox", {"mu": 2}).proximal == 2
    assert {name for name in STRATEGIES if strategy_named(name, {}).proximal} == {"fedprox", "clip+fedprox"}


def test_for_the_director_fedprox_is_fedavg():
    updates = updates_of(ROWS, COUNTS, BASE)
    assert combined(updates, "fedprox", mu=3).state[NAME].tobytes() == combined(updates, "fedavg").state[NAME].tobytes()


@pytest.mark.parametrize("name", STRATEGIES)
def test_shares_sum_to_one_where_there_are_any(name: str):
    found = combined(updates_of(ROWS, COUNTS, BASE), name)
    assert (found.shares is None) == name.endswith(("coordinate_median", "trimmed_mean"))
    if found.shares is not None:
        assert sum(found.shares) == pytest.approx(1)


PROGRAM = """
import itertools, sys
import numpy as np
from aggregation.strategy import RULES, aggregate, strategy_named
from aggregation.updates import ModelUpdate, TensorsInMemory
from contract.network import ArchitectureSpec, initial_state, tensor_layout
from contract.artifacts.model_file import write_model
from contract.names import Digest
from contract.scaler import ScalerState
from concurrent.futures import ThreadPoolExecutor

spec = ArchitectureSpec(300, (120, 20), 3)
layout, base = tensor_layout(spec), TensorsInMemory(initial_state(spec, 99))
draw = np.random.default_rng(5)

def update(place):
    state = {name: np.float32(each + draw.normal(0, 0.05, each.shape)) for name, each in base.state.items()}
    scaler = ScalerState.fitted(draw.normal(place, 1 + place, (30, 300)))
    return ModelUpdate(Digest.of(write_model(state, layout)), 10 + place, scaler, layout, TensorsInMemory(state), base)

updates = [update(place) for place in range(7)]
orders = list(itertools.islice(itertools.permutations(range(7)), 0, 5040, 210))
names = ["clip+" + name for name in RULES]
def made(order_and_name):
    order, name = order_and_name
    return name, Digest.of(write_model(
        aggregate([updates[i] for i in order], strategy_named(name, {}), updates[3].scaler).state, layout))
with ThreadPoolExecutor(int(sys.argv[1])) as workers:
    found = set(workers.map(made, [(order, name) for name in names for order in orders]))
print(len(orders), *sorted(f"{name}={digest}" for name, digest in found))
"""


@pytest.mark.slow
def test_24_orders_with_1_and_4_threads_give_one_sha256_a_strategy():
    def run(threads: int) -> str:
        limits = {name: str(threads) for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}
        command = [sys.executable, "-c", PROGRAM, str(threads)]
        return subprocess.run(command, env={**os.environ, **limits}, capture_output=True, text=True, check=True).stdout

    one, four = run(1), run(4)
    assert one == four
    orders, *digests = one.split()
    assert (int(orders), len(digests)) == (24, len(RULES))
