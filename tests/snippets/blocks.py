"""The fenced blocks of a page: what stands in each, in which language, and where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<language>[^`\n]*)\n(?P<text>.*?)^(?P=indent)(?P=fence) *$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One block. It is known by its page and its first line, which stay when the page grows."""

    page: str
    line: int
    language: str
    text: str

    @property
    def first_line(self) -> str:
        return self.text.split("\n", 1)[0]

    @property
    def key(self) -> tuple[str, str]:
        return self.page, self.first_line

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: str, text: str) -> Iterator[Block]:
    """Give a page's blocks in their order, each without the indent of the list that it stands in."""
    for found in _BLOCK.finditer(text):
        indent = len(found["indent"])
        lines = [line[indent:] if line[:indent].isspace() else line for line in found["text"].split("\n")]
        line = text.count("\n", 0, found.start()) + 2
        yield Block(page, line, found["language"].strip(), "\n".join(lines).rstrip("\n"))


def pages() -> list[str]:
    found = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "guide").glob("*.md")]
    return ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in found)]


def page_text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def all_blocks() -> list[Block]:
    return [block for page in pages() for block in blocks_of(page, page_text(page))]
