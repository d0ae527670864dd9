"""A frame of any length, asked about in batches as large as a director takes, and answered by one model."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analyst.director_link import MAX_MESSAGE_BYTES, DirectorLink
from analyst.errors import InputError, ModelChanged, Refused
from analyst.frames import (
    answers_of,
    binary_answers_of,
    in_frame,
    matrix_of,
    parted,
    put_together,
    rows_of,
    spoken,
)
from contract.errors import InvalidInputError
from contract.messages.inference import (
    BatchGlobalInferenceRequest,
    BatchInferenceRequest,
    BatchPrediction,
    BinaryBatchPrediction,
    BinaryPrediction,
    Prediction,
    RefusedRow,
)
from contract.names import EnvoyName, TaskName
from contract.network import Matrix
from contract.tasks import Feature, Task

WHOLE_TRIES = 3
"""So often a frame is asked about from its beginning where the model changes meanwhile."""

_MAX_QUESTION_BYTES = 16 << 20
"""Half of what a director takes in one batch unless it is set otherwise."""
_NUMBER_BYTES = 32

Rows = Matrix | list[dict[str, object]]
"""What is asked about: raw numbers, or, where wrong rows are sent too, what stands in each row."""
_ANSWER_BYTES = 1024


@dataclass(frozen=True)
class FrameQuestion:
    """A frame, and what is asked about each of its rows.

    Args:
        frame: One patient a row, with the task's features as columns.
        task: As the director defines it.
        envoy: The hospital whose model shall answer; None: the global model.
        batch_rows: How many rows go in one request at most.
        id: A column that is put beside the answers, and is not sent; None: none.
        reports: Whether a wrong row is answered by what is wrong with it; else it is raised.
    """

    frame: pd.DataFrame
    task: Task
    envoy: EnvoyName | None
    batch_rows: int
    id: str | None = None
    reports: bool = False

    def asked(self, link: DirectorLink) -> pd.DataFrame:
        """Ask, and give the answers under the frame's index; the attributes say which model gave them.

        Raises:
            InputError: The frame is not what the task takes.
            ModelChanged: Each time another model came in between.
            AnalystError: As ``DirectorLink.read``.
        """
        frame, ids = parted(self.frame, self.id)
        rows = rows_of(frame, self.task) if self.reports else matrix_of(frame, self.task)
        for _ in range(WHOLE_TRIES):
            answers = self._asked_once(link, rows)
            if answers is not None:
                if ids is not None:
                    answers.insert(0, self.id, ids)
                return answers
        raise ModelChanged(
            f"The model changed while it was asked about {len(rows):,} rows, {WHOLE_TRIES} times in a row.",
            hint="Ask again once no new version is being published, or about fewer rows at once.",
        )

    def _asked_once(self, link: DirectorLink, rows: Rows) -> pd.DataFrame | None:
        """Ask for all rows; None where another model came in between."""
        first: BatchPrediction | BinaryBatchPrediction | None = None
        parts, request_ids = [], []
        step = self._rows_at_once()
        for start in range(0, len(rows), step):
            answer = self._asked_for(link, rows[start : start + step], start)
            first = first or answer
            if answer.model != first.model:
                return None
            parts.append(_frame_of(answer, reports=self.reports))
            request_ids.append(answer.request_id)
        if not parts:
            parts = [binary_answers_of([]) if self.task.is_binary else answers_of([])]
            if self.reports:
                parts[0]["error"] = pd.Series([], dtype=object)
        answers = put_together(self.frame.index, parts)
        if first is not None:
            # as JSON has it: formats that frames are written in take nothing else
            said = first.model_dump(mode="json", include={"task", "cut_points", "notice", "model"})
            answers.attrs.update(said, request_ids=request_ids)
        return answers

    def _rows_at_once(self) -> int:
        row_bytes = 3 + sum(
            _NUMBER_BYTES + len(feature.name.encode()) + _text_bytes(feature) for feature in self.task.features
        )
        return max(1, min(self.batch_rows, _MAX_QUESTION_BYTES // row_bytes))

    def _asked_for(self, link: DirectorLink, rows: Rows, rows_before: int) -> BatchPrediction | BinaryBatchPrediction:
        inputs: Any = rows if isinstance(rows, list) else spoken(rows, self.task)
        query = {"on_error": "report"} if self.reports else {}
        form: type[BatchPrediction | BinaryBatchPrediction] = (
            BinaryBatchPrediction if self.task.is_binary else BatchPrediction
        )
        max_bytes = MAX_MESSAGE_BYTES + _ANSWER_BYTES * len(rows)
        try:
            if self.envoy is None:
                question = BatchGlobalInferenceRequest(task=self.task.name, inputs=inputs)
                answer = link.read("POST", "/infer_global/batch", form, query=query, body=question, max_bytes=max_bytes)
            else:
                question = BatchInferenceRequest(task=self.task.name, envoy_name=self.envoy, inputs=inputs)
                answer = link.read("POST", "/infer/batch", form, query=query, body=question, max_bytes=max_bytes)
        except Refused as error:
            raise self._named(error, rows_before) from None
        if len(answer.items) != len(rows) or not is_of(answer, self.task.name, self.envoy):
            raise link.other_speech()
        return answer

    def _named(self, error: Refused, rows_before: int) -> Refused | InputError:
        """Name the row by its label where the director's definition of the task is not what it was a moment ago."""
        if error.code != InputError.code:
            return error
        found = InvalidInputError(error.sentence, hint=error.hint)
        found.facts = error.facts
        return in_frame(self.frame, found, error.request_id, rows_before)


def _text_bytes(feature: Feature) -> int:
    """Give how long the text of a category can be, with each character escaped."""
    return max((6 * len(each) for each in feature.categories), default=0)


def _frame_of(answer: BatchPrediction | BinaryBatchPrediction, *, reports: bool) -> pd.DataFrame:
    found = answers_of(answer.items) if isinstance(answer, BatchPrediction) else binary_answers_of(answer.items)
    if reports:
        told = [each.error.detail if isinstance(each, RefusedRow) else None for each in answer.items]
        found["error"] = pd.Series(told, dtype=object)
    return found


def is_of(
    answer: BatchPrediction | BinaryBatchPrediction | Prediction | BinaryPrediction,
    task: TaskName,
    envoy: EnvoyName | None,
) -> bool:
    """Tell whether an answer is one to what was asked: of that task, by that hospital's model or the global one."""
    model = answer.model
    if envoy is None:
        return answer.task == task and model.scope == "global"
    return (
        answer.task == task
        and model.scope == "envoy"
        and model.envoy_name is not None
        and (model.envoy_name.folded == envoy.folded)
    )
