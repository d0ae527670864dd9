"""A lock: which packages, at which version, with which digests. It knows the form that ``make lock`` writes.

Source of the form: pip's requirements files, https://pip.pypa.io/en/stable/reference/requirements-file-format/.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
ALL = ROOT / "requirements" / "all.txt"
TORCH = ROOT / "requirements" / "torch.txt"

_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]+?))?\s*(?:\\|$)")
_DIGEST = re.compile(r"--hash=sha256:(?P<digest>[0-9a-f]{64})")


class LockError(ValueError):
    """A lock says something that is no pin."""


@dataclass(frozen=True)
class Locked:
    """One package at one version.

    Args:
        name: As the index knows it.
        version: The only one.
        marker: Where it is installed (PEP 508); empty: everywhere.
        digests: SHA-256 of each file that may be installed for it, hexadecimal; none: of torch alone.
    """

    name: str
    version: str
    marker: str
    digests: tuple[str, ...]


def locked_in(file: Path) -> list[Locked]:
    """Read a lock.

    Raises:
        LockError: A line is neither a pin, nor a comment.
    """
    return list(_read(file.read_text(encoding="utf-8"), file.name))


def _read(text: str, name: str) -> Iterator[Locked]:
    for entry in re.split(r"\n(?=[^\s#])", "\n" + text):
        lines = [line for line in entry.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        if not lines:
            continue
        pin = _PIN.match(lines[0])
        if pin is None or not all(_DIGEST.match(line.strip()) for line in lines[1:]):
            raise LockError(f"{name}: {lines[0]!r} is no package at one version. Renew it: make lock.")
        digests = tuple(_DIGEST.findall("\n".join(lines[1:])))
        yield Locked(pin["name"], pin["version"], pin["marker"] or "", digests)
