"""Stays, of tables or of patients' records, → the raw numbers of a task of admissions."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from contract.clinical.history import Quantities
from contract.clinical.record import read_record, stays_of
from contract.clinical.stays import OPEN, Stays, Texts
from contract.errors import InvalidInputError
from contract.network import Matrix
from contract.tasks.exclusions import left_out
from contract.tasks.feature import Feature
from contract.tasks.task import Task

UNKNOWN = -1.0
"""The raw number of a text that is none of the feature's categories; no feature can have it."""


def raw_matrix(features: Sequence[Feature], stays: Stays, rows: NDArray[np.intp]) -> Matrix:
    """Make rows × features of raw numbers, unchecked.

    Args:
        features: Of a task of admissions; each one's source is a quantity.
        stays: At least one; none ends before it begins, none overlaps with another.
        rows: The places of the stays that are asked about.
    """
    quantities = Quantities(stays, rows)
    raw = np.empty((len(rows), len(features)), order="F")  # it is filled, and looked at, column by column
    for place, feature in enumerate(features):
        is_category = feature.kind == "category"
        raw[:, place] = (
            _places(quantities.texts(feature.source), feature.categories)
            if is_category
            else quantities.numbers(feature.source)
        )
    return raw


def raw_of_record(task: Task, inputs: Mapping[str, object]) -> tuple[NDArray[np.float64], int]:
    """Turn a patient's record into the raw vector of a task of admissions, by the very code of training.

    Args:
        task: One that ``is_of_records``.
        inputs: As ``contract.clinical.record`` says.

    Returns:
        One raw number a feature, and how many of the record's codes map to nothing.

    Raises:
        InvalidInputError: It is no record of this task; ``is_out_of_bounds``: it is one of a patient whom the task does
            not know, whose age is out of bounds, say, or who is left out.
    """
    record = read_record(inputs)
    if task.index == "discharge" and record.admissions[record.index].discharged == OPEN:
        raise InvalidInputError(
            "The record's last admission is not over, and this task is asked at discharge.",
            hint="Send its discharged.",
            feature="discharged",
        )
    stays, rows = stays_of([record])
    raw = raw_matrix(task.features, stays, rows)[0]
    texts = Quantities(stays, rows)
    for feature, number in zip(task.features, raw, strict=True):
        if not feature.sound(np.array([number]))[0]:
            _require(feature, number, texts)
    for text, is_out in left_out(task.comparisons, raw[np.newaxis]).items():
        if is_out[0]:
            raise InvalidInputError(
                f"The task {task.name} leaves such a patient out: {text}.",
                hint="Ask it only of patients whom it is for.",
                is_out_of_bounds=True,
                feature=text,
            )
    return raw, record.unknown_codes


def _require(feature: Feature, number: float, quantities: Quantities) -> None:
    """Say why a raw number is none of the feature's."""
    if feature.kind == "category":
        texts = quantities.texts(feature.source)
        place = int(texts.places[0])
        feature.value_of(texts.names[place] if place >= 0 else None)
    feature.value_of(None if np.isnan(number) else float(number))


def _places(texts: Texts, categories: Sequence[str]) -> NDArray[np.float64]:
    """Give the place of each text among the categories; NaN where there is none, ``UNKNOWN`` where it is another."""
    known = {category: float(place) for place, category in enumerate(categories)}
    raw = np.array([*(known.get(name, UNKNOWN) for name in texts.names), np.nan])
    found: NDArray[np.float64] = raw[texts.places]
    return found
