"""An analyst's questions to one director: one patient or a whole frame, and what may be read beside the answers."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from numbers import Integral
from pathlib import Path
from types import TracebackType
from typing import Literal, NoReturn, Self, TypeVar, overload

import pandas as pd
from pydantic import BaseModel, RootModel, ValidationError

from analyst.batches import FrameQuestion, is_of
from analyst.director_link import MAX_LIST_BYTES, DirectorLink
from analyst.errors import InputError, NotTaken, Refused, SettingsError
from analyst.frames import plain_inputs
from contract.artifacts.model_file import max_model_bytes
from contract.artifacts.scaler_file import max_scaler_bytes
from contract.director_problems import shown
from contract.errors import InvalidNameError
from contract.messages.base import MAX_BATCH_ROWS, Page
from contract.messages.envoys import EnvoyDescription
from contract.messages.global_models import GlobalModel
from contract.messages.inference import BinaryPrediction, GlobalInferenceRequest, InferenceRequest, Prediction
from contract.messages.tasks import TaskDescription
from contract.names import Digest, EnvoyName, TaskName
from contract.parts import GLOBAL_FILES
from contract.tasks import DEFAULT_TASK

_Item = TypeVar("_Item", bound=BaseModel)
_Name = TypeVar("_Name", EnvoyName, TaskName)
_PAGE_ITEMS = 50
OnError = Literal["refuse", "report"]
"""What is done with a frame that has wrong rows."""

_TASK: str = DEFAULT_TASK
"""What is asked about where no task is named."""

_MOST_PAGES = 1000


class _EitherPrediction(RootModel[Prediction | BinaryPrediction]):
    """An answer, whatever kind of task it is of."""


@dataclass(frozen=True)
class ModelFiles:
    """The files of a global version, whole as its digests say. They belong together: see docs/analyst.md."""

    version: GlobalModel
    model: bytes
    scaler: bytes


class Client:
    """Asks one director. Its connections are kept until ``close``, or the end of a ``with`` block.

    For one thread: make one for each thread that asks. Nothing that it does changes anything at the director, so it
    asks again, a few times and with pauses, where the link broke or the director was busy.

    Args:
        url: The director's address, ``https://`` unless it is on this machine.
        token: An analyst's token; None: what ``FL_TOKEN`` in the environment holds. Never shown.
        timeout_seconds: How long to wait for a connection, and for each sign of life after it.
        attempts: How often to ask again what time may mend.
        ca_file: Certificates to trust instead of the public authorities'.
        insecure_http: Whether the token may travel unencrypted to another machine.
        batch_rows: How many rows of a frame go in one request at most.

    Raises:
        SettingsError: The address, the token, the file of certificates or a number is none.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        timeout_seconds: float = 60.0,
        attempts: int = 4,
        ca_file: Path | str | None = None,
        insecure_http: bool = False,
        batch_rows: int = MAX_BATCH_ROWS,
    ) -> None:
        if not isinstance(batch_rows, int):
            raise SettingsError(f"batch_rows is {shown(repr(batch_rows), 80)}.", hint="Give a whole number of rows.")
        self._batch_rows = max(1, min(batch_rows, MAX_BATCH_ROWS))
        self._link = DirectorLink(
            url,
            os.environ.get("FL_TOKEN", "") if token is None else token,
            timeout_seconds=timeout_seconds,
            attempts=attempts,
            ca_file=None if ca_file is None else Path(ca_file),
            insecure_http=insecure_http,
        )

    def __repr__(self) -> str:
        return f"Client({self._link.url!r})"

    def __getstate__(self) -> NoReturn:
        """Refuse to be copied or written down, as by ``pickle``: whoever reads the copy has the token.

        Raises:
            TypeError: Always, as Python has it for what can't be pickled.
        """
        raise TypeError("A Client is not copied or pickled: it holds a token. Make one where it is needed.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._link.close()

    @overload
    def infer_global(
        self, inputs: pd.DataFrame, task: str = _TASK, *, id: str | None = None, on_error: OnError = "refuse"
    ) -> pd.DataFrame: ...

    @overload
    def infer_global(self, inputs: Mapping[str, object], task: str = _TASK) -> Prediction | BinaryPrediction: ...

    def infer_global(
        self,
        inputs: pd.DataFrame | Mapping[str, object],
        task: str = _TASK,
        *,
        id: str | None = None,
        on_error: OnError = "refuse",
    ) -> pd.DataFrame | Prediction | BinaryPrediction:
        """Ask the current global model.

        Args:
            inputs: One patient's features by name; or a frame, one patient a row, with exactly the task's features as
                columns in any order.
            task: Which question.
            id: Of a frame: a column that no feature is, put beside the answers as their first; it is not sent.
            on_error: Of a frame: "report" answers good rows beside wrong ones, of which the column ``error`` says what
                is wrong; the director looks at them. "refuse" names the first before anything is sent.

        Returns:
            For one patient the answer: a ``BinaryPrediction`` where the task's outcome is binary. For a frame a frame
            with the same index: ``risk_level`` (an ordered categorical), and the probabilities ``low``, ``medium`` and
            ``high``; of a binary outcome ``probability``, ``unknown_codes``, ``missing`` and ``abstained`` instead.
            One model answers all of its rows: ``attrs`` says in ``model`` which, beside ``task``, ``cut_points``,
            ``notice`` and ``request_ids``; where another version is published meanwhile, the whole frame is asked about
            again. A frame without rows is asked of nobody, and its answer's ``attrs`` are empty.

        Raises:
            InputError: The inputs are not what the task takes; row and column are named.
            ModelChanged: A frame met another version each time that it was asked about.
            Refused: The director said no.
            Unreachable: The link is broken, or what came is not taken.
        """
        return self._inferred(None, inputs, task, id, on_error)

    @overload
    def infer(
        self,
        envoy_name: str,
        inputs: pd.DataFrame,
        task: str = _TASK,
        *,
        id: str | None = None,
        on_error: OnError = "refuse",
    ) -> pd.DataFrame: ...

    @overload
    def infer(
        self, envoy_name: str, inputs: Mapping[str, object], task: str = _TASK
    ) -> Prediction | BinaryPrediction: ...

    def infer(
        self,
        envoy_name: str,
        inputs: pd.DataFrame | Mapping[str, object],
        task: str = _TASK,
        *,
        id: str | None = None,
        on_error: OnError = "refuse",
    ) -> pd.DataFrame | Prediction | BinaryPrediction:
        """Ask one hospital's current model; else as ``infer_global``."""
        return self._inferred(_named(EnvoyName, envoy_name), inputs, task, id, on_error)

    def tasks(self) -> list[TaskDescription]:
        """List the tasks: features with their units and bounds, cut points, what a reader must know."""
        return self._link.read("GET", "/tasks", Page[TaskDescription], max_bytes=MAX_LIST_BYTES).items

    def task(self, name: str = _TASK) -> TaskDescription:
        """Describe a task."""
        return self._link.read("GET", f"/tasks/{_named(TaskName, name)}", TaskDescription)

    def envoys(self) -> list[EnvoyDescription]:
        """List the hospitals and their current versions."""
        return list(self._listed("/envoys", Page[EnvoyDescription], {}))

    def global_models(self, task: str | None = None, limit: int | None = None) -> list[GlobalModel]:
        """List global versions with their lineage, newest first.

        Args:
            task: Of which task; None: of all.
            limit: How many at most; None: all.
        """
        if limit is not None and not (isinstance(limit, int) and limit >= 0):
            raise InputError(f"{shown(repr(limit), 80)} is no limit.", hint="Give 0, 1, 2, …, or None for all.")
        query = {} if task is None else {"task": _named(TaskName, task)}
        found = self._listed("/global_models", Page[GlobalModel], {**query, "limit": _PAGE_ITEMS})
        return list(islice(found, limit))

    def global_model(self, version: int, task: str = _TASK) -> GlobalModel:
        """Show a global version: whose models, their digests, weights and metrics."""
        name, version = _named(TaskName, task), _number(version)
        path = f"/global_models/{version}"
        found = self._link.read("GET", path, GlobalModel, query={"task": name}, max_bytes=MAX_LIST_BYTES)
        if (found.task, found.version) != (name, version):
            raise self._link.other_speech()
        return found

    def model_files(self, version: int, task: str = _TASK) -> ModelFiles:
        """Fetch a global version's files, and hold them against its digests. That they were read is put on record.

        Raises:
            NotTaken: What came is not what the version says.
        """
        found, described = self.global_model(version, task), self.task(task)
        columns = len(described.to_task().columns)
        return ModelFiles(
            found,
            self._file(found, "model.pt", found.sha256, max_model_bytes(described.layout)),
            self._file(found, "scaler.pkl", found.scaler_sha256, max_scaler_bytes(columns)),
        )

    def download(self, version: int, folder: Path | str, task: str = _TASK) -> Path:
        """Write a global version's ``model.pt`` and ``scaler.pkl`` into a folder; each is there whole or not at all.

        Returns:
            The folder.

        Raises:
            NotTaken: As ``model_files``.
            OSError: The folder can't be written.
        """
        files, place = self.model_files(version, task), Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        for name, data in ((GLOBAL_FILES["model"], files.model), (GLOBAL_FILES["scaler"], files.scaler)):
            half = place / f".{name}.half"
            half.write_bytes(data)
            half.replace(place / name)
        return place

    def _inferred(
        self,
        envoy: EnvoyName | None,
        inputs: pd.DataFrame | Mapping[str, object],
        task: str,
        id_column: str | None,
        on_error: OnError,
    ) -> pd.DataFrame | Prediction | BinaryPrediction:
        if on_error not in ("refuse", "report"):
            raise InputError(f"on_error is {shown(repr(on_error), 80)}.", hint='Give "refuse" or "report".')
        if isinstance(inputs, pd.DataFrame):
            asked, reports = self.task(task).to_task(), on_error == "report"
            return FrameQuestion(inputs, asked, envoy, self._batch_rows, id_column, reports).asked(self._link)
        if not isinstance(inputs, Mapping):
            raise InputError(
                f"What is asked about is of type {type(inputs).__name__}.",
                hint="Give a frame with one patient a row, or one patient's features as a dict.",
            )
        name = _named(TaskName, task)
        try:
            question = GlobalInferenceRequest(task=name, inputs=plain_inputs(inputs))
            if envoy is not None:
                question = InferenceRequest(task=name, envoy_name=envoy, inputs=question.inputs)
        except ValidationError as error:
            where = shown(".".join(str(part) for part in error.errors()[0]["loc"][:2]))
            raise InputError(f"{where} is neither a number nor anything that JSON has.", hint="Give numbers.") from None
        path = "/infer_global" if envoy is None else "/infer"
        try:
            answer = self._link.read("POST", path, _EitherPrediction, body=question).root
        except Refused as error:
            if error.code != InputError.code:
                raise
            feature = error.facts.get("feature")
            column = feature if isinstance(feature, str) else None
            raise InputError(error.sentence, hint=error.hint, request_id=error.request_id, column=column) from None
        if not is_of(answer, name, envoy):
            raise self._link.other_speech()
        return answer

    def _file(self, of: GlobalModel, name: str, digest: Digest, max_bytes: int) -> bytes:
        path = f"/global_models/{of.version}/{name}"
        data = self._link.call("GET", path, query={"task": of.task}, max_bytes=max_bytes)
        if Digest.of(data) != digest:
            raise NotTaken(
                f"The {name} that came is not the one that version {of.version} names.",
                hint="Try again; if it stays so, tell the consortium's admin.",
            )
        return data

    def _listed(self, path: str, form: type[Page[_Item]], query: Mapping[str, str | int]) -> Iterator[_Item]:
        cursor: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            page = self._link.read("GET", path, form, query={**query, **cursor}, max_bytes=MAX_LIST_BYTES)
            yield from page.items
            if page.next is None:
                return
            cursor = {"cursor": page.next}
        raise self._link.other_speech()


def _named(kind: type[_Name], name: str) -> _Name:
    if not isinstance(name, str):
        raise InputError(f"{shown(repr(name), 80)} is no name.", hint="Give it as a text.")
    try:
        return kind(name)
    except InvalidNameError as error:
        raise InputError(error.sentence, hint=error.hint) from None


def _number(version: int) -> int:
    if isinstance(version, bool) or not isinstance(version, Integral) or version < 1:
        raise InputError(f"{shown(repr(version), 80)} is no version.", hint="Versions are 1, 2, 3, …")
    return int(version)  # a frame's numbers are numpy's
