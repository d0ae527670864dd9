"""What an upload said of itself, of what is known."""

from collections.abc import Mapping
from typing import Any

from contract.messages.base import MetricValue
from contract.metrics import METRICS


def known_metrics(metadata: Mapping[str, Any]) -> dict[str, MetricValue]:
    """Give the metrics that an upload's metadata reported."""
    return {name: value for name, value in metadata.get("metrics", {}).items() if name in METRICS}
