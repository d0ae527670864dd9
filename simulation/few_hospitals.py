"""One hostile hospital among few, cycle by cycle, against a real director: what it serves in the end.

The hostile one is the first (``simulation.lone_attacks``).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from aggregation.screening import Bounds
from aggregation.strategy import DEFAULT_STRATEGY
from contract.messages.global_models import GlobalModel
from contract.messages.tasks import Start
from contract.network import Matrix, State
from contract.scaler import ScalerState, re_expressed
from contract.tasks import RISK_LEVELS, Task
from director.models.contributions import Making
from envoy.cohort import Cohort
from envoy.evaluation import evaluate, evaluate_levels
from envoy.judgement import Margins, judge, trivial_loss
from simulation.lone_attacks import Attack, Situation, Vector, flattened, unflattened
from simulation.quick_federation import Publish, QuickFederation
from simulation.quick_training import HOUSE, Patients, train
from simulation.sites import Data, Site, sites_of

LIED = 10_000_000


@dataclass(frozen=True)
class Defence:
    """How the director is set.

    Args:
        name: For the table.
        strategy: Of its aggregates.
        has_table: Whether it holds models against a validation table.
        publish: Whether versions must be confirmed by the hospitals' word.
        bounds: The gate's.
    """

    name: str = field(compare=False)
    strategy: str = DEFAULT_STRATEGY
    has_table: bool = False
    publish: Publish = "at_once"
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Args:
        accuracy: Of the served model, at the worst honest hospital.
        unpublished: Share of cycles after which no new version served.
        accused: Share of the honest submissions that were quarantined.
    """

    accuracy: float
    unpublished: float
    accused: float


@dataclass(frozen=True)
class Scenario:
    """Who is there and what happens; no attack: all are honest.

    Args:
        data: Whose patients.
        hospitals: How many hospitals, the hostile one among them.
        seed: Decides the patients and the training.
        attack: What the first hospital does.
        lies: Whether it claims 10 million examples.
        cycles: How many, where there is no attack that says so.
        warm_up: Cycles before that, in which all are honest.
    """

    data: Data
    hospitals: int
    seed: int
    attack: Attack | None = None
    lies: bool = False
    cycles: int = 10
    warm_up: int = 0


def play(scenario: Scenario, defence: Defence) -> Outcome:
    """Play it through in a folder that is gone afterwards."""
    with TemporaryDirectory() as folder:
        return _Play(scenario, defence, Path(folder)).outcome()


