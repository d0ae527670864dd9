"""The analyst's client: asks a director for risk levels, and knows the agreed messages alone."""

from analyst.client import Client, ModelFiles
from analyst.errors import (
    AnalystError,
    AnsweredBefore,
    InputError,
    ModelChanged,
    NotTaken,
    Refused,
    SettingsError,
    Unreachable,
    Unready,
)

__all__ = [
    "AnalystError",
    "AnsweredBefore",
    "Client",
    "InputError",
    "ModelChanged",
    "ModelFiles",
    "NotTaken",
    "Refused",
    "SettingsError",
    "Unreachable",
    "Unready",
]
