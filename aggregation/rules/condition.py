"""A rule bears f bad updates of n only under its condition on both, and says so where it does not hold."""

from aggregation.errors import TooFewUpdatesError


def require(rule: str, number: int, least: int, condition: str, f: int) -> None:
    """Refuse fewer updates than a rule needs to bear f bad ones.

    Raises:
        TooFewUpdatesError: ``number`` is below ``least``.
    """
    if number < least:
        raise TooFewUpdatesError(
            f"{rule} needs {condition}: with f = {f} bad updates at least {least}, and there are n = {number}.",
            hint="Wait for more hospitals, lower f, or choose another strategy.",
            n=number,
            f=f,
        )
