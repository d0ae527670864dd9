"""Why something was held back, in the gate's own sentence."""

from collections.abc import Iterable, Mapping
from typing import Any


def why_failed(checks: Iterable[Mapping[str, Any]]) -> str | None:
    """Give the sentence of the first check that failed; None: none did."""
    return next((check["sentence"] for check in checks if not check["passed"]), None)
