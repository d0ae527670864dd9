"""Write the table of ``docs/watching.md`` from the figures themselves: ``python docs/write_metrics.py``."""

import re
from pathlib import Path

from director.watching.figures import table

PAGE = Path(__file__).parent / "watching.md"
_TABLE = re.compile(r"(?<=<!-- made by docs/write_metrics.py -->\n).*?(?=<!-- end -->)", re.DOTALL)


def renewed(page: str) -> str:
    """Give the page with the table as it is now."""
    return _TABLE.sub(lambda _: f"\n{table()}\n", page)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
