"""What a hospital says of a version: accept or refuse, by how it does on patients that no model here was trained on.

Pure. The figures stay at the hospital; the word alone leaves.
"""

from dataclasses import dataclass

import numpy as np

from contract.messages.global_models import AnswerChoice
from contract.tasks import Task
from envoy.cohort import Split
from envoy.errors import PolicyError
from envoy.evaluation import Evaluation


@dataclass(frozen=True)
class Margins:
    """How much worse a version may do than the one before it.

    Args:
        accuracy: As a share of the held-out patients; one patient alone is never a reason.
        loss: Of the mean cross-entropy, in nats.
    """

    accuracy: float = 0.02
    loss: float = 0.05


@dataclass(frozen=True)
class Judgement:
    """The word, and the sentences that led to a refusal."""

    answer: AnswerChoice
    reasons: tuple[str, ...]


def judge(
    version: Evaluation, before: Evaluation, trivial_loss: float, *, is_first: bool, margins: Margins
) -> Judgement:
    """Hold a version against the model before it, both on the same held-out patients.

    Accepted is a version whose loss and accuracy are no worse by more than the margins; that is no worse than a trivial
    model as soon as the one before it was better than that (an honest first version of few epochs is not: the same rule
    as the director's validation table); and, where what was before is the untrained start, whose loss is lower.

    Args:
        version: The version.
        before: Its parent, or the shared initial state behind the version's scaler.
        trivial_loss: Of a model that knows the class frequencies alone; see ``trivial_loss``.
        is_first: Whether what was before is the untrained start.
        margins: The hospital's own.

    Raises:
        PolicyError: There is no held-out patient.
    """
    if version.loss is None or before.loss is None:
        raise PolicyError(
            "No patient is held out, so nothing can be said of a version.",
            hint="Answer when there are more patients, or raise ENVOY_HELD_OUT_SHARE.",
        )
    reasons = []
    most = before.loss if is_first else before.loss + margins.loss
    if before.loss < trivial_loss:
        most = min(most, trivial_loss)
    # asked for what fits, so that a loss that is no number does not
    if not (version.loss <= most and (version.loss < before.loss or not is_first)):
        what, least = ("the untrained start", "less than ") if is_first else ("the one before", "at most ")
        reasons.append(
            f"The mean loss is {version.loss:.3f}, that of {what} {before.loss:.3f}; {least}{most:.3f} will do."
        )
    allowed = max(margins.accuracy, 1 / version.rows)
    accuracy, accurate_before = version.accuracy or 0.0, before.accuracy or 0.0
    if accuracy < accurate_before - allowed - 1e-12:  # 0.88 is not less than 0.9 - 0.02
        least_accurate = f"{accurate_before - allowed:.3f}"
        reasons.append(
            f"The accuracy is {accuracy:.3f}, before it was {accurate_before:.3f}; {least_accurate} will do."
        )
    return Judgement("refuse" if reasons else "accept", tuple(reasons))


def trivial_loss(task: Task, split: Split) -> float:
    """Give the mean cross-entropy, in nats, of a model that knows how frequent each level is and no patient.

    The frequencies are the training patients', each level with one more than it has, so that none is impossible.
    """
    counts = np.bincount(split.training.labels, minlength=task.classes) + 1.0
    if not len(split.validation):
        return float("inf")
    return float(-np.log((counts / counts.sum())[split.validation.labels]).mean())
