"""Which releases work with each other. It compares versions, and knows no package index and no link.

Releases are numbered 0.MINOR.PATCH (docs/upgrade.md): an envoy works with a director one MINOR older or newer.
"""

import re

OLDEST_ENVOY = "0.1.0"
"""The oldest envoy that this director serves as it did; the release before is held to it in tests/compatibility."""

OLDEST_DIRECTOR = "0.1.0"
"""The oldest director that this envoy works with."""

_NUMBERS = re.compile(r"\d+(?:\.\d+)*")


def is_before(version: str, oldest: str) -> bool:
    """Tell whether a release came before another; what names no release did not.

    Args:
        version: Of what answers, as it says so itself.
        oldest: The other one.
    """
    one, other = _numbers(version), _numbers(oldest)
    return bool(one and other) and one < other


def versions_said(director: str, oldest_envoy: str | None, envoy: str) -> str:
    """Say which versions stand at the two ends, and what each takes.

    Args:
        director: The director's version.
        oldest_envoy: The oldest envoy that it says it takes; None: a director of 0.1 says none.
        envoy: This envoy's version.
    """
    takes = f" and takes envoys from {oldest_envoy}" if oldest_envoy is not None else ""
    return f"The director is {director}{takes}; this envoy is {envoy} and takes directors from {OLDEST_DIRECTOR}."


def too_old_said(director: str, oldest_envoy: str | None, envoy: str) -> str | None:
    """Say which end is too old for the other, and whose turn it is; None: neither is. Arguments as before."""
    if oldest_envoy is not None and is_before(envoy, oldest_envoy):
        return f"This envoy is too old for the director, which takes {oldest_envoy} or later: install a newer fl-envoy."
    if is_before(director, OLDEST_DIRECTOR):
        return (
            f"The director is too old for this envoy, which takes {OLDEST_DIRECTOR} or later: ask the consortium's "
            f"admin to update it, or install the fl-envoy of {director}."
        )
    return None


def _numbers(version: str) -> tuple[int, ...]:
    found = _NUMBERS.match(version)
    numbers = tuple(int(each) for each in found[0].split(".")) if found else ()
    return (*numbers, *(0,) * (3 - len(numbers))) if numbers else ()
