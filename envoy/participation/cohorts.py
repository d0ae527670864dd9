"""Whether a run's later rounds train on the patients that its first one did, without saying who they are.

A cohort is named by an HMAC of its patients' keys under a random key that never leaves the envoy's home, for each run
another: nobody can try patients' numbers against a name, nor tell whether two runs' cohorts are the same.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from contract.names import Digest
from envoy.cohort import Cohort
from envoy.errors import PolicyError
from envoy.kept_files import write_whole
from envoy.operating_system import keep_private
from envoy.submission import LocalData

_KEY_FILE, _FILE = "cohort.key", "cohorts.json"
_KEY_BYTES = 32
_KEPT_RUNS = 1000


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)

    director: str = ""
    runs: Mapping[int, Digest] = {}


@dataclass(frozen=True)
class FrozenCohort:
    """A cohort's name in a run, and whether it is another than the one that the run began with."""

    name: Digest
    has_changed: bool


class Cohorts:
    """Names cohorts, and keeps the first of each run in the envoy's home.

    Args:
        home: The envoy's home.
        director: Whose runs they are: another director counts its own from 1.
    """

    def __init__(self, home: Path, director: str) -> None:
        self._home, self._director = home, director
        self._key: bytes | None = None
        self._named: tuple[int, LocalData, FrozenCohort] | None = None

    def frozen(self, run: int, data: LocalData) -> FrozenCohort:
        """Name a run's cohort; the first one of a run is kept for good before this returns.

        Raises:
            PolicyError: The key in the home is damaged.
        """
        if self._named is None or self._named[0] != run or self._named[1] is not data:
            name = cohort_name(self._secret(), run, data)
            self._named = run, data, FrozenCohort(name, has_changed=self._first(run, name) != name)
        return self._named[2]

    def _first(self, run: int, name: Digest) -> Digest:
        kept = self._read()
        if run in kept.runs:
            return kept.runs[run]
        newest = dict(sorted({**kept.runs, run: name}.items())[-_KEPT_RUNS:])
        told = _Kept(director=self._director, runs=newest)
        write_whole(self._home / _FILE, told.model_dump_json(indent=2).encode() + b"\n")
        return name

    def _read(self) -> _Kept:
        try:
            kept = _Kept.model_validate_json((self._home / _FILE).read_bytes())
        except (FileNotFoundError, ValidationError):
            return _Kept()
        return kept if kept.director == self._director else _Kept()

    def _secret(self) -> bytes:
        if self._key is None:
            self._key = _key_in(self._home / _KEY_FILE)
        return self._key


def cohort_name(key: bytes, run: int, data: LocalData) -> Digest:
    """Name a cohort: HMAC-SHA256 of the run, the task and the patients of both parts of the split, each in order.

    Args:
        key: 32 random bytes.
        run: The run.
        data: The patients.
    """
    told = hmac.new(key, f"fl-envoy cohort 1\n{run}\n{data.task.name}\n".encode(), sha256)
    for part in data.split.parts:
        told.update(f"{len(part)}\n".encode() + _keys(part))
    return Digest(told.hexdigest())


def _keys(cohort: Cohort) -> bytes:
    return np.sort(cohort.subject_ids).astype("<i8").tobytes()


def _key_in(path: Path) -> bytes:
    if not path.exists():
        write_whole(path, secrets.token_bytes(_KEY_BYTES))
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise PolicyError(
            f"{path} is damaged: it holds {len(key)} bytes, not {_KEY_BYTES}.",
            hint="Delete it; cohorts of runs that are under way then seem to have changed.",
        )
    keep_private(path)
    return key
