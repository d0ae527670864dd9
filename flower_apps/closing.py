"""What becomes of a round's answers: counted, screened and combined by the director's own rules. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from aggregation.counting import Claim, Count, count
from aggregation.movement import Origin, move
from aggregation.screening import check_count, check_magnitude, screen_updates
from aggregation.updates import ModelUpdate, TensorsInMemory
from contract.artifacts.model_file import read_model, write_model
from contract.errors import FederationError
from contract.messages.problems import Check
from contract.names import Digest, EnvoyName
from contract.network import State
from flower_apps.errors import RoundFailedError
from flower_apps.plan_folder import Plan
from flower_apps.wire import Answer


@dataclass(frozen=True)
class Part:
    """One hospital's part in a round.

    Args:
        envoy: It.
        model_sha256: Digest of what it sent.
        num_examples: What it claims.
        counted: What it weighs.
        bound: Which bound that is the least of, in words.
        checks: What was found beside the others; one that did not pass leaves it out.
        weight: Its share of the result; None: it is left out, or the strategy knows no shares.
    """

    envoy: EnvoyName
    model_sha256: Digest
    num_examples: int
    counted: int
    bound: str
    checks: tuple[Check, ...]
    weight: float | None = None

    @property
    def passed(self) -> bool:
        """Whether it enters."""
        return all(each.passed for each in self.checks)


@dataclass(frozen=True)
class Closed:
    """What a round gave.

    Args:
        state: The model.
        memory: What the strategy goes on from.
        counted: Those that entered, by hospital.
        quarantined: Those that did not pass beside the others.
        refused: Hospital → why it has no part: it would not, or what it sent is no model.
    """

    state: State
    memory: Mapping[str, State]
    counted: Sequence[Part]
    quarantined: Sequence[Part]
    refused: Mapping[EnvoyName, str]


def close_round(plan: Plan, start: State, memory: Mapping[str, State], answers: Mapping[EnvoyName, Answer]) -> Closed:
    """Move on from ``start`` by what hospitals of the plan answered; the order in which they did changes no bit.

    Args:
        plan: The run.
        start: What the round was trained from.
        memory: What the strategy gave back the round before.
        answers: Hospital → its answer.

    Raises:
        RoundFailedError: Fewer pass than the plan's quorum.
        AggregationError: The strategy takes more.
    """
    states, refused = _opened(plan, answers)
    names = sorted(states, key=lambda name: name.folded)
    if not names:
        raise RoundFailedError(f"No hospital returned a model. {_told(refused)}".strip())
    counts = _counts(plan, names, answers)
    updates = [_update(plan, states[name], each.counted, start) for name, each in zip(names, counts, strict=True)]
    findings = screen_updates(updates, plan.bounds)
    parts = [
        Part(name, Digest.of(answers[name].model), each.claimed, each.counted, each.limit,
             (check_count(each), *finding.checks, check_magnitude(update.largest_in_first_layer)))
        for name, each, update, finding in zip(names, counts, updates, findings, strict=True)
    ]  # fmt: skip
    entering = [(part, update) for part, update in zip(parts, updates, strict=True) if part.passed]
    quarantined = [part for part in parts if not part.passed]
    if len(entering) < plan.described.quorum:
        raise RoundFailedError(
            f"{len(entering)} hospitals' models count in this round, and it takes {plan.described.quorum}. "
            f"{_told(refused)}{_why(quarantined)}".strip(),
            hint="Once they can take part, run it again with the same --out: it goes on behind the last whole round.",
        )
    share = Fraction(sum(part.counted for part, _ in entering), sum(part.counted for part in parts))
    combined = move(
        Origin(TensorsInMemory(start), plan.scaler),
        [update for _, update in entering],
        plan.strategy,
        plan.scaler,
        share,
        {name: TensorsInMemory(kept) for name, kept in memory.items()},
    )
    weights = combined.shares or [None] * len(entering)
    counted = [replace(part, weight=weight) for (part, _), weight in zip(entering, weights, strict=True)]
    return Closed(combined.state, combined.memory, counted, quarantined, refused)


def _opened(plan: Plan, answers: Mapping[EnvoyName, Answer]) -> tuple[dict[EnvoyName, State], dict[EnvoyName, str]]:
    """Read what came by the strict reader; what is no model of the task is refused by itself."""
    states: dict[EnvoyName, State] = {}
    refused: dict[EnvoyName, str] = {}
    for name, answer in answers.items():
        try:
            if answer.refusal:
                refused[name] = answer.refusal
            else:
                plan.task.require_no_more_examples(answer.num_examples)
                states[name] = read_model(answer.model, plan.task.layout)
        except FederationError as error:
            refused[name] = error.sentence
    return states, refused


def _counts(plan: Plan, names: Sequence[EnvoyName], answers: Mapping[EnvoyName, Answer]) -> Sequence[Count]:
    known = plan.hospitals
    claims = [Claim(answers[name].num_examples, known[name].reported, known[name].expected) for name in names]
    return count(claims, plan.bounds.count_ratio)


def _update(plan: Plan, state: State, counted: int, start: State) -> ModelUpdate:
    digest = Digest.of(write_model(state, plan.task.layout))
    return ModelUpdate(digest, counted, plan.scaler, plan.task.layout, TensorsInMemory(state), TensorsInMemory(start))


def _told(refused: Mapping[EnvoyName, str]) -> str:
    return "".join(f"{name}: {reason} " for name, reason in sorted(refused.items()))


def _why(quarantined: Sequence[Part]) -> str:
    failed = ((part.envoy, next(check for check in part.checks if not check.passed)) for part in quarantined)
    return "".join(f"{name} is quarantined: {check.sentence} " for name, check in failed)
