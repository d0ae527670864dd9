"""The judge of the closed set: what is capped, what waits for a person, and that honest difference is borne."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from aggregation import screening
from aggregation.counting import Claim, count
from aggregation.screening import Bounds, check_count, check_held_out, screen_report
from aggregation.updates import ModelUpdate, TensorsInMemory
from contract.messages.problems import Check
from contract.names import Digest
from contract.network import TensorSpec
from contract.scaler import ScalerState
from simulation.consortium import consortium_counts

BOUNDS = Bounds()
SCALER = ScalerState.from_moments(10, (3.0,), (40.0,))
LAYOUT = (TensorSpec("layers.1.bias", (20,)),)
BASE = np.linspace(-1, 1, 20)


def updates(changes: list[np.ndarray], counts: list[int] | None = None) -> list[ModelUpdate]:
    def tensors(values: np.ndarray) -> TensorsInMemory:
        return TensorsInMemory({"layers.1.bias": values.astype(np.float32)})

    return [
        ModelUpdate(
            Digest.of(str(place).encode()),
            counts[place] if counts else 100,
            SCALER,
            LAYOUT,
            tensors(BASE + change),
            tensors(BASE),
        )
        for place, change in enumerate(changes)
    ]


def honest_changes(number: int, seed: int = 0) -> list[np.ndarray]:
    draw = np.random.default_rng(seed)
    return [draw.uniform(0.6, 1.6) * (np.ones(20) + draw.normal(0, 0.5, 20)) for _ in range(number)]


def screen_updates(given: Sequence[ModelUpdate], bounds: Bounds) -> list[tuple[Check, ...]]:
    return [found.checks for found in screening.screen_updates(given, bounds)]


def failed(checks: tuple[Check, ...]) -> list[str]:
    return [check.name for check in checks if not check.passed]


@pytest.mark.parametrize("seed", range(10))
def test_honest_updates_of_different_length_and_direction_pass(seed: int):
    assert [failed(checks) for checks in screen_updates(updates(honest_changes(7, seed)), BOUNDS)] == [[]] * 7


@pytest.mark.parametrize(
    ("factor", "names"),
    [
        pytest.param(10, ["update_norm"], id="scaled up"),
        pytest.param(-8, ["update_norm", "update_direction"], id="its sign flipped and scaled up"),
        pytest.param(-1, ["update_direction"], id="its sign flipped"),
        pytest.param(0, [], id="nothing learned"),
    ],
)
def test_what_goes_too_far_or_against_all_others_waits_for_a_person(factor: float, names: list[str]):
    changes = honest_changes(7)
    verdicts = [failed(checks) for checks in screen_updates(updates([*changes[:6], factor * changes[6]]), BOUNDS)]
    assert verdicts == [[]] * 6 + [names]


def test_two_hostile_ones_neither_hide_each_other_nor_accuse_the_honest():
    changes = honest_changes(7, seed=3)
    verdicts = screen_updates(updates([*changes[:5], -3 * changes[5], 6 * changes[6]]), BOUNDS)
    assert [bool(failed(checks)) for checks in verdicts] == [False] * 5 + [True] * 2
    alone = screen_updates(updates(changes[:5]), BOUNDS)
    assert [checks[1:] for checks in verdicts[:5]] == [checks[1:] for checks in alone]  # as if they were not there


def test_where_most_look_odd_the_first_comparison_counts():
    changes = [np.eye(20)[place] * (-1.0) ** place * 10.0**place for place in range(5)]
    verdicts = screen_updates(updates(changes), BOUNDS)
    assert [checks[0].bound.partition(";")[2] for checks in verdicts] == [
        f" the others' median is {median:.4g}" for median in (550, 550, 505, 55, 55)
    ]


def test_no_verdict_depends_on_who_came_first():
    given = updates([*honest_changes(4), 40 * np.ones(20)])
    verdicts = screen_updates(given, BOUNDS)
    for order in itertools.permutations(range(5)):
        assert screen_updates([given[place] for place in order], BOUNDS) == [verdicts[place] for place in order]


def test_a_lied_count_is_capped_and_said_but_quarantines_nothing():
    claims = [Claim(number, number) for number in (40, 50, 60, 70, 10**6)]
    *others, lied = (check_count(each) for each in count(claims, BOUNDS.count_ratio))
    assert (lied.name, lied.passed, lied.seen) == ("claimed_examples", True, "1000000")
    assert lied.sentence == "Counts as 165: 3 × the median of the others."
    assert all(check.passed and check.sentence == "Counts as claimed." for check in others)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_fewer_than_four_pass_with_a_check_that_says_why(number: int):
    changes = [1000.0 * change for change in honest_changes(number)]
    for (check,) in screen_updates(updates(changes), BOUNDS):
        assert (check.name, check.passed, check.seen) == ("comparison", True, f"{number} updates")
        assert "fewer than 4" in check.sentence


def test_every_check_says_what_it_saw_and_the_bound():
    for check in itertools.chain(*screen_updates(updates([*honest_changes(4), 40 * np.ones(20)]), BOUNDS)):
        assert all((check.name, check.seen, check.bound))
        assert check.sentence.endswith(".")


# --- statistics -------------------------------------------------------------------------------------------------------


def reports(patients: int, seed: int, hospitals: int = 5) -> list[ScalerState]:
    counts = consortium_counts(hospitals, patients, seed)
    return [ScalerState.fitted(each[:, np.newaxis].astype(np.float64)) for each in counts.values()]


def verdicts_on(given: list[ScalerState]) -> list[list[str]]:
    return [failed(screen_report(each, given[:place] + given[place + 1 :], BOUNDS)) for place, each in enumerate(given)]


@pytest.mark.parametrize("patients", [10, 20, 200, 2000])
@pytest.mark.parametrize("seed", range(5))
def test_the_standard_consortium_passes_whatever_its_size(patients: int, seed: int):
    assert verdicts_on(reports(patients, seed)) == [[]] * 5
    assert verdicts_on(reports(patients, seed, hospitals=12)) == [[]] * 12


def test_hospitals_of_very_different_sizes_pass():
    given = [reports(patients, seed)[seed] for seed, patients in enumerate((10, 100, 1000, 10_000, 100_000))]
    assert verdicts_on(given) == [[]] * 5


@pytest.mark.parametrize("place", range(5))
def test_a_mean_that_is_off_by_fifty_is_found_and_accuses_nobody_else(place: int):
    given = reports(2000, 0)
    own = given[place]
    given[place] = replace(own, mean=(own.mean[0] + 50,))
    assert verdicts_on(given) == [["reported_mean"] if each == place else [] for each in range(5)]


@pytest.mark.parametrize("place", range(5))
def test_deviations_that_are_a_thousandfold_are_found_and_accuse_nobody_else(place: int):
    given = reports(2000, 0)
    own = given[place]
    given[place] = ScalerState.from_moments(own.num_examples, own.mean, (own.m2[0] * 1000,))
    assert verdicts_on(given) == [["reported_deviation"] if each == place else [] for each in range(5)]


def test_a_rare_finding_at_one_hospital_is_no_outlier():
    without = [ScalerState.from_moments(100, (0.0,), (0.0,))] * 4
    with_one = ScalerState.fitted(np.eye(1, 100).T)
    assert verdicts_on([*without, with_one]) == [[]] * 5
    assert verdicts_on([*without, with_one, with_one]) == [[]] * 6


def test_fewer_than_four_reports_are_not_compared():
    (check,) = screen_report(reports(20, 0)[0], [ScalerState.from_moments(10, (900.0,), (1.0,))] * 2, BOUNDS)
    assert (check.name, check.passed, check.seen) == ("comparison", True, "3 reports")


# --- held-out performance ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "reference", "trivial", "passed"),
    [
        pytest.param(0.30, 0.32, 0.69, True, id="better than the current model"),
        pytest.param(0.60, 0.32, 0.69, True, id="a little worse, within the margin"),
        pytest.param(0.83, 0.32, 2.00, False, id="worse by more than the margin"),
        pytest.param(0.70, 0.32, 0.69, False, id="within the margin, but worse than a trivial model"),
        pytest.param(1.02, 1.10, 0.69, True, id="a first round: nobody is better than a trivial model yet"),
        pytest.param(1.70, 1.10, 0.69, False, id="a first round, worse by more than the margin"),
    ],
)
def test_a_loss_is_held_against_the_current_and_a_trivial_model(loss, reference, trivial, passed: bool):
    check = check_held_out(loss, reference, trivial, BOUNDS)
    assert (check.name, check.passed, check.seen) == ("held_out_loss", passed, f"{loss:.4g}")
    assert f"the current model has {reference:.4g}" in check.bound
