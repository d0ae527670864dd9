"""Whether two ways into the tables gave the same columns."""

import dataclasses

import numpy as np

from contract.clinical.stays import Texts
from envoy.admissions.columns import Columns


def same(one: Columns, other: Columns) -> bool:
    """Whether all columns are equal, texts by their names."""

    def plain(value):
        if isinstance(value, Texts):
            return [value.names[place] if place >= 0 else None for place in value.places]
        if isinstance(value, np.ndarray):
            return value.tolist()
        if dataclasses.is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return value

    return plain(one) == plain(other)
