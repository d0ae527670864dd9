"""Contributions beside each other and against the validation table: what was found of each, and which count."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregation.comparison import Measurement
from aggregation.scaling import behind
from aggregation.screening import Bounds, check_count, check_held_out, check_magnitude, screen_updates
from aggregation.updates import ModelUpdate
from contract.messages.global_models import HeldOut, ModelInput
from contract.messages.problems import Check
from contract.network import State
from contract.tasks import Task
from director.models.contributions import ClosedSet, Contribution, input_of, merge_own
from director.models.validation import held_out
from director.records.verdicts import may_be_quarantined


@dataclass(frozen=True)
class Screened:
    """One hospital's model beside the others', and what was found of it."""

    contribution: Contribution
    checks: tuple[Check, ...]
    measurement: Measurement | None
    held_out: HeldOut | None

    @property
    def counts(self) -> bool:
        """Whether it enters: every check passed, or a person released it."""
        return not may_be_quarantined(self.contribution.row) or all(check.passed for check in self.checks)

    def as_input(self, weight: float | None) -> ModelInput:
        """Describe it as a part of a global model, with all that was found."""
        row, found = self.contribution.row, self.measurement
        return input_of(row, row.num_examples, weight).model_copy(
            update={
                "counted_examples": self.contribution.count.counted,
                "bound": self.contribution.count.limit,
                "checks": list(self.checks),
                "norm": found and found.norm,
                "cosine": found and found.cosine,
                "distance": found and found.distance,
                "held_out": self.held_out,
            }
        )


def screen(closed: ClosedSet, task: Task, bounds: Bounds) -> Sequence[Screened]:
    """Hold each model that moves against the others that do, all behind one scaler, and against a validation table."""
    moving = closed.moving
    together = closed.agreed_scaler or merge_own([each.model for each in moving], bounds)
    side_by_side = [behind(each.on(closed.origin, together), together) for each in moving]
    findings = screen_updates(side_by_side, bounds)
    return [
        _screened(contribution, beside, finding.checks, finding.measurement, closed, task, bounds)
        for contribution, beside, finding in zip(moving, side_by_side, findings, strict=True)
    ]


def _screened(
    contribution: Contribution,
    beside: ModelUpdate,
    compared: tuple[Check, ...],
    measurement: Measurement | None,
    closed: ClosedSet,
    task: Task,
    bounds: Bounds,
) -> Screened:
    checks = (check_count(contribution.count), *compared, check_magnitude(beside.largest_in_first_layer))
    result, reference = None, closed.reference
    if reference is not None:
        result = held_out(task, _whole(beside), beside.scaler, reference.table)
        checks += (check_held_out(result.loss, reference.loss, reference.table.trivial_loss, bounds),)
    return Screened(contribution, checks, measurement, result)


def _whole(update: ModelUpdate) -> State:
    return {
        spec.name: np.asarray(update.tensors.read(spec, 0, spec.size), np.float32).reshape(spec.shape)
        for spec in update.layout
    }
