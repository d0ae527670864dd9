"""What whoever decides about an aggregate should know: what was not compared, who was capped, what each can compute."""

from collections.abc import Iterator, Sequence

from aggregation.comparison import LEAST_COMPARABLE
from director.models.contributions import Contribution, Making

_CAPPED = frozenset(("others_median", "others_sum"))


def notes_on(contributions: Sequence[Contribution], moving: int, making: Making) -> Iterator[str]:
    """Say it in sentences.

    Args:
        contributions: The chosen hospitals', moving and standing.
        moving: How many of them move and count.
        making: What the director is set to.
    """
    if moving < LEAST_COMPARABLE:
        yield (
            f"Below {LEAST_COMPARABLE} hospitals that move nothing is compared: {_number(moving)} here, so norms and "
            "directions were not held against each other. A validation table, or the hospitals' own word, is the check."
        )
    for each in contributions:
        if each.count.bound in _CAPPED and each.count.is_capped:
            name, counted = each.row.envoy.name, each.count
            yield (
                f"{name} counts as {counted.counted} of the {counted.own} examples that it shows ({counted.limit}). "
                "Where it is truly larger, that costs accuracy; say so: "
                f"fl-director envoy expect {name} {counted.own}"
            )
    if len(contributions) == 2:
        yield "With two hospitals each can compute the other's statistics and model from what both may read."
    if moving < making.minimum_hospitals:
        yield (
            f"{_number(moving)} would make it, and minimum_hospitals is {making.minimum_hospitals}: "
            "this can't become a version."
        )


def _number(number: int) -> str:
    return "one hospital" if number == 1 else f"{number} hospitals"
