"""The screening of a closed set: each update, report or loss held against the others'. Knows no disk and no clock.

A failed check quarantines: a person then looks, and releases or rejects. No verdict depends on who came first. Why
these bounds: docs/adr/0011-the-closed-set.md.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from aggregation.comparison import LEAST_COMPARABLE, Measurement, measure
from aggregation.counting import Claim, Count, count
from aggregation.updates import ModelUpdate
from contract.artifacts.model_file import MAX_MAGNITUDE
from contract.messages.problems import Check
from contract.scaler import ScalerState


@dataclass(frozen=True)
class Bounds:
    """What is still taken for honest; the defaults suit hospitals of different sizes and mixes.

    Args:
        count_ratio: A hospital counts as no more than this × the median of the others (``counting.count``); 2 or more.
        norm_ratio: An update is at most this × as large as the others' median ...
        norm_deviations: ... or within this many robust standard deviations (1.4826 × MAD) of it, if that is more.
        cosine: An update's direction has at least this cosine with the others' median ...
        against: ... and goes against it by at most this × the others' median norm.
        mean_deviations: A reported mean is within this many standard deviations of the others' median mean, where a
            deviation covers the patients' and, for a small hospital, two standard errors of its own mean.
        spread_ratio: A reported standard deviation is at most this × the others' median.
        loss_margin: An update's loss on the validation table is at most the current model's plus this, in nats.
    """

    count_ratio: float = 3.0
    norm_ratio: float = 3.5
    norm_deviations: float = 3.0
    cosine: float = -0.5
    against: float = 1.0
    mean_deviations: float = 3.5
    spread_ratio: float = 10.0
    loss_margin: float = 0.5


_MAD_TO_DEVIATION = 1.4826  # of a normal distribution


@dataclass(frozen=True)
class Finding:
    """What was found of one update.

    Args:
        checks: One that did not pass quarantines. The claimed count never does: it is capped in the weight.
        measurement: The numbers behind them; None where there were too few updates to compare.
    """

    checks: tuple[Check, ...]
    measurement: Measurement | None

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against the update."""
        return all(check.passed for check in self.checks)


def screen_updates(updates: Sequence[ModelUpdate], bounds: Bounds) -> list[Finding]:
    """Judge each update of a closed set, in the order given.

    Twice: first each against all others; then, with those that failed set aside, each against the rest, which counts.
    So hostile updates neither hide one another nor make honest ones look odd, as long as most updates passed at first.

    Args:
        updates: One a hospital, all with their base and behind one scaler.
        bounds: What is still taken for honest.
    """
    if len(updates) < LEAST_COMPARABLE:
        return [Finding((_nothing_compared("updates", len(updates)),), None)] * len(updates)
    findings = [_finding(found, bounds) for found in measure(updates)]
    trusted = [update for update, found in zip(updates, findings, strict=True) if found.passed]
    if len(updates) > len(trusted) > max(LEAST_COMPARABLE - 1, len(updates) / 2):
        beside_the_rest = iter(measure(trusted))
        findings = [
            _finding(next(beside_the_rest) if found.passed else measure([*trusted, update])[-1], bounds)
            for update, found in zip(updates, findings, strict=True)
        ]
    return findings


def screen_report(report: ScalerState, others: Sequence[ScalerState], bounds: Bounds) -> tuple[Check, ...]:
    """Judge a hospital's report of n, means and deviations against the other hospitals' newest reports.

    Args:
        report: The one that is judged.
        others: The others', as many features each, without the judged hospital's own.
        bounds: What is still taken for honest.
    """
    if len(others) + 1 < LEAST_COMPARABLE:
        return (_nothing_compared("reports", len(others) + 1),)
    counted = count([Claim(each.num_examples, each.num_examples) for each in (report, *others)], bounds.count_ratio)[0]
    features = range(len(report.mean))
    mean = max((_mean_excess(report, others, feature), feature) for feature in features)
    spread = max((_spread_excess(report, others, feature), feature) for feature in features)
    return check_count(counted), _mean_check(*mean, bounds), _spread_check(*spread, bounds)


def check_count(counted: Count) -> Check:
    """Say what a hospital's claimed number of examples counts as; it never fails, it is capped in the weight."""
    return Check(
        name="claimed_examples",
        passed=True,
        seen=str(counted.claimed),
        bound=f"counts as {counted.counted}: {counted.limit}",
        sentence="Counts as claimed." if not counted.is_capped else f"Counts as {counted.counted}: {counted.limit}.",
    )


def check_magnitude(largest: float) -> Check:
    """Judge an update by its largest number once it stands behind the common scaler.

    A scaler of its own with an absurdly small deviation makes absurdly large numbers of harmless ones there, and one of
    them would spoil the aggregate of all.
    """
    passed = largest <= MAX_MAGNITUDE
    return Check(
        name="behind_common_scaler",
        passed=passed,
        seen=f"{largest:.4g}",
        bound=f"at most {MAX_MAGNITUDE:.4g}",
        sentence="Behind the common scaler its numbers are those of a model."
        if passed
        else "Behind the common scaler its numbers are far too large: look at the scaler's deviations, or train behind "
        "the merged scaler.",
    )


