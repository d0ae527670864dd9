"""When a run begins and when a round closes: pure decisions over who was invited, who has come, and the time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from director.records.run_schema import RoundRow, RunRow

Due = Literal["go_on", "give_up"] | None
"""What is due now: go on with who is there, give up, or (None) wait."""


@dataclass(frozen=True)
class Gathering:
    """Hospitals of which some have come.

    Args:
        expected: Those that may still come or have come.
        come: Those that have.
        quorum: How many it takes at the deadline.
        ends_at: The deadline.
        hears_everybody: Whether it waits for all though the quorum can't be reached any more: one may change its mind.
    """

    expected: Collection[int]
    come: Collection[int]
    quorum: int
    ends_at: datetime
    hears_everybody: bool = False

    @property
    def awaited(self) -> frozenset[int]:
        """Who is waited for."""
        return frozenset(self.expected) - frozenset(self.come)

    def due(self, now: datetime) -> Due:
        """Say what is due: with everybody there, or at the deadline, it goes on if the quorum is there.

        Unless it hears everybody, it gives up as soon as the quorum can't be reached any more.
        """
        is_worth_waiting = self.hears_everybody or len(self.come) + len(self.awaited) >= self.quorum
        if self.awaited and now < self.ends_at and is_worth_waiting:
            return None
        return "go_on" if len(self.come) >= self.quorum else "give_up"


def answers_of(run: RunRow) -> Gathering:
    """Say who has answered a run's invitation: to come is to take part, to refuse is to be expected no more."""
    taking_part = [
        each.envoy_id for each in run.invitations if each.choice == "take_part" and not each.envoy.disabled_at
    ]
    expected = [each.envoy_id for each in run.invitations if each.choice != "refuse" and not each.envoy.disabled_at]
    ends_at = run.opened_at + timedelta(seconds=run.deadline_seconds)
    return Gathering(expected, taking_part, run.quorum, ends_at, hears_everybody=True)


def returns_of(row: RoundRow) -> Gathering:
    """Say who has returned in a round."""
    returned = [each.envoy_id for each in row.contributions]
    expected = [
        each.envoy_id
        for each in row.run.invitations
        if each.envoy_id in returned or (each.choice != "refuse" and not each.envoy.disabled_at)
    ]
    return Gathering(expected, returned, row.run.quorum, row.closes_at)
