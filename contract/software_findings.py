"""Whether this program has what it asks for: its Python, and the packages beside it, in versions that do."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, metadata, version

from contract.findings import Finding, bad, ok
from contract.requirements import requirements_for, unmet

_DISTRIBUTION, _ABOUT = "fl-director", "software"


def software_findings(extra: str, command: str) -> Iterator[Finding]:
    """Hold what is installed against what this distribution asks for.

    Args:
        extra: With which of its extras this program is installed.
        command: What to type to install it anew.
    """
    ours = metadata(_DISTRIBUTION)
    asked = requirements_for(ours.get_all("Requires-Dist") or [], extra)
    python = sys.version.split()[0]
    wrong = [
        *unmet({"Python": ours["Requires-Python"] or ""}, {"Python": python}),
        *unmet(asked, dict(_installed(asked))),
    ]
    for each in wrong:
        found = "is not installed" if each.found is None else f"is {each.found}"
        needed = f"; this version asks for {each.asked}" if each.asked else ""
        yield bad(_ABOUT, f"{each.name} {found}{needed}.", command)
    if not wrong:
        yield ok(_ABOUT, f"version {ours['Version']}, Python {python}, and {len(asked)} packages that do.")


def _installed(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        with suppress(PackageNotFoundError):
            yield name, version(name)
