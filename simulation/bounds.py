"""Numbers that a person asks for, out of a notebook: in their bounds, or refused with them. Knows no run."""

import math
from operator import index

from simulation.errors import ExperimentError


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """Take a whole number of Python's or of another library's.

    Args:
        name: What it is called where it was asked for.
        value: What was given.
        least: Allowed itself.
        most: Allowed itself; None: any.

    Raises:
        ExperimentError: It is none, as 2.0 and True are none, or out of its bounds.
    """
    bounds = f"a whole number, {_bounds(least, math.inf if most is None else most)}"
    try:
        number = index(value)  # type: ignore[arg-type]  # what has no index says so itself: TypeError
    except TypeError:
        raise _refusal(name, value, bounds) from None
    if type(value) is bool or number < least or (most is not None and number > most):
        raise _refusal(name, value, bounds)
    return number


def number(name: str, value: object, least: float = -math.inf, most: float = math.inf) -> float:
    """Take a finite number; the bounds are allowed themselves, and NaN is in none.

    Raises:
        ExperimentError: It is none, or out of its bounds.
    """
    bounds = _bounds(least, most)
    try:
        found = math.nan if isinstance(value, str) else float(value)  # type: ignore[arg-type]  # so does this
    except (TypeError, ValueError, OverflowError):
        raise _refusal(name, value, bounds) from None
    if not least <= found <= most or math.isinf(found):
        raise _refusal(name, value, bounds)
    return found


def _bounds(least: float, most: float) -> str:
    if least == -math.inf:
        return "a finite number"
    return f"{least:g} or more" if most == math.inf else f"from {least:g} to {most:g}"


def _refusal(name: str, value: object, bounds: str) -> ExperimentError:
    return ExperimentError(f"{name} = {_shown(value)} is not possible.", hint=f"{name} is {bounds}.")


def _shown(value: object) -> str:
    if value is None or isinstance(value, bool | str):
        return repr(value)[:60]
    try:
        return f"{value:g}"
    except (TypeError, ValueError, OverflowError):  # a list, or more digits than a line has
        return f"a {type(value).__name__} like this"
