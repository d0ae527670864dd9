"""The log of questions: who asked which model when. Never an input of an inference."""

from datetime import datetime
from pathlib import Path

from director.records.line_log import LineLog, stamp


class InferenceLog:
    """Who asked which model when; never an input. Inferences are answered also while the disk takes no line of it."""

    def __init__(self, path: Path) -> None:
        self._lines = LineLog(path)

    def note(self, at: datetime, request_id: str, caller: str, rows: int, model_as_json: str) -> None:
        """Write one line."""
        about = f'"request_id":"{request_id}","caller":"{caller}","rows":{rows},{model_as_json}'
        self._lines.write(at, f'{{"at":"{stamp(at)}",{about}}}\n')

    def close(self) -> None:
        """Let go of the file."""
        self._lines.close()
