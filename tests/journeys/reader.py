"""Somebody at the centre who follows a page: does what its blocks say, as they stand there."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

PLACES = {"/backup": "backup", "/elsewhere": "elsewhere", "/srv": "srv"}
"""A folder that the pages name → where it lies for the reader."""


@dataclass
class Reader:
    """Whoever follows the page, in a working folder at the centre."""

    folder: Path
    environment: dict[str, str]

    def run(self, text: str) -> str:
        for said, here in PLACES.items():
            text = re.sub(rf"(?<![\w/.]){said}(?=/)", str(self.folder / here), text)
        exports = self.folder / ".exports"
        script = f"set -euo pipefail; [ ! -e {exports} ] || . {exports}\n{text}\nexport -p > {exports}\n"
        ran = subprocess.run(
            ["bash", "-c", script], env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, f"{text}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def json(self, command: str) -> object:
        return json.loads(self.run(f"{command} --json"))
