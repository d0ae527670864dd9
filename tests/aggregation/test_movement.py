"""An aggregate moves on from where the federation stands: by what is new, and by no more than its share."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.errors import NoBaseError, NoUpdatesError, TooFewUpdatesError
from aggregation.movement import Origin, carried_over, move
from aggregation.scaling import behind
from aggregation.strategy import RULES, aggregate, strategy_named
from aggregation.updates import ModelUpdate, Tensors, TensorsInMemory
from contract.artifacts.model_file import write_model
from contract.names import Digest
from contract.network import ArchitectureSpec, State, initial_state, tensor_layout
from contract.scaler import ScalerState
from tests.small_updates import where_it_settles

SPEC = ArchitectureSpec(1, (8, 4), 3)
LAYOUT = tensor_layout(SPEC)
OLD = ScalerState.from_moments(100, (5.0,), (2500.0,))
NEW = ScalerState.from_moments(120, (6.0,), (2400.0,))
FEDAVG = strategy_named("fedavg", {})
HERE = initial_state(SPEC, 7)
B = Origin(TensorsInMemory(HERE), OLD)

shares = st.fractions(Fraction(1, 1000), 1, max_denominator=1000)


def trained(seed: int, start: State = HERE, scaler: ScalerState = OLD, num_examples: int = 10) -> ModelUpdate:
    random = np.random.default_rng(seed)
    state = {name: (tensor + random.normal(0, 0.1, tensor.shape)).astype("f4") for name, tensor in start.items()}
    digest = Digest.of(write_model(state, LAYOUT))
    return ModelUpdate(digest, num_examples, scaler, LAYOUT, TensorsInMemory(state), TensorsInMemory(start))


def whole(tensors: Tensors) -> dict[str, np.ndarray]:
    return {spec.name: np.array(tensors.read(spec, 0, spec.size), np.float64).reshape(spec.shape) for spec in LAYOUT}


def are_close(one: State | dict[str, np.ndarray], other: State | dict[str, np.ndarray]) -> bool:
    return all(np.allclose(one[name], other[name], rtol=1e-5, atol=1e-6) for name in one)


@pytest.mark.parametrize("name", [*RULES, "clip", "clip+trimmed_mean"])
@pytest.mark.parametrize("scaler", [OLD, NEW], ids=["behind its scaler", "behind another"])
def test_where_everybody_moves_the_result_is_the_strategys_own_to_the_byte(name: str, scaler: ScalerState):
    movers, strategy = [trained(seed, num_examples=10 + seed) for seed in range(5)], strategy_named(name, {})
    moved, own = move(B, movers, strategy, scaler, Fraction(1)), aggregate(movers, strategy, scaler)
    assert write_model(moved.state, LAYOUT) == write_model(own.state, LAYOUT)
    assert moved.shares == own.shares
    assert kept(moved.memory) == kept(own.memory)


def kept(memory: Mapping[str, State]) -> dict[str, bytes]:
    return {name: write_model(state, LAYOUT) for name, state in memory.items()}


@pytest.mark.parametrize("name", ["fedavgm", "fedadam", "clip+fedyogi"])
def test_a_strategy_goes_on_from_what_it_remembers_whatever_the_share(name: str):
    movers, strategy = [trained(seed) for seed in range(3)], strategy_named(name, {})
    before = move(B, movers, strategy, OLD, Fraction(1))
    memory = {key: TensorsInMemory(state) for key, state in before.memory.items()}
    whole_way, half, anew = (
        move(B, movers, strategy, OLD, share, given)
        for share, given in ((Fraction(1), memory), (Fraction(1, 2), memory), (Fraction(1), None))
    )
    assert kept(half.memory) == kept(whole_way.memory) != kept(anew.memory)
    assert are_close(half.state, {key: (HERE[key] + tensor) / 2 for key, tensor in whole_way.state.items()})
    assert not are_close(whole_way.state, anew.state)


def test_the_step_is_taken_from_where_the_federation_stands():
    elsewhere = initial_state(SPEC, 3)
    late = carried_over(trained(1, start=elsewhere), B, OLD)
    found = move(B, [late], strategy_named("fedavgm", {"server_rate": 2}), OLD, Fraction(1)).state
    change = {key: tensor - elsewhere[key] for key, tensor in whole(trained(1, start=elsewhere).tensors).items()}
    assert are_close(found, {key: HERE[key] + 2 * change[key] for key in change})


@given(shares, st.integers(1, 6), st.sampled_from(["fedavg", "clip", "geometric_median", "fedadam"]))
def test_the_result_goes_the_share_of_the_way_from_where_it_stands(share: Fraction, number: int, name: str):
    movers, strategy = [trained(seed) for seed in range(number)], strategy_named(name, {})
    with where_it_settles():
        result = aggregate(movers, strategy, NEW).state
        moved = move(B, movers, strategy, NEW, share).state
    start = whole(B.behind(NEW, movers[0]))
    assert are_close(moved, {key: start[key] + float(share) * (result[key] - start[key]) for key in start})
    assert {tensor.dtype for tensor in moved.values()} == {np.dtype("f4")}


@given(shares)
def test_of_what_moves_each_has_its_share_of_all(share: Fraction):
    combined = move(B, [trained(1, num_examples=10), trained(2, num_examples=30)], FEDAVG, OLD, share)
    assert combined.shares == pytest.approx([float(share) / 4, 3 * float(share) / 4])
    assert move(B, [trained(1), trained(2)], strategy_named("coordinate_median", {"f": 0}), OLD, share).shares is None


def test_of_two_equal_hospitals_one_silent_the_other_moves_it_half_its_way():
    update = trained(1)
    moved = move(B, [update], FEDAVG, OLD, Fraction(1, 2)).state
    assert are_close(moved, {name: (HERE[name] + tensor) / 2 for name, tensor in whole(update.tensors).items()})


@given(st.permutations(range(4)), shares)
def test_no_order_changes_a_byte(order: list[int], share: Fraction):
    movers = [trained(seed, num_examples=10 + seed) for seed in range(4)]
    states = [
        move(B, given, strategy_named("clip", {}), NEW, share).state
        for given in (movers, [movers[place] for place in order])
    ]
    assert len({write_model(state, LAYOUT) for state in states}) == 1


def test_a_shared_start_stands_as_it_is_behind_whichever_scaler():
    origin, update = Origin(TensorsInMemory(HERE), None), trained(1)
    assert are_close(whole(origin.behind(NEW, update)), HERE)
    assert are_close(whole(B.behind(NEW, update)), whole(behind(replace(update, tensors=B.tensors), NEW).tensors))
    assert not are_close(whole(B.behind(NEW, update)), HERE)


def test_a_late_change_is_laid_onto_where_the_federation_stands():
    earlier = initial_state(SPEC, 3)
    late = trained(1, start=earlier)
    laid = carried_over(late, B, OLD)
    change = {name: tensor - earlier[name] for name, tensor in whole(late.tensors).items()}
    assert laid.base is not None
    assert are_close(whole(laid.base), HERE)
    assert are_close(whole(laid.tensors), {name: HERE[name] + change[name] for name in change})
    assert are_close(whole(laid.change), change)


@pytest.mark.parametrize("own", [OLD, NEW], ids=["behind its own", "behind another scaler"])
def test_a_late_change_from_where_it_stands_is_the_model_itself(own: ScalerState):
    start = {name: tensor.astype("f4") for name, tensor in whole(B.behind(own, trained(1))).items()}
    update = trained(1, start=start, scaler=own)
    assert are_close(whole(carried_over(update, B, NEW).tensors), whole(behind(update, NEW).tensors))


def test_a_late_model_without_its_base_is_refused():
    with pytest.raises(NoBaseError):
        whole(carried_over(replace(trained(1), base=None), B, OLD).tensors)


def test_a_rules_condition_counts_the_movers_alone():
    with pytest.raises(TooFewUpdatesError) as refused:
        move(B, [trained(1), trained(2)], strategy_named("trimmed_mean", {}), OLD, Fraction(1, 3))
    assert refused.value.facts | {"n": 2, "f": 1} == refused.value.facts
    with pytest.raises(NoUpdatesError):
        move(B, [], FEDAVG, OLD, Fraction(1, 3))
    with pytest.raises(NoUpdatesError):
        move(B, [], strategy_named("fedadam", {}), OLD, Fraction(1, 3))


def test_where_everybody_moves_a_huge_start_rounds_nothing_away():
    """B + (R - B) would: so the result is R itself, and B is not read at all."""
    huge = Origin(TensorsInMemory({name: np.full_like(tensor, 1e6) for name, tensor in HERE.items()}), OLD)
    tiny = {name: np.full_like(tensor, 1e-12) for name, tensor in HERE.items()}
    mover = ModelUpdate(Digest.of(b"tiny"), 10, OLD, LAYOUT, TensorsInMemory(tiny), huge.tensors)
    moved = move(huge, [mover], FEDAVG, OLD, Fraction(1))
    assert all(np.array_equal(moved.state[name], tiny[name]) for name in tiny)
