"""What an answer says of a binary outcome, and what each feature had to do with it."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from contract.network import Layers, apply_layers, sigmoid
from contract.tasks import RISK_LEVELS, Task
from director.inference.questions import Asked

INTERCEPT = "intercept"
"""The entry of what every patient has; it comes first."""

DIFFERS = frozenset(
    ("probability", "risk_level", "unknown_codes", "missing", "abstained", "contributions", "request_id")
)
"""The fields of the message that differ from answer to answer."""


def answer_of(
    task: Task, layers: Layers, row: NDArray[np.float64], asked: Asked, *, with_contributions: bool
) -> dict[str, bytes]:
    """Answer one question: the fields of a ``BinaryPrediction`` that differ, as JSON, without the request's id.

    Args:
        task: Whose outcome.
        layers: The network.
        row: What it sees of the question.
        asked: The question.
        with_contributions: Whether they are wanted.
    """
    reason = asked.reasons[asked.why[0]]
    found: dict[str, object] = {
        "probability": None,
        "risk_level": None,
        "unknown_codes": int(asked.unknown_codes[0]),
        "missing": [feature.name for feature, is_so in zip(task.features, asked.missing[0], strict=True) if is_so],
        "abstained": reason,
        "contributions": [],
    }
    if reason is None:
        probability = sigmoid(apply_layers(layers, row))
        found["probability"] = float(probability[0])
        found["risk_level"] = RISK_LEVELS[task.level_indices(probability)[0]]
        if with_contributions and len(layers) == 1:
            told = contributions(task, layers, row)
            found["contributions"] = [{"feature": name, "contribution": value} for name, value in told]
    return {name: to_json(value) for name, value in found.items()}


def contributions(task: Task, layers: Layers, row: NDArray[np.float64]) -> Iterator[tuple[str, float]]:
    """Give what each feature adds to the log-odds of a logistic model; with the intercept it is all of them.

    Exact, in the model's own terms: the weight of each of the feature's columns times the column behind the scaler, so
    a feature at its mean adds nothing.
    """
    ((weight, bias),) = layers
    begins = np.cumsum([0, *(len(feature.columns) for feature in task.features[:-1])])
    yield INTERCEPT, float(bias[0])
    added = np.add.reduceat(weight[0] * row, begins)
    yield from zip((feature.name for feature in task.features), added.tolist(), strict=True)
