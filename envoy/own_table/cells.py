"""The texts of one column → raw numbers of a feature, each with what is wrong with it; knows no file and no row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from contract.tasks import Feature, Task
from envoy.own_table.table_map import Told

_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_FLAGS = {"0": 0.0, "1": 1.0, "false": 0.0, "true": 1.0, "no": 0.0, "yes": 1.0, "0.0": 0.0, "1.0": 1.0}

SOUND = 0
_Numbers = NDArray[np.float64]
_Faults = NDArray[np.int8]


@dataclass(frozen=True)
class Fault:
    """One thing that can be wrong with a cell.

    Args:
        kind: Stable word.
        says: What the cell is.
        is_out_of_bounds: Whether it is of the right kind, and a value that the task does not know.
    """

    kind: str
    says: str
    is_out_of_bounds: bool = False


@dataclass(frozen=True)
class ReadTexts:
    """Texts as raw numbers.

    Args:
        values: Of each text; NaN where there is no value, or none that can be made of it.
        faults: Of each text ``SOUND``, or the number from 1 of what is wrong with it in ``known``.
        known: What can be wrong.
    """

    values: _Numbers
    faults: _Faults
    known: Sequence[Fault]


def outcome_of(task: Task) -> Feature:
    """Give the outcome's column as if it were an input: whether something happened, or a number."""
    source = task.outcome.source
    if task.is_binary:
        return Feature(source, "0 or 1", source, "flag", 0.0, 1.0)
    largest = float(np.finfo(np.float64).max)
    return Feature(source, "", source, "number", -largest, largest)


def read_texts(feature: Feature, told: Told, texts: "pd.Series[str]") -> ReadTexts:
    """Read the texts of a feature's column, each once however many cells hold it."""
    stripped = texts.str.strip()
    is_missing = ((stripped == "") | stripped.isin(list(told.missing))).to_numpy(bool)
    words = stripped.map(lambda text: told.values.get(text, text)) if told.values else stripped
    found, is_known = _values(feature, told, words)
    values, is_good = np.where(is_missing, np.nan, found), is_known | is_missing
    faults = np.full(len(texts), SOUND, np.int8)
    faults[~is_good] = 2
    if feature.kind in ("count", "number"):
        faults[is_good & ~is_missing & ~((values >= feature.minimum) & (values <= feature.maximum))] = 3
        if feature.kind == "count":
            faults[(faults == SOUND) & ~is_missing & (values != np.floor(values))] = 4
    if not feature.may_be_missing:
        faults[is_missing] = 1
    return ReadTexts(values, faults, _known(feature, told))


def _values(feature: Feature, told: Told, words: "pd.Series[str]") -> tuple[_Numbers, NDArray[np.bool_]]:
    if feature.kind == "category":
        places = pd.Index(feature.categories, dtype=object).get_indexer(pd.Index(words.to_numpy(object), dtype=object))
        found: _Numbers = np.where(places >= 0, places, np.nan).astype(np.float64)
        return found, ~np.isnan(found)
    if feature.kind == "flag":
        flags: _Numbers = np.asarray(words.str.lower().map(_FLAGS), np.float64)
        return flags, ~np.isnan(flags)
    if told.decimal != ".":
        words = words.where(~words.str.contains(".", regex=False), "?")  # no second decimal point
        words = words.str.replace(told.decimal, ".", regex=False)
    is_number = words.str.fullmatch(_NUMBER).to_numpy(bool)
    values = np.full(len(words), np.nan)
    values[is_number] = words[is_number].to_numpy(object).astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        values = values * told.factor + told.offset if (told.factor, told.offset) != (1.0, 0.0) else values
    return values, np.isfinite(values)


def _known(feature: Feature, told: Told) -> Sequence[Fault]:
    made = " (with the map's factor and offset)" if (told.factor, told.offset) != (1.0, 0.0) else ""
    bounds = f"is outside {feature.range}{made}"
    wrong = {
        "category": Fault("unknown_category", f"is none of: {', '.join(feature.categories)}", is_out_of_bounds=True),
        "flag": Fault("wrong_type", "is none of 0, 1, false, true, no, yes"),
    }
    number = Fault("wrong_type", f"is no number with a decimal {'point' if told.decimal == '.' else 'comma'}")
    return (
        Fault("missing_value", "is missing, and the task wants a value in each row"),
        wrong.get(feature.kind, number),
        Fault("out_of_bounds", bounds, is_out_of_bounds=True),
        Fault("wrong_type", f"is not whole, and {feature.name} is a count"),
    )
