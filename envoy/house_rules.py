"""What this hospital lets a director ask of it: the tasks that it knows, within its own limits. Pure.

A built-in task is known by every installation; a consortium may move its cut points and nothing else. Moved cut points
make other labels, and a model of other labels says other things about patients: somebody at the hospital accepts them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, replace
from itertools import pairwise
from math import isfinite

from contract.director_problems import shown
from contract.messages.tasks import TaskDescription
from contract.names import Digest, TaskName
from contract.tasks import BUILT_IN_TASKS, RISK_LEVELS, Task
from contract.tasks.soundness import mistakes_of
from envoy.errors import PolicyError

LARGEST_LEARNING_RATE = 1.0
LARGEST_WEIGHT_DECAY = 10.0
LARGEST_SHARE = 0.5
ROWS_OF_A_LARGE_HOSPITAL = 100_000
LARGEST_BATCH = 1_000_000
LARGEST_LAYOUT = 25_000_000
"""Numbers of a model: 100 MB of them."""

_NAMED_MISTAKES = 3
_TELL_THE_ADMIN = "Install the same version of fl-director on both sides, or tell the consortium's admin."


@dataclass(frozen=True)
class HouseRules:
    """This hospital's own limits, whatever a director says.

    Args:
        minimum_examples: From fewer training patients nothing is made that leaves.
        max_epochs: A plan of more local epochs is refused.
    """

    minimum_examples: int = 10
    max_epochs: int = 1000

    @property
    def most_rows(self) -> int:
        """How many rows a plan of steps may look at: as many as the epochs allowed over a large hospital's."""
        return self.max_epochs * ROWS_OF_A_LARGE_HOSPITAL

    def fewest_examples(self, task: Task) -> int:
        """Give how many training patients there must be."""
        return max(task.minimum_examples, self.minimum_examples)

    def require_enough(self, task: Task, num_examples: int) -> None:
        """Demand enough training patients.

        Raises:
            PolicyError: There are fewer.
        """
        fewest = self.fewest_examples(task)
        if num_examples < fewest:
            whose = "needs" if fewest == task.minimum_examples else "is trained here on at least"
            raise PolicyError(
                f"{num_examples} patients to train on; task {task.name} {whose} {fewest}.",
                hint="Train when there are more: with so few, a model says more of them than of the hospital.",
            )


USUAL_RULES = HouseRules()


def agreed_task(said: TaskDescription, name: TaskName, rules: HouseRules, accepted: Collection[Digest]) -> Task:
    """Give the task that a director describes, if this hospital may train for it.

    Args:
        said: The director's description.
        name: Which task it was asked for.
        rules: The hospital's limits.
        accepted: Digests of the definitions that somebody here accepted.

    Raises:
        PolicyError: It is another task than the one known here by this name, it makes no sense, its plan is beyond the
            limits, or nobody here has accepted it or its cut points.
    """
    task = known_task(said, name, rules)
    if not needs_a_word(task) or task.digest in accepted:
        return task
    if name in BUILT_IN_TASKS:
        raise PolicyError(
            f"The director has moved the cut points of task {name} to {in_words(task.cut_points)}; this envoy knows "
            f"{in_words(BUILT_IN_TASKS[name].cut_points)}, and nobody here has accepted others.",
            hint=f"If your consortium agreed on that: fl-envoy task accept {name}",
        )
    raise PolicyError(
        f"Nobody here has accepted the task {name} as the director defines it now.",
        hint=f"Look at it, and accept it if your consortium agreed on that: fl-envoy task accept {name}",
    )


def needs_a_word(task: Task) -> bool:
    """Tell whether somebody here has to accept a task: all but those that every installation knows, as they are."""
    return task != BUILT_IN_TASKS.get(task.name)


def known_task(said: TaskDescription, name: TaskName, rules: HouseRules) -> Task:
    """Give the task that a director describes, if it is one that a hospital could train for.

    Of a built-in name it is the one known here but for its cut points; of another name it makes sense in itself.

    Raises:
        PolicyError: It is another, it makes no sense, or its plan is beyond the limits.
    """
    task, ours = said.to_task(), BUILT_IN_TASKS.get(name)
    if ours is not None:
        different = next(_differences(task, ours), None)
        if different is not None:
            raise PolicyError(f"Task {name} is another one at the director: {different}.", hint=_TELL_THE_ADMIN)
    elif task.name != name:
        raise PolicyError(f"Asked for task {name}, the director gives {task.name}.", hint=_TELL_THE_ADMIN)
    require_sane(task, rules)
    mistakes = mistakes_of(task)
    if mistakes:
        first = "; ".join(shown(each, 120) for each in mistakes[:_NAMED_MISTAKES])
        raise PolicyError(f"Task {name} of the director makes no sense: {first}.", hint=_TELL_THE_ADMIN)
    if said.layout != task.layout or said.risk_levels != RISK_LEVELS or said.digest != task.digest:
        raise PolicyError(
            f"The director and this envoy do not mean the same by task {name}: its parts do not fit together.",
            hint=_TELL_THE_ADMIN,
        )
    return task


