"""A task in words, for the people of a hospital: what it asks for, and what each of its columns holds. Pure.

What a director said is cut short and holds nothing that acts on a terminal.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from contract.director_problems import shown
from contract.tasks import Feature, Task
from contract.tasks.feature import NO_UNIT

_LONG = 300


@dataclass(frozen=True)
class ColumnInWords:
    """One column of a table, or one quantity.

    Args:
        column: Its name where it comes from.
        feature: What the task calls it; "": it is no input.
        holds: What its values can be.
        missing: What an empty cell means.
        known: Since when it is known.
    """

    column: str
    feature: str
    holds: str
    missing: str
    known: str


def features_in_words(task: Task) -> Iterator[ColumnInWords]:
    """Say of each input what it is."""
    for each in task.features:
        stands = f"allowed: counts as {_plain(each.missing)}, and as missing" if each.may_be_missing else "refused"
        yield ColumnInWords(
            shown(each.source, _LONG), shown(each.name, _LONG), _holds(each), stands, each.availability or "not said"
        )


def task_in_words(task: Task) -> Iterator[tuple[str, str]]:
    """Say what a task is, in lines of a word and a text, beside its features."""
    plan, shares = task.training, task.shares
    hidden = " → ".join(map(str, task.architecture.hidden_sizes))
    how_long = f"{plan.local_steps:,} steps" if plan.local_epochs is None else f"{plan.local_epochs:,} epochs"
    stops = f", stops after {plan.patience} epochs without a lower loss" if plan.patience else ""
    decay = f", weight decay {plan.weight_decay:g}" if plan.weight_decay else ""
    days = f" within {task.outcome.days} days" if task.outcome.days else ""
    source = f"{task.outcome.source}{days}: " if task.outcome.source else ""
    bounds = " and ".join(f"{point:g}" for point in task.cut_points)
    yield "task", shown(task.name)
    yield "title", shown(task.title, _LONG)
    yield "notice", shown(task.notice, _LONG)
    yield "source", "your own table" if task.source == "table" else "MIMIC-IV's tables"
    yield "index time", shown(task.index, _LONG) or "none: a row is a patient"
    yield "leaves out", shown("; ".join(task.exclusions), _LONG) or "no row"
    yield "outcome", f"{task.outcome.kind}, {shown(source + task.label, _LONG)}"
    yield "risk levels", f"bounds {bounds} of the {'probability' if task.is_binary else 'value'}"
    yield "model", f"layers {hidden}" if hidden else "logistic regression"
    yield "plan", f"{plan.optimizer} {plan.learning_rate:g}, {how_long} of batches of {plan.batch_size:,}{decay}{stops}"
    yield (
        "patients",
        (f"{shares.validation:.0%} validation, {shares.test:.0%} test" if shares else "as ENVOY_HELD_OUT_SHARE says"),
    )
    yield "from", f"{task.minimum_examples:,} training rows on"
    yield "unknown values", "abstained from" if task.out_of_bounds == "abstain" else "refused"
    yield "digest", task.digest


def _holds(feature: Feature) -> str:
    if feature.kind == "category":
        return f"one of: {shown(', '.join(feature.categories), 1000)}"
    if feature.kind == "flag":
        return "0 or 1 (false or true, no or yes)"
    whole = "whole number" if feature.kind == "count" else "number"
    unit = "" if feature.unit == NO_UNIT else f" {shown(feature.unit, _LONG)}"
    return f"{whole}, {feature.minimum:g} to {feature.maximum:g}{unit}"


def _plain(value: float | str | None) -> str:
    return f"{value:g}" if isinstance(value, float) else shown(value, _LONG)
