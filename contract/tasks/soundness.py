"""Whether a task makes sense: its parts fit together, and it uses nothing that is known only after its index time.

Source of the leaks: ``docs/tasks.md``, "Leaks".
"""

from collections.abc import Iterator
from itertools import pairwise
from math import isfinite

from contract.clinical.quantities import (
    KNOWN_AT,
    OUTCOME_COLUMNS,
    OUTCOMES,
    QUANTITIES,
    ROWS_OF_A_PATIENT,
    bases_of,
)
from contract.errors import InvalidInputError
from contract.tasks.exclusions import read_exclusion
from contract.tasks.feature import Feature
from contract.tasks.task import RISK_LEVELS, Task

MAX_COLUMNS = 100_000
_FEWEST_CATEGORIES = 2


def mistakes_of(task: Task) -> list[str]:
    """Name everything that is wrong with a task; an empty list: it makes sense."""
    return [*_of_parts(task), *_of_features(task), *_of_outcome(task), *_of_source(task)]


def _of_parts(task: Task) -> Iterator[str]:
    points = task.cut_points
    if len(points) != len(RISK_LEVELS) - 1 or not all(map(isfinite, points)):
        yield f"risk.bounds: {len(RISK_LEVELS) - 1} finite numbers make sense"
    elif any(low >= high for low, high in pairwise(points)):
        yield "risk.bounds: they do not rise"
    elif task.is_binary and not (points[0] > 0 and points[-1] < 1):
        yield "risk.bounds: bounds of a probability lie between 0 and 1"
    if task.minimum_examples > task.maximum_examples:
        yield "minimum_examples: more than maximum_examples"
    shares = task.shares
    if shares is not None and shares.validation + shares.test > 0.8:
        yield "split: too few patients are left to train on"
    if task.training.patience is not None and (shares is None or shares.validation == 0):
        yield "plan.patience: stopping is decided on validation patients, and split gives none"
    if task.is_binary and shares is None:
        yield "split: say the shares of validation and test"
    if task.architecture.input_size != len(task.columns):
        yield "model: its inputs are not the features' columns"
    if task.architecture.output_size != (1 if task.is_binary else len(RISK_LEVELS)):
        yield "model: its outputs are not the outcome's"
    for text in task.exclusions:
        try:
            read_exclusion(text, task.features)
        except InvalidInputError as error:
            yield f"exclusions: {error.sentence} {error.hint}"


def _of_features(task: Task) -> Iterator[str]:
    names = [feature.name for feature in task.features]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"features ({name}): its name is there {names.count(name)} times"
    if len(task.columns) > MAX_COLUMNS:
        yield f"features: they make {len(task.columns):,} columns; at most {MAX_COLUMNS:,} will do"
    for feature in task.features:
        for why in _of_feature(feature):
            yield f"features ({feature.name}): {why}"
        if feature.availability is not None and feature.availability not in task.allows:
            allowed = ", ".join(task.allows) or "no class at all"
            yield (
                f"features ({feature.name}): its availability is {feature.availability}, and the task allows {allowed}"
            )
        if feature.availability is None and (task.allows or task.source == "table"):
            yield f"features ({feature.name}): say its availability"


def _of_feature(feature: Feature) -> Iterator[str]:
    if not (isfinite(feature.minimum) and isfinite(feature.maximum) and feature.minimum < feature.maximum):
        yield "its maximum must be above its minimum"
        return
    if feature.kind == "category":
        if len(feature.categories) < _FEWEST_CATEGORIES:
            yield "a category has two categories or more"
        if len(set(feature.categories)) != len(feature.categories):
            yield "a category is named twice"
        if not all(each.strip() == each != "" for each in feature.categories):
            yield "a category is empty, or begins or ends with a space"
    if feature.missing is not None:
        try:
            feature.value_of(feature.missing)
        except InvalidInputError as error:
            yield f"the value that stands for a missing one can't be one of it: {error.sentence}"


def _of_outcome(task: Task) -> Iterator[str]:
    outcome = task.outcome
    if task.source == "table":
        if not outcome.source:
            yield "outcome.source: name the column that holds it"
        if outcome.source in {feature.source for feature in task.features}:
            yield f"outcome.source: the column {outcome.source} is an input too: it would be told what it shall learn"
        if outcome.days is not None:
            yield "outcome.days: the column of a table says it already"
        return
    if not task.is_binary:
        if outcome.source or task.index:
            yield "outcome: levels of MIMIC-IV's tables are those of the one quantity of a patient"
        return
    kind = OUTCOMES.get(outcome.source)
    if kind is None:
        yield f"outcome.source: is none of {', '.join(OUTCOMES)}"
        return
    if kind.index != task.index:
        yield f"index: {outcome.source} is looked for from {kind.index} on; at {task.index or 'no time'} it is known"
    if kind.needs_days != (outcome.days is not None):
        yield f"outcome.days: {outcome.source} {'needs them' if kind.needs_days else 'has none'}"


def _of_source(task: Task) -> Iterator[str]:
    if task.source == "table":
        if not task.index:
            yield "index: say in words from when on the outcome is looked for"
        return
    if not task.index:
        if [feature.source for feature in task.features] != [ROWS_OF_A_PATIENT]:
            yield f"features: a task of patients has the one quantity {ROWS_OF_A_PATIENT!r}"
        return
    known = KNOWN_AT.get(task.index)
    if known is None:
        yield f"index: is none of {', '.join(KNOWN_AT)}"
        return
    for allowed in task.allows:
        if allowed not in known:
            yield f"availability: {allowed} is not known at {task.index}"
    for feature in task.features:
        for why in _of_quantity(feature):
            yield f"features ({feature.name}): {why}"


def _of_quantity(feature: Feature) -> Iterator[str]:
    told = sorted(bases_of(feature.source) & OUTCOME_COLUMNS)
    if told:
        yield f"{told[0]} is the outcome itself, under whatever name"
        return
    quantity = QUANTITIES.get(feature.source)
    if quantity is None:
        known = ", ".join(list(QUANTITIES)[:11])
        yield f"its source is no quantity that can be made of the tables; known are: {known}, …"
        return
    if feature.availability != quantity.availability:
        yield f"{feature.source} is {quantity.availability}, not {feature.availability}"
    if feature.kind != quantity.kind:
        yield f"{feature.source} is a {quantity.kind}, not a {feature.kind}"
    if quantity.may_be_absent and not feature.may_be_missing:
        yield f"{feature.source} may be missing: declare the value that stands for it"
