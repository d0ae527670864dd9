"""Optimizers of the server: their papers' steps, what they remember, and that nothing else decides a bit."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aggregation.errors import AggregationError, NoBaseError
from aggregation.rules.combined import Combined
from aggregation.rules.server_optimizers import SMALLEST_TAU, step_from
from aggregation.strategy import aggregate, strategy_named
from aggregation.tiles import TILE_ELEMENTS
from aggregation.updates import TensorsInMemory
from contract.artifacts.model_file import read_model, write_model
from contract.network import ArchitectureSpec, State, initial_state, tensor_layout
from tests.small_updates import BASE, COUNTS, NAME, ROWS, SCALER, updates_of

OPTIMIZERS = ("fedavgm", "fedadam", "fedyogi")
AVERAGE = np.average(ROWS, axis=0, weights=COUNTS)
every_optimizer = pytest.mark.parametrize("strategy", OPTIMIZERS)
vectors = arrays(np.float64, 3, elements=st.floats(-10, 10, width=32))


def run(strategy: str, averages: list[np.ndarray], **parameters: float) -> list[Combined]:
    """Let rounds follow one another, each with one update that is its average, from where the last one led."""
    chosen, given = strategy_named(strategy, parameters), []
    here, memory = np.zeros(3, np.float32), None
    for average in averages:
        given.append(aggregate(updates_of(average[np.newaxis], base=here), chosen, SCALER, memory=memory))
        here = given[-1].state[NAME]
        memory = {name: TensorsInMemory(state) for name, state in given[-1].memory.items()}
    return given


def states(given: list[Combined]) -> list[list[float]]:
    return [each.state[NAME].tolist() for each in given]


def adaptive(averages: list[np.ndarray], variance_of) -> list[np.ndarray]:
    """Reddi et al. 2021, Algorithm 2, lines 11 to 15, as it stands there; η = 0.1, β1 = 0.9, β2 = 0.99, τ = 0.001."""
    x, m, v = np.zeros(3), np.zeros(3), np.full(3, 0.001**2)
    found = []
    for average in averages:
        delta = average - x
        m = 0.9 * m + 0.1 * delta
        v = variance_of(v, delta)
        x = x + 0.1 * m / (np.sqrt(v) + 0.001)
        found.append(x)
    return found


rounds = [np.array([1.0, -2.0, 0.25]), np.array([1.5, -2.0, 0.0]), np.array([0.5, 3.0, 0.0]), np.array([0.5, 1, 2])]


def test_fedadam_steps_as_its_paper_says():
    expected = adaptive(rounds, lambda v, delta: 0.99 * v + 0.01 * delta**2)
    assert np.allclose(states(run("fedadam", rounds)), expected, rtol=1e-5, atol=1e-6)


def test_fedyogi_steps_as_its_paper_says():
    expected = adaptive(rounds, lambda v, delta: v - 0.01 * delta**2 * np.sign(v - delta**2))
    assert np.allclose(states(run("fedyogi", rounds)), expected, rtol=1e-5, atol=1e-6)
    assert states(run("fedyogi", rounds)) != states(run("fedadam", rounds))


def test_fedavgm_steps_as_its_paper_says():
    x, v, expected = np.zeros(3), np.zeros(3), []
    for average in rounds:
        v = 0.5 * v + (average - x)
        x = x + 0.8 * v
        expected.append(x)
    assert np.allclose(states(run("fedavgm", rounds, server_rate=0.8, momentum=0.5)), expected, rtol=1e-5, atol=1e-6)


@given(st.lists(vectors, min_size=1, max_size=4))
def test_momentum_without_memory_and_at_full_rate_is_fedavg(averages: list[np.ndarray]):
    found = states(run("fedavgm", averages, momentum=0.0))
    assert np.allclose(found, states(run("fedavg", averages)), rtol=1e-6, atol=1e-5)


def test_the_pseudo_gradient_is_the_weighted_average_minus_the_start():
    strategy = strategy_named("fedavgm", {"server_rate": 0.5})
    found = aggregate(updates_of(ROWS, COUNTS, BASE), strategy, SCALER)
    assert found.state[NAME] == pytest.approx(np.array(BASE) + 0.5 * (AVERAGE - BASE), rel=1e-6)
    assert found.memory["momentum"][NAME] == pytest.approx(AVERAGE - BASE, rel=1e-6)
    assert found.shares == pytest.approx(np.array(COUNTS) / sum(COUNTS))


def test_behind_clip_the_step_is_that_of_what_was_clipped():
    strategy = strategy_named("clip+fedavgm", {"momentum": 0.0})
    clipped = aggregate(updates_of(ROWS, COUNTS, BASE), strategy_named("clip+fedavg", {}), SCALER)
    found = aggregate(updates_of(ROWS, COUNTS, BASE), strategy, SCALER)
    assert found.state[NAME] == pytest.approx(clipped.state[NAME], rel=1e-6)


@every_optimizer
def test_it_names_what_it_remembers_and_gives_that_back_in_the_layout(strategy: str):
    chosen = strategy_named(strategy, {})
    found = aggregate(updates_of(ROWS, COUNTS, BASE), chosen, SCALER)
    assert (
        chosen.memory == tuple(found.memory) == (("momentum",) if strategy == "fedavgm" else ("momentum", "variance"))
    )
    for state in found.memory.values():
        assert set(state) == {NAME}
        assert (state[NAME].shape, state[NAME].dtype) == ((3,), np.dtype("f4"))
    assert strategy_named("fedavg", {}).memory == ()
    assert aggregate(updates_of(ROWS, COUNTS, BASE), strategy_named("fedavg", {}), SCALER).memory == {}


@every_optimizer
def test_a_memory_that_was_a_file_between_gives_the_same_bytes(strategy: str):
    spec = ArchitectureSpec(2, (4,), 3)
    layout, base = tensor_layout(spec), TensorsInMemory(initial_state(spec, 1))
    server = strategy_named(strategy, {}).server
    assert server is not None

    def stepped(seed: int, memory: Mapping[str, State]) -> tuple[State, Mapping[str, State]]:
        given = {name: TensorsInMemory(state) for name, state in memory.items()}
        return step_from(base, initial_state(spec, seed), server, layout, given)

    _, memory = stepped(2, {})
    kept = {name: read_model(write_model(state, layout), layout) for name, state in memory.items()}
    at_once, later = stepped(3, memory), stepped(3, kept)
    assert write_model(at_once[0], layout) == write_model(later[0], layout)
    assert write_model(at_once[0], layout) != write_model(stepped(3, {})[0], layout)


@every_optimizer
@settings(max_examples=20, deadline=None)
@given(rows=arrays(np.float32, (5, 4), elements=st.floats(-100, 100, width=32)), order=st.permutations(range(5)))
def test_no_order_of_arrival_changes_a_bit(strategy: str, rows: np.ndarray, order: list[int]):
    chosen, updates = strategy_named(strategy, {}), updates_of(rows, [3, 1, 4, 1, 5], rows.mean(axis=0))
    first = aggregate(updates, chosen, SCALER)
    again = aggregate([updates[place] for place in order], chosen, SCALER)
    assert first.state[NAME].tobytes() == again.state[NAME].tobytes()
    assert [first.memory[name][NAME].tobytes() for name in chosen.memory] == [
        again.memory[name][NAME].tobytes() for name in chosen.memory
    ]


@every_optimizer
def test_where_nothing_changed_nothing_moves(strategy: str):
    found = aggregate(updates_of([BASE] * 3, base=BASE), strategy_named(strategy, {}), SCALER)
    assert found.state[NAME].tolist() == list(BASE)


@every_optimizer
def test_a_start_is_needed(strategy: str):
    chosen = strategy_named(strategy, {})
    assert chosen.needs_base
    with pytest.raises(NoBaseError, match="does not say what it was trained from"):
        aggregate(updates_of(ROWS), chosen, SCALER)


def test_another_optimizers_memory_is_refused():
    memory = aggregate(updates_of(ROWS, COUNTS, BASE), strategy_named("fedavgm", {}), SCALER).memory
    given = {name: TensorsInMemory(state) for name, state in memory.items()}
    with pytest.raises(AggregationError, match=r"remembered is momentum, .* goes on from momentum, variance"):
        aggregate(updates_of(ROWS, COUNTS, BASE), strategy_named("fedadam", {}), SCALER, memory=given)


@pytest.mark.parametrize("strategy", ["fedadam", "fedyogi"])
@given(deltas=st.lists(st.sampled_from([0.0, 1e-30, -1e-12, 1.0, -1e6]), min_size=1, max_size=5))
def test_with_the_smallest_tau_every_step_is_finite(strategy: str, deltas: list[float]):
    server = strategy_named(strategy, {"tau": SMALLEST_TAU}).server
    assert server is not None
    memory = {name: np.full(1, value) for name, value in server.beginning.items()}
    for delta in deltas:
        step, after = server.step(np.full(1, delta), memory)
        memory = {name: values.astype(np.float32).astype(np.float64) for name, values in after.items()}
        assert np.isfinite(step).all()
        assert (memory["variance"] > 0).all()


def test_tensors_larger_than_a_tile_are_stepped_whole():
    spec = ArchitectureSpec(TILE_ELEMENTS // 4, (9,), 3)
    base, average = initial_state(spec, 1), initial_state(spec, 2)
    server = strategy_named("fedavgm", {"server_rate": 0.5}).server
    assert server is not None
    state, _ = step_from(TensorsInMemory(base), average, server, tensor_layout(spec), None)
    assert all(np.allclose(state[name], (base[name] + average[name]) / 2, atol=1e-6) for name in base)
