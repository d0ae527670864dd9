"""Which software it is: this one's version, and that of what trained a model, as name → version.

Names and versions are in characters that such are made of. There is no list of what may be named: another programme's
envoy has other libraries. But free text has no place here.
"""

import re
import sys
from collections.abc import Mapping
from importlib.metadata import version

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_VERSION = re.compile(r"[0-9][A-Za-z0-9._+!-]{0,63}")
"""Begins with a digit, as every version of Python and of its packages does (PEP 440)."""


def known_software(found: Mapping[str, object]) -> dict[str, object]:
    """Give the entries that name a version of something; the others are left out."""
    return {name: version for name, version in found.items() if _is_version(name, version)}


def version_line(program: str) -> str:
    """Say which version of a program this is, and which Python runs it."""
    return f"{program} {version('fl-director')} (Python {sys.version.split()[0]})"


def _is_version(name: str, version: object) -> bool:
    is_text = isinstance(version, str) and _VERSION.fullmatch(version) is not None
    return is_text and _NAME.fullmatch(name) is not None
