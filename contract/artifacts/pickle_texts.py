"""What a refused pickle seems to hold, for the sentence of its refusal: the texts and the class that it begins with.

A search for bytes, not a reading: nothing follows from it but words. Never wrong in a way that matters, since whatever
is asked about here has been refused already.
"""

import re
import struct

from contract.artifacts.symbolic_pickle import Symbol

_MAX_TEXT = 256
_LONG_TEXT = re.compile(rb"X(?=(..)\x00\x00)", re.DOTALL)  # BINUNICODE of less than 64 KiB
_NAME = rb"([A-Za-z_][\w.]{0,199})"
_ROOT = (
    re.compile(rb"\x80[\x02\x03]c" + _NAME + rb"\n" + _NAME + rb"\n"),
    re.compile(rb"\x80[\x04\x05](?:\x95.{8})?\x8c." + _NAME + rb"\x94?(?:\x8c." + _NAME + rb"\x94?)\x93", re.DOTALL),
)


def texts_in(pickled: bytes) -> frozenset[str]:
    """Give the short texts that a pickle of protocol 2 seems to hold, keys and names among them."""
    found = set()
    for match in _LONG_TEXT.finditer(pickled):
        (length,) = struct.unpack("<H", match[1])
        start = match.end() + 4
        if 0 < length <= _MAX_TEXT and start + length <= len(pickled):
            try:
                found.add(pickled[start : start + length].decode())
            except UnicodeDecodeError:
                continue
    return frozenset(found)


def root_of(pickled: bytes) -> Symbol | None:
    """Give the class or function that a pickle's first object is made by; None: it begins with something else."""
    for form in _ROOT:
        if match := form.match(pickled):
            return Symbol(match[1].decode(), match[2].decode())
    return None
