"""The Python that a page shows, as its reader would run it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
_SHELL = re.compile(r"^```sh\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def section(page: str, heading: str) -> str:
    """Give what stands below a heading of a page, up to the next one of any level."""
    text = (ROOT / page).read_text("utf-8")
    _, found, below = text.partition(f"\n{heading}\n")
    assert found, f"{page} has no heading {heading}"
    return re.split(r"^#+ ", below, maxsplit=1, flags=re.MULTILINE)[0]


def python_blocks(text: str) -> list[str]:
    return _BLOCK.findall(text)


def shell_blocks(text: str) -> list[str]:
    return _SHELL.findall(text)
