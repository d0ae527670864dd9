"""How hospitals' parts in a global version, or in the preview of one, look on a terminal: a line for each."""

from collections.abc import Mapping

from contract.messages.global_models import GlobalModel, HeldOut, ModelInput
from contract.table_layout import Lines

_AT_80_COLUMNS = ("hospital", "version", "examples", "weight", "cosine", "validation", "moves by")
"""What a line at a terminal's usual width has room for; a wide table has the rest too."""


def table_of_parts(model: GlobalModel, wide: bool) -> Lines:
    """Give the table; what the version or the preview does not know of any hospital has no column."""
    rows = [
        _cells(each, is_quarantined, wide)
        for parts, is_quarantined in ((model.inputs, False), (model.quarantined, True), (model.standing, False))
        for each in parts
    ]
    unknown = set() if model.held_out else {"validation", "without it"}
    if all(each.effect is None for each in model.inputs):
        unknown |= {"moves by", "without it"}
    names = [name for name in _NAMES if name not in unknown and (wide or name in _AT_80_COLUMNS)]
    table = Lines(*names)
    for row in rows:
        table.add_row(*(row[name] for name in names))
    return table


def as_words(found: HeldOut | None) -> str:
    """Say how a model does on the validation table."""
    return "" if found is None else f"loss {found.loss:.4f}, accuracy {found.accuracy:.3f}"


_NAMES = (
    "hospital",
    "version",
    "examples",
    "counted",
    "weight",
    "norm",
    "cosine",
    "distance",
    "validation",
    "moves by",
    "without it",
)


def _cells(each: ModelInput, is_quarantined: bool, wide: bool) -> Mapping[str, str]:
    validation = each.held_out
    return {
        "hospital": each.envoy_name,
        "version": str(each.version),
        "examples": str(each.num_examples),
        "counted": str(each.counted_examples or each.num_examples),
        "weight": "quarantined" if is_quarantined else _number(each.weight),
        "norm": _number(each.norm),
        "cosine": _number(each.cosine),
        "distance": _number(each.distance),
        "validation": as_words(validation) if wide or validation is None else f"{validation.accuracy:.3f}",
        "moves by": _number(each.effect),
        "without it": as_words(each.held_out_without),
    }


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
