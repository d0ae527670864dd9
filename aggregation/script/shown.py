"""Names and values out of folders and arguments as a terminal may show them: one short line that orders nothing."""

from pathlib import Path

from contract.visible_text import visible

MAX_CHARACTERS = 80
_MAX_PATH_CHARACTERS = 240


def shown(text: str) -> str:
    """Give a text with an escape for each character that is not seen, and cut where it is long."""
    return visible(text[:MAX_CHARACTERS]) + "…" * (len(text) > MAX_CHARACTERS)


def shown_path(path: Path) -> str:
    """Give a path in the same way; of a long one the end, by which it is known."""
    text = str(path)
    return "…" * (len(text) > _MAX_PATH_CHARACTERS) + visible(text[-_MAX_PATH_CHARACTERS:])
