"""Texts as an enemy writes them: what a terminal obeys, what Rich reads as markup, what turns a line's order."""

from hypothesis import strategies as st

NASTY = (
    "[/x]",
    "[bold]",
    "[/]",
    "[link=http://x]",
    "\\[/x]",
    "\\",
    ":smile:",
    "\x1b[2J",
    "\x1b]8;;http://x\x1b\\y\x1b]8;;\x1b\\",
    "\x9b31m",
    "\x07",
    "\x7f",
    "\u202e",
    "\u2066",
    "\u2028",
    "\r\n",
    "\t",
    "\u200b",
    "größe",
)


def foreign_texts(max_size: int = 8) -> st.SearchStrategy[str]:
    """Give texts that hold such pieces among others; none holds a NUL or a lone surrogate, which rows can't."""
    others = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)
    return st.lists(st.sampled_from(NASTY) | others, min_size=1, max_size=max_size).map("".join)


def is_seen(printed: str) -> bool:
    """Tell whether a terminal obeys nothing in it but line ends."""
    return all(line.isprintable() for line in printed.split("\n"))
