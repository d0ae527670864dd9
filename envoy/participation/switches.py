"""What people at the hospital say to a running envoy, in files of its home: pause, and refuse a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from contract.messages.decisions import Reason
from envoy.errors import PolicyError
from envoy.kept_files import write_whole

_PAUSE_FILE, _REFUSALS_FILE = "paused.json", "refused_runs.json"


class Pause(BaseModel):
    """Since when this hospital's envoy pauses."""

    model_config = ConfigDict(frozen=True)

    since: datetime


class _Refusals(BaseModel):
    model_config = ConfigDict(frozen=True)

    directors: Mapping[str, Mapping[int, Reason]] = {}


@dataclass(frozen=True)
class Switches:
    """The files in the envoy's home; they are looked at each time, so that a running envoy learns of them.

    Args:
        home: The envoy's home.
        director: Whose runs are refused: another director counts its own from 1.
    """

    home: Path
    director: str = ""

    def pause(self, now: datetime) -> None:
        """Begin nothing more until ``resume``."""
        write_whole(self._pause, Pause(since=now).model_dump_json().encode() + b"\n")

    def resume(self) -> bool:
        """Go on; tells whether there was a pause."""
        was_paused = self.is_paused
        self._pause.unlink(missing_ok=True)
        return was_paused

    @property
    def is_paused(self) -> bool:
        """Whether somebody paused it; what the file says does not matter for that."""
        return self._pause.exists()

    def refuse(self, run: int, reason: str) -> None:
        """Train for a run no more, and say why to its admin as soon as there is a link."""
        self._keep({**self._refused(), run: reason})

    def take_back(self, run: int) -> bool:
        """Let a run be answered anew; tells whether it was refused."""
        kept = dict(self._refused())
        was_refused = kept.pop(run, None) is not None
        if was_refused:
            self._keep(kept)
        return was_refused

    def refusal(self, run: int) -> str | None:
        """Give why a run is refused; None: it is not.

        Raises:
            PolicyError: The file can't be read, so nobody knows what was refused.
        """
        return self._refused().get(run)

    @property
    def _pause(self) -> Path:
        return self.home / _PAUSE_FILE

    def _keep(self, runs: Mapping[int, str]) -> None:
        written = _Refusals(directors={**self._refusals(), self.director: runs}).model_dump_json(indent=2)
        write_whole(self.home / _REFUSALS_FILE, written.encode() + b"\n")

    def _refused(self) -> Mapping[int, str]:
        return self._refusals().get(self.director, {})

    def _refusals(self) -> Mapping[str, Mapping[int, str]]:
        path = self.home / _REFUSALS_FILE
        try:
            return _Refusals.model_validate_json(path.read_bytes()).directors
        except FileNotFoundError:
            return {}
        except ValidationError:
            raise PolicyError(
                f"{path} can't be read: which runs this hospital refuses is not known.",
                hint="Delete it and refuse again: fl-envoy refuse RUN --reason TEXT",
            ) from None
