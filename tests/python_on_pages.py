"""What a page tells its reader to run, in Python and in a shell."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_BLOCK = re.compile(r"^```(?P<language>python|sh)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def section(page: str, heading: str) -> str:
    """Give what stands below a heading of a page, up to the next one of any level."""
    text = (ROOT / page).read_text("utf-8")
    _, found, below = text.partition(f"\n{heading}\n")
    assert found, f"{page} has no heading {heading}"
    return re.split(r"^#+ ", below, maxsplit=1, flags=re.MULTILINE)[0]


def blocks(text: str) -> list[tuple[str, str]]:
    """Give each block with its language, from top to bottom."""
    return [(match["language"], match["code"]) for match in _BLOCK.finditer(text)]


def python_blocks(text: str) -> list[str]:
    return [code for language, code in blocks(text) if language == "python"]