class _Play:
    def __init__(self, scenario: Scenario, defence: Defence, folder: Path) -> None:
        self.scenario, self.defence = scenario, defence
        self.task, self.sites, table = sites_of(scenario.data, scenario.hospitals, scenario.seed)
        making = Making(bounds=defence.bounds, strategy=defence.strategy, publish=defence.publish)
        self.federation = QuickFederation(folder, self.task, making)
        self.draw = np.random.default_rng([scenario.seed, scenario.hospitals])
        self.sent_honestly: list[str] = []
        if defence.has_table:
            self.federation.set_validation_table(_csv(self.task, table))

    def outcome(self) -> Outcome:
        """Play it to its end."""
        federation, attack = self.federation, self.scenario.attack
        for site in self.sites:
            federation.enrol(site.name)
            self._report(site, is_lying=False)
        cycles = attack.cycles if attack else self.scenario.cycles
        unpublished, withdrawn = 0, None
        first = federation.start()[1:]
        for cycle in range(-self.scenario.warm_up, cycles):
            is_hostile = attack is not None and cycle >= 0
            if cycle == 0 and attack is not None and attack.lies_in_statistics:
                self._report(self.sites[0], is_lying=True)
                federation.merge_statistics()
            start, base, scaler = federation.start()
            self._upload(start, base, scaler, self._forging(cycle, first, withdrawn) if is_hostile else None)
            made, _ = federation.aggregate()
            if made is not None and made.waiting:
                self._ask(made, base, scaler, is_hostile=is_hostile)
            before, served = start.global_version or 0, federation.start()[0].global_version or 0
            unpublished += cycle >= 0 and served == before
            if attack is not None and attack.is_rolled_back and cycle == 1 and served != before:
                withdrawn = federation.model(served)
                federation.publish(before)
        result = self._accuracy(*federation.start()[1:])
        accused = self._accused()
        federation.close()
        return Outcome(result, unpublished / cycles, accused)

    def _report(self, site: Site, *, is_lying: bool) -> None:
        own = ScalerState.fitted(site.split.training.features)
        if is_lying:
            widest = min(49_000.0, self.task.features[0].maximum / 2 - 1)
            own = ScalerState.from_moments(LIED, (widest,) * len(own.mean), (LIED * widest**2,) * len(own.mean))
        self.federation.report(site.name, own, own.num_examples)

    def _forging(
        self, cycle: int, first: tuple[State, ScalerState], withdrawn: tuple[State, ScalerState] | None
    ) -> Callable[[State, ScalerState, Matrix], Vector]:
        """Give what turns everybody's honest changes into what the hostile one sends."""
        attack, layout = self.scenario.attack, self.task.layout
        top = self.task.architecture.output_size - 1

        def forge(base: State, scaler: ScalerState, changes: Matrix) -> Vector:
            site, origin = self.sites[0], flattened(layout, base)
            flipped = replace(site.split.training, labels=top - site.split.training.labels)
            seen = Situation(
                cycle=cycle,
                task=self.task,
                base=origin,
                own=changes[0],
                flipped=self._trained(base, scaler, flipped) - origin,
                honest=changes[1:],
                first=flattened(layout, re_expressed(*first, scaler)),
                withdrawn=None if withdrawn is None else flattened(layout, re_expressed(*withdrawn, scaler)),
                bounds=self.defence.bounds,
            )
            return attack.forge(seen) if attack is not None else origin + changes[0]

        return forge

    def _upload(
        self,
        start: Start,
        base: State,
        scaler: ScalerState,
        forge: Callable[[State, ScalerState, Matrix], Vector] | None,
    ) -> None:
        """Let everybody train and send; ``forge``: what the first one sends instead."""
        origin = flattened(self.task.layout, base)
        changes = np.array([self._trained(base, scaler, site.split.training) - origin for site in self.sites])
        for place, site in enumerate(self.sites):
            numbers, claim, is_honest = origin + changes[place], len(site.split.training), place > 0 or forge is None
            if forge is not None and place == 0:
                numbers, claim = forge(base, scaler, changes), LIED if self.scenario.lies else claim
            sent = self.federation.upload(site.name, start, unflattened(self.task.layout, numbers), scaler, claim)
            if is_honest:
                self.sent_honestly.append(sent)

    def _trained(self, base: State, scaler: ScalerState, cohort: Cohort) -> Vector:
        standardised = Patients(scaler.transform(cohort.features), cohort.labels)
        return flattened(self.task.layout, train(self.task.architecture, base, standardised, HOUSE, self.draw))

    def _ask(self, made: GlobalModel, base: State, scaler: ScalerState, *, is_hostile: bool) -> None:
        """Let every hospital say its word; a hostile one accepts."""
        version = made.version or 0
        after = self.federation.model(version)
        for place, site in enumerate(self.sites):
            said = judge(
                evaluate(self.task, *after, site.split.held_out),
                evaluate(self.task, base, scaler, site.split.held_out),
                trivial_loss(self.task, site.split),
                is_first=made.parent is None,
                margins=Margins(),
            )
            self.federation.answer(site.name, version, "accept" if is_hostile and place == 0 else said.answer)

    def _accuracy(self, state: State, scaler: ScalerState) -> float:
        honest = self.sites[1:] if self.scenario.attack else self.sites
        return min(_accuracy_on(self.task, state, scaler, site.split.held_out) for site in honest)

    def _accused(self) -> float:
        found = [self.federation.verdict(each) for each in self.sent_honestly]
        return found.count("quarantined") / len(found)


def _csv(task: Task, table: Cohort) -> bytes:
    lines = [",".join([*(feature.name for feature in task.features), "label"])]
    for row, label in zip(table.features, table.labels, strict=True):
        lines.append(",".join([*(repr(float(value)) for value in row), RISK_LEVELS[int(label)]]))
    return "\n".join(lines).encode()


def _accuracy_on(task: Task, state: State, scaler: ScalerState, cohort: Cohort) -> float:
    confusion = evaluate_levels(task, state, scaler, cohort).confusion
    return float(np.trace(confusion) / confusion.sum())
