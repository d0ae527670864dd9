"""What this hospital told which director of its statistics last, so that they go again when their number has changed.

Knows how many patients there were and no value of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from contract.messages.statistics import StatisticsReport
from contract.names import TaskName
from envoy.kept_files import write_whole

_FILE = "reported.json"


class _Reported(BaseModel):
    model_config = ConfigDict(frozen=True)

    director: str
    num_examples: int


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)

    tasks: Mapping[TaskName, _Reported] = {}


@dataclass(frozen=True)
class ReportedStatistics:
    """The file in the envoy's home. Without it everything is news: a director takes the same report for no change."""

    home: Path

    def is_news(self, director: str, report: StatisticsReport) -> bool:
        """Whether this director was last told of another number of patients, or of none."""
        last = self._read().tasks.get(report.task)
        return last is None or last != _Reported(director=director, num_examples=report.num_examples)

    def remember(self, director: str, report: StatisticsReport) -> None:
        """Keep what a director took."""
        told = {**self._read().tasks, report.task: _Reported(director=director, num_examples=report.num_examples)}
        write_whole(self._path, _Kept(tasks=told).model_dump_json(indent=2).encode() + b"\n", lasting=False)

    @property
    def _path(self) -> Path:
        return self.home / _FILE

    def _read(self) -> _Kept:
        try:
            return _Kept.model_validate_json(self._path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return _Kept()
