"""What a distribution asks of other packages, held against what is installed: names and versions in, mistakes out.

Reads as much of PEP 508 and PEP 440 as our own distribution writes: a name, bounds of releases, and the extra that it
is asked for by. Whether a line with another marker holds here it does not know: such a line it leaves out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_LINE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;()]*)\)?\s*(?:;\s*(.*))?")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([A-Za-z0-9._-]+)['"]""")
_BOUND = re.compile(r"(>=|<=|==|!=|<|>)\s*([0-9]+(?:\.[0-9]+)*)")
_RELEASE = re.compile(r"(?:[0-9]+!)?([0-9]+(?:\.[0-9]+)*)")


@dataclass(frozen=True)
class Unmet:
    """A package that is missing (``found`` None) or not of a version that does."""

    name: str
    asked: str
    found: str | None


def requirements_for(lines: Iterable[str], extra: str) -> dict[str, str]:
    """Give the packages, with their bounds as they are written, that are asked for always and by one extra."""
    found: dict[str, str] = {}
    for line in lines:
        match = _LINE.fullmatch(line.strip())
        if match is None:
            continue
        marker = (match[3] or "").strip()
        asked_by = _EXTRA.fullmatch(marker)
        if not marker or (asked_by is not None and asked_by[1] == extra):
            found[match[1]] = match[2].strip()
    return found


def unmet(asked: Mapping[str, str], installed: Mapping[str, str | None]) -> Iterator[Unmet]:
    """Give what is missing, and what is outside its bounds; a bound of a form that is not known here holds.

    Args:
        asked: Package → bounds.
        installed: Package → its version; None: it is not there.
    """
    for name, bounds in asked.items():
        version = installed.get(name)
        if version is None or not all(_holds(version, *bound) for bound in _BOUND.findall(bounds)):
            yield Unmet(name, bounds, version)


def _holds(version: str, comparison: str, bound: str) -> bool:
    found, at = _release(version), _release(bound)
    if found is None or at is None:
        return True
    size = max(len(found), len(at))
    ours, theirs = found + (0,) * (size - len(found)), at + (0,) * (size - len(at))
    return {
        ">=": ours >= theirs,
        "<=": ours <= theirs,
        "==": ours == theirs,
        "!=": ours != theirs,
        "<": ours < theirs,
        ">": ours > theirs,
    }[comparison]


def _release(version: str) -> tuple[int, ...] | None:
    """Give a version's release; a pre-release counts as its release: somebody chose it."""
    match = _RELEASE.match(version)
    return None if match is None else tuple(int(each) for each in match[1].split("."))
