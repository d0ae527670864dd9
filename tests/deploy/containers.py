"""The ``Dockerfile``, ``.dockerignore`` and ``compose.yaml``, read as far as they say what runs and what is copied."""

import json
import re
import shlex
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # comes with schemathesis

from tests.deploy.units import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]


@dataclass(frozen=True)
class Step:
    """One instruction of a Dockerfile, with its options apart."""

    name: str
    options: dict[str, str]
    rest: str

    @property
    def words(self) -> list[str]:
        """What stands behind it, in either of its two forms."""
        return json.loads(self.rest) if self.rest.startswith("[") else shlex.split(self.rest)


@dataclass(frozen=True)
class Dockerfile:
    """A Dockerfile's text."""

    text: str

    @cached_property
    def stages(self) -> list[list[Step]]:
        """The steps of each stage; a stage begins with its FROM."""
        lines = [line for line in self.text.splitlines() if not line.lstrip().startswith("#")]
        joined = "\n".join(lines).replace("\\\n", " ")
        stages: list[list[Step]] = []
        for line in filter(None, map(str.strip, joined.splitlines())):
            name, _, rest = line.partition(" ")
            options = {}
            while found := re.match(r"--([a-z-]+)=(\S+)\s+", rest.lstrip()):
                options[found[1]] = found[2]
                rest = rest.lstrip()[found.end() :]
            if name == "FROM":
                stages.append([])
            stages[-1].append(Step(name, options, rest.strip()))
        return stages

    @property
    def last(self) -> list[Step]:
        return self.stages[-1]

    def final(self, name: str) -> Step:
        """Give the last such step of the image that is kept."""
        return [step for step in self.last if step.name == name][-1]

    @property
    def copied(self) -> list[str]:
        """What is copied from the repository."""
        copies = [step for stage in self.stages for step in stage if step.name == "COPY" and "from" not in step.options]
        return [source for step in copies for source in step.words[:-1]]


DOCKERFILE = Dockerfile((ROOT / "Dockerfile").read_text())


def reaches_the_builder(path: str) -> bool:
    """Tell whether ``.dockerignore`` lets a file through: the last line says that names it or a folder above it.

    A ``**/`` stands for any number of folders, as Docker has it.
    """
    ignored = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!").rstrip("/")
        if not pattern or pattern.startswith("#"):
            continue
        parts = path.split("/")
        above = ["/".join(parts[: number + 1]) for number in range(len(parts))]
        if any(fnmatchcase(f"/{each}" if "**/" in pattern else each, _widened(pattern)) for each in above):
            ignored = not line.startswith("!")
    return not ignored


def _widened(pattern: str) -> str:
    return f"/{pattern}".replace("/**/", "*/") if "**/" in pattern else pattern


def source_files() -> list[Path]:
    """Give the repository's files, without what commands make."""
    made = {".git", "node_modules", "__pycache__", "static", ".venv", ".venv-mlflow", "demo", "dist", "build"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not made & set(path.relative_to(ROOT).parts)]
