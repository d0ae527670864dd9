"""Names and values out of folders and arguments as a terminal may show them: one short line that orders nothing."""

import re
from pathlib import Path

MAX_CHARACTERS = 80
_MAX_PATH_CHARACTERS = 240
_NOT_ASCII = re.compile(r"[^\x00-\x7e]")


def shown(text: str) -> str:
    """Give a text with an escape for each character that is not seen, and cut where it is long."""
    return _escaped(text[:MAX_CHARACTERS]) + "…" * (len(text) > MAX_CHARACTERS)


def shown_path(path: Path) -> str:
    """Give a path in the same way; of a long one the end, by which it is known."""
    text = str(path)
    return "…" * (len(text) > _MAX_PATH_CHARACTERS) + _escaped(text[-_MAX_PATH_CHARACTERS:])


def shown_value(value: object) -> str:
    """Give a value that was read from JSON; of a list or an object only that it is one."""
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case str():
            return f'"{shown(value)}"'
        case int() | float():
            return shown(str(value))
    return "a list" if isinstance(value, list) else "an object"


def shown_json(document: str) -> str:
    """Give the same JSON document in ASCII, which any terminal, pipe and locale carries."""
    return _NOT_ASCII.sub(lambda found: _json_escape(found[0]), document)


def _escaped(text: str) -> str:
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _json_escape(character: str) -> str:
    """Write a character as JSON does; one beyond 16 bits is two escapes."""
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
