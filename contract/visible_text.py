"""Which characters have no place in a text that people will see: programs act on them instead of showing them.

Control characters steer a terminal, separators break a line in two for some readers, bidirectional controls show
another order than the one that is there, and a lone surrogate can't be written as UTF-8.
"""

import re

UNSEEN = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
"""All of them but tab and line ends, as ranges for the inside of a regular expression's ``[]``."""

UNSEEN_IN_A_NAME = UNSEEN + r"\t\n\r"
"""The same for a text of one line."""

_OF_A_LINE = UNSEEN_IN_A_NAME.replace(r"\ud800-\udfff", "")  # some readers of patterns know no surrogates

ONE_SEEN_LINE = f"^[^{_OF_A_LINE}]*$"
"""The pattern of a whole text of one line without any of them."""

ONE_FILLED_LINE = f"^[^{_OF_A_LINE}]*[^\\s{_OF_A_LINE}][^{_OF_A_LINE}]*$"
"""Likewise, and not of spaces alone."""


def visible(text: str) -> str:
    r"""Give a text as one line in which each character that shows nothing of itself stands as its escape.

    An escape character becomes ``\x1b``, a line end ``\n``, an override of the writing's direction ``\u202e``. Meant
    for eyes: a text that holds a backslash by itself looks the same.
    """
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


_NOT_PLAIN_JSON = re.compile(r"[^\n -~]")


def visible_json(document: str) -> str:
    """Give the same JSON document in line ends and printable ASCII alone, so that any terminal and pipe carries it."""
    return _NOT_PLAIN_JSON.sub(lambda found: _json_escape(found[0]), document)


def _json_escape(character: str) -> str:
    """Write a character as JSON does; one beyond 16 bits is two escapes."""
    halves = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{halves[at]:02x}{halves[at + 1]:02x}" for at in range(0, len(halves), 2))