def check_held_out(loss: float, reference: float, trivial: float, bounds: Bounds) -> Check:
    """Judge an update by its loss on the admin's validation table.

    It must not be worse than a trivial model as soon as the current model is better than that; before, when nobody has
    learned much yet, honest updates of the first rounds are worse.

    Args:
        loss: Mean cross-entropy in nats.
        reference: That of the current model, from which the update was trained.
        trivial: That of a model that knows only how frequent each risk level is in the table.
        bounds: What is still taken for honest.
    """
    most = reference + bounds.loss_margin
    if reference < trivial:
        most = min(most, trivial)
    passed = loss <= most
    return Check(
        name="held_out_loss",
        passed=passed,
        seen=f"{loss:.4g}",
        bound=f"at most {most:.4g}; the current model has {reference:.4g}, one that knows no input {trivial:.4g}",
        sentence="The model does on the validation table what it should."
        if passed
        else "The model does worse on the validation table than it may: look for swapped labels or wrong units in "
        "the tables; then train again.",
    )


def _finding(found: Measurement, bounds: Bounds) -> Finding:
    return Finding((_norm_check(found, bounds), _direction_check(found, bounds)), found)


def _norm_check(found: Measurement, bounds: Bounds) -> Check:
    deviation = _MAD_TO_DEVIATION * found.others_spread
    most = max(bounds.norm_ratio * found.others_norm, found.others_norm + bounds.norm_deviations * deviation)
    passed = found.norm <= most
    return Check(
        name="update_norm",
        passed=passed,
        seen=f"{found.norm:.4g}",
        bound=f"at most {most:.4g}; the others' median is {found.others_norm:.4g}",
        sentence="The model moved about as far as the others'."
        if passed
        else "The model moved much further from its start than the others' did: look for another learning rate, "
        "many more epochs, wrong units in the tables, or a changed file; then train again.",
    )


def _direction_check(found: Measurement, bounds: Bounds) -> Check:
    against = -found.norm * (found.cosine or 0.0)
    most = bounds.against * found.others_norm
    passed = found.cosine is None or (found.cosine >= bounds.cosine and against <= most)
    return Check(
        name="update_direction",
        passed=passed,
        seen="no direction" if found.cosine is None else f"cosine {found.cosine:.3f}, {max(against, 0):.4g} against",
        bound=f"cosine at least {bounds.cosine:g} with the others' median, at most {most:.4g} against it",
        sentence="The model did not move against the others'."
        if passed
        else "The model moved against the direction of the others': look for swapped labels, wrong units in the "
        "tables, or a changed file; then train again.",
    )


def _mean_excess(report: ScalerState, others: Sequence[ScalerState], feature: int) -> float:
    """Give how many of the others' deviations a mean is away from their middle; 0 where none of them varies."""
    means = [each.mean[feature] for each in others]
    middle = statistics.median(means)
    between = _MAD_TO_DEVIATION * statistics.median(abs(each - middle) for each in means)
    standard_error = math.sqrt(report.variance[feature] / report.num_examples)
    scale = max(math.hypot(_deviation_of(others, feature), 2 * standard_error), between)
    return abs(report.mean[feature] - middle) / scale if scale else 0.0


def _spread_excess(report: ScalerState, others: Sequence[ScalerState], feature: int) -> float:
    """Give how many times the others' deviation a deviation is; 0 where none of them varies."""
    scale = _deviation_of(others, feature)
    return math.sqrt(report.variance[feature]) / scale if scale else 0.0


def _deviation_of(others: Sequence[ScalerState], feature: int) -> float:
    """Give the median standard deviation; the largest where most have none, as with a diagnosis that few have."""
    deviations = [math.sqrt(each.variance[feature]) for each in others]
    return statistics.median(deviations) or max(deviations)


def _mean_check(excess: float, feature: int, bounds: Bounds) -> Check:
    passed = excess <= bounds.mean_deviations
    return Check(
        name="reported_mean",
        passed=passed,
        seen=f"feature {feature + 1}: {excess:.3g} standard deviations from the others",
        bound=f"at most {bounds.mean_deviations:g} standard deviations",
        sentence="The means lie among the others'."
        if passed
        else f"The mean of feature {feature + 1} is far from every other hospital's: look for another unit or a "
        "wrong column in the tables; then send the statistics again.",
    )


def _spread_check(excess: float, feature: int, bounds: Bounds) -> Check:
    passed = excess <= bounds.spread_ratio
    return Check(
        name="reported_deviation",
        passed=passed,
        seen=f"feature {feature + 1}: {excess:.3g} × the others'",
        bound=f"at most {bounds.spread_ratio:g} × the others' median",
        sentence="The deviations are like the others'."
        if passed
        else f"Feature {feature + 1} varies far more than at the other hospitals: look for another unit or absurd "
        "values in the tables; then send the statistics again.",
    )


def _nothing_compared(what: str, number: int) -> Check:
    return Check(
        name="comparison",
        passed=True,
        seen=f"{number} {what}",
        bound=f"{LEAST_COMPARABLE} or more",
        sentence=f"With fewer than {LEAST_COMPARABLE} {what} nothing can be compared: this was not checked.",
    )
