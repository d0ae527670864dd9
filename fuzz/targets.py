"""Which targets there are, and how much of the time each gets."""

from importlib import import_module
from typing import cast

from fuzz.target import Target

SHARES = {"model": 0.4, "scaler": 0.3, "log": 0.15, "metadata": 0.15}
_ROOMS = {"model": "fuzz.artifacts", "scaler": "fuzz.artifacts", "log": "fuzz.texts", "metadata": "fuzz.texts"}


def load(name: str) -> Target:
    """Import a target; only the artifacts' ones need torch and scikit-learn, which take seconds."""
    return cast(Target, import_module(_ROOMS[name]).TARGETS[name])
