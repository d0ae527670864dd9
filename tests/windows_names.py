"""Which names no file can have on Windows, and how long a path may be there.

https://learn.microsoft.com/windows/win32/fileio/naming-a-file
"""

import re
from pathlib import Path

_NO_NAME = re.compile(r'.*[<>:"/\\|?*\x00-\x1f].*|.*[. ]|(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?', re.IGNORECASE)
_LONGEST_HOME = r"C:\Users\hospital.administrator\AppData\Local\fl-envoy"
_MAX_PATH = 259


def impossible_on_windows(folder: Path) -> list[str]:
    """Give what lies below a folder and could not on Windows: by its name, or because its path is too long there."""
    found = [each.relative_to(folder) for each in folder.rglob("*")]
    return [
        str(each)
        for each in found
        if any(_NO_NAME.fullmatch(part) for part in each.parts) or len(_LONGEST_HOME) + 1 + len(str(each)) > _MAX_PATH
    ]
