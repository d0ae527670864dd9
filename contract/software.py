"""The software that trained a model: name → version, in characters that names and versions are made of.

There is no list of what may be named: another programme's envoy has other libraries. But free text has no place here.
"""

import re
from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_VERSION = re.compile(r"[0-9][A-Za-z0-9._+!-]{0,63}")
"""Begins with a digit, as every version of Python and of its packages does (PEP 440)."""


def known_software(found: Mapping[str, object]) -> dict[str, object]:
    """Give the entries that name a version of something; the others are left out."""
    return {name: version for name, version in found.items() if _is_version(name, version)}


def _is_version(name: str, version: object) -> bool:
    is_text = isinstance(version, str) and _VERSION.fullmatch(version) is not None
    return is_text and _NAME.fullmatch(name) is not None