def require_sane(task: Task, rules: HouseRules) -> None:
    """Demand a plan that a hospital can carry out and that makes sense.

    Raises:
        PolicyError: The sentence names the first thing that is out of bounds.
    """
    plan, points = task.training, task.cut_points
    if not (isfinite(plan.learning_rate) and 0 < plan.learning_rate <= LARGEST_LEARNING_RATE):
        why = f"a learning rate of {plan.learning_rate:g}; above 0 and at most {LARGEST_LEARNING_RATE:g} makes sense"
    elif not 1 <= plan.batch_size <= LARGEST_BATCH:
        why = f"batches of {plan.batch_size}; 1 to {LARGEST_BATCH:,} make sense"
    elif plan.local_epochs is not None and plan.local_epochs < 1:
        why = f"{plan.local_epochs} local epochs; at least 1 makes sense"
    elif plan.local_epochs is not None and plan.local_epochs > rules.max_epochs:
        why = f"{plan.local_epochs:,} local epochs; this hospital's ENVOY_MAX_EPOCHS is {rules.max_epochs:,}"
    elif (plan.local_epochs is None) == (plan.local_steps is None):
        why = "both epochs and steps, or neither; one of them makes sense"
    elif plan.local_steps is not None and not 1 <= plan.local_steps * plan.batch_size <= rules.most_rows:
        why = (
            f"{plan.local_steps:,} steps of {plan.batch_size:,} rows; at least 1 makes sense, and this hospital's "
            f"ENVOY_MAX_EPOCHS of {rules.max_epochs:,} allows {rules.most_rows:,} rows"
        )
    elif not (isfinite(plan.weight_decay) and 0 <= plan.weight_decay <= LARGEST_WEIGHT_DECAY):
        why = f"a weight decay of {plan.weight_decay:g}; 0 to {LARGEST_WEIGHT_DECAY:g} makes sense"
    elif plan.patience is not None and plan.patience < 1:
        why = f"a patience of {plan.patience} epochs; at least 1 makes sense"
    elif task.shares is not None and not all(0 <= each <= LARGEST_SHARE for each in astuple(task.shares)):
        why = f"a part of the patients outside of 0 to {LARGEST_SHARE:g}"
    elif not 0 <= task.initial_seed < 2**63:
        why = "a seed that is none"
    elif len(points) != len(RISK_LEVELS) - 1 or not all(map(isfinite, points)):
        why = f"the cut points {shown(in_words(points), 80)}; {len(RISK_LEVELS) - 1} finite numbers make sense"
    elif any(low >= high for low, high in pairwise(points)):
        why = f"the cut points {shown(in_words(points), 80)}, which do not rise"
    elif min(task.architecture.hidden_sizes, default=1) < 1 or _numbers(task) > LARGEST_LAYOUT:
        why = f"a network beyond {LARGEST_LAYOUT:,} numbers"
    else:
        return
    raise PolicyError(f"Task {task.name} asks for {why}.", hint=_TELL_THE_ADMIN)


def in_words(points: Collection[float]) -> str:
    """Write cut points for a person."""
    return " and ".join(f"{point:g}" for point in points) or "none"


def _differences(theirs: Task, ours: Task) -> Iterator[str]:
    """Say where two definitions differ beside their cut points."""
    said, known = (asdict(replace(task, cut_points=())) for task in (theirs, ours))
    yield from _differing(said, known, "")


def _differing(said: object, known: object, where: str) -> Iterator[str]:
    if isinstance(said, Mapping) and isinstance(known, Mapping):
        for key in known:
            yield from _differing(said[key], known[key], f"{where}.{key}" if where else key)
    elif isinstance(said, tuple) and isinstance(known, tuple) and len(said) == len(known):
        for number, (one, other) in enumerate(zip(said, known, strict=True), start=1):
            yield from _differing(one, other, f"{where} {number}")
    elif said != known:
        yield f"its {where} is {shown(str(said), 80)} there and {shown(str(known), 80)} here"


def _numbers(task: Task) -> int:
    return sum((inputs + 1) * outputs for inputs, outputs in task.architecture.layer_sizes)
