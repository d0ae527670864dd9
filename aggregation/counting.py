"""How many examples a hospital counts for: never more than it shows, never more than the others bear out.

A count is what a hospital says of itself, and it is its weight. So it is held against what the hospital reported
elsewhere, what the admin expects of it, and the other hospitals' counts: nobody weighs more than half.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

LEAST_COUNT_RATIO = 2.0
"""With less, two hospitals of honest and different size would cap each other."""

Bound = Literal["claimed", "reported", "others_claims", "expected", "others_median", "others_sum"]
"""What a count is the least of: its claim; its newest statistics, or without any the median of the others' claims; the
size that the admin expects; count_ratio × the median of the others' own; the sum of the others' own."""

_BOUNDS: dict[Bound, str] = {
    "claimed": "what it claims",
    "reported": "its newest statistics",
    "others_claims": "the median of the others' claims, for it has sent no statistics",
    "expected": "the size that the admin expects of it",
    "others_median": "{ratio:g} × the median of the others",
    "others_sum": "the sum of the others: nobody weighs more than half",
}


@dataclass(frozen=True)
class Claim:
    """What is known of a hospital's number of training examples.

    Args:
        claimed: What it says with its model.
        reported: What its newest statistics that count say; None: it has sent none.
        expected: What the admin expects of it at most; None: nothing was said.
    """

    claimed: int
    reported: int | None = None
    expected: int | None = None


@dataclass(frozen=True)
class Count:
    """What a hospital counts for.

    Args:
        claimed: What it says.
        own: What stands by itself: the least of claim, statistics and expectation.
        counted: What it weighs.
        bound: Which of the bounds that is.
        ratio: count_ratio, for the sentence.
    """

    claimed: int
    own: int
    counted: int
    bound: Bound
    ratio: float

    @property
    def is_capped(self) -> bool:
        """Whether it counts as less than it claims."""
        return self.counted < self.claimed

    @property
    def limit(self) -> str:
        """What it is the least of, in words."""
        return _BOUNDS[self.bound].format(ratio=self.ratio)


def count(claims: Sequence[Claim], ratio: float) -> list[Count]:
    """Say what each of these hospitals counts for, in whole numbers of 1 or more, in the order given.

    First each alone: own = the least of its claim, its statistics (none yet: the median of the others' claims), and
    what the admin expects. Then, where nothing was expected, the least of own, ``ratio`` × the median of the others'
    own, and the sum of the others' own. One hospital alone counts as it claims.

    Args:
        claims: One a hospital.
        ratio: At least ``LEAST_COUNT_RATIO``.
    """
    if len(claims) == 1:
        claim = claims[0]
        return [Count(claim.claimed, claim.claimed, claim.claimed, "claimed", ratio)]
    claimed = [claim.claimed for claim in claims]
    alone = [_alone(claim, _without(claimed, place)) for place, claim in enumerate(claims)]
    own = [number for number, _ in alone]
    return [
        Count(claim.claimed, own[place], *_beside(claim, alone[place], _without(own, place), ratio), ratio)
        for place, claim in enumerate(claims)
    ]


def _alone(claim: Claim, others: Sequence[int]) -> tuple[int, Bound]:
    candidates: list[tuple[int, Bound]] = [(claim.claimed, "claimed")]
    if claim.reported is None:
        candidates.append((_whole(statistics.median(others)), "others_claims"))
    else:
        candidates.append((claim.reported, "reported"))
    if claim.expected is not None:
        candidates.append((claim.expected, "expected"))
    return _least(candidates)


def _beside(claim: Claim, own: tuple[int, Bound], others: Sequence[int], ratio: float) -> tuple[int, Bound]:
    if claim.expected is not None:
        return own
    at_most = _whole(ratio * statistics.median(others))
    return _least([own, (at_most, "others_median"), (sum(others), "others_sum")])


def _least(candidates: Sequence[tuple[int, Bound]]) -> tuple[int, Bound]:
    """Give the smallest; of equal ones the first, so that what does not bite is not named."""
    return min(candidates, key=lambda candidate: candidate[0])


def _without(numbers: Sequence[int], place: int) -> list[int]:
    return [*numbers[:place], *numbers[place + 1 :]]


def _whole(number: float) -> int:
    return max(1, math.floor(number))
