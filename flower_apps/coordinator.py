"""Conducts a plan's rounds: asks, closes, keeps, goes on; begun again it goes on behind the last whole round."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from contract.names import EnvoyName
from envoy.lesson import Lesson
from flower_apps.closing import close_round
from flower_apps.plan_folder import Plan
from flower_apps.result_folder import ResultFolder
from flower_apps.wire import Answer, Asked

Ask = Callable[[Asked], Mapping[EnvoyName, Answer]]
"""Has the hospitals of a plan train, and gives the answers of those that answered in time."""


@dataclass(frozen=True)
class Coordinator:
    """Who conducts a run.

    Args:
        plan: The run.
        folder: Where it is kept.
        run: Its name at the engine.
        clock: Gives the time, UTC.
        say: Takes a sentence for whoever looks on.
    """

    plan: Plan
    folder: ResultFolder
    run: str
    clock: Callable[[], datetime]
    say: Callable[[str], None]

    def conduct(self, ask: Ask) -> None:
        """Go through the rounds that are left, and write what goes home.

        Raises:
            FederationError: As ``close_round``; whole rounds stay.
        """
        plan, described = self.plan, self.plan.described
        progress = self.folder.progress(plan)
        state, memory = self.folder.resumed(plan, progress)
        for number in range(len(progress.rounds) + 1, described.rounds + 1):
            lesson = Lesson(plan.task, state, plan.scaler, described.seed, number, plan.strategy.proximal)
            answers = ask(Asked(lesson, self.run, described.rounds, described.start.base))
            closed = close_round(plan, state, memory, answers)
            progress = self.folder.keep(plan, progress, self.run, closed, self.clock())
            state, memory = closed.state, closed.memory
            left_out = [f"{each.envoy} quarantined" for each in closed.quarantined]
            left_out += [f"{name}: {reason}" for name, reason in closed.refused.items()]
            self.say(
                f"Round {number} of {described.rounds}: {len(closed.counted)} hospitals count"
                f"{'; ' + '; '.join(left_out) if left_out else ''}."
            )
        self.folder.finish(plan, progress)
