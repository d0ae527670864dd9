"""What a task is, and how it checks what it is given.

Features' order, units and sources come from a task alone; training and inference both turn values into vectors through
``Task.vectorise``. A task is data: a consortium may move its cut points by configuration, and the digest says so.
"""

import hashlib
import json
import math
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from contract.errors import InvalidInputError
from contract.names import Digest, TaskName
from contract.network import ArchitectureSpec, Layout, State, initial_state, tensor_layout

RiskLevel = Literal["low", "medium", "high"]
_NUMBERS = frozenset((int, float))  # a boolean is neither of them

RISK_LEVELS: tuple[RiskLevel, ...] = ("low", "medium", "high")


@dataclass(frozen=True)
class Feature:
    """One input: its name, unit, kind, bounds, and the column that it comes from."""

    name: str
    unit: str
    source: str
    kind: Literal["count", "number"]
    minimum: float
    maximum: float

    def __post_init__(self) -> None:
        # 0 and 0.0 are one bound but two texts: the digest of a task shall not depend on how it was written
        object.__setattr__(self, "minimum", float(self.minimum))
        object.__setattr__(self, "maximum", float(self.maximum))

    def value_of(self, value: object) -> float:
        """Check one value as it came from JSON.

        Raises:
            InvalidInputError: It is not a finite number within the bounds, or a count is not whole.
        """
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._refuse(f"is {_json_type(value)}, not a number")
        if isinstance(value, float) and not math.isfinite(value):
            raise self._refuse("is not a finite number")
        if not self.minimum <= value <= self.maximum:
            raise self._refuse(f"is outside {self.minimum:g} to {self.maximum:g} {self.unit}")
        if self.kind == "count" and value != int(value):
            raise self._refuse("is a count and must be whole")
        return float(value)

    def check_column(self, column: NDArray[np.float64]) -> None:
        """Check many values at once.

        Raises:
            InvalidInputError: As ``value_of``; the fact ``row`` is the first bad one, counted from 1.
        """
        good = (column >= self.minimum) & (column <= self.maximum)  # false for NaN
        if self.kind == "count":
            good &= column == np.floor(column)
        if not good.all():
            row = int(np.argmin(good))
            try:
                self.value_of(float(column[row]))
            except InvalidInputError as error:
                raise in_row(error, row + 1) from None

    def _refuse(self, why: str) -> InvalidInputError:
        return InvalidInputError(
            f"Feature {self.name} {why}.",
            hint=f"Send a {'whole ' if self.kind == 'count' else ''}number from {self.minimum:g} to {self.maximum:g}.",
            feature=self.name,
        )


@dataclass(frozen=True)
class TrainingPlan:
    """How a hospital trains in one cycle; fixed by the task so that results can be compared."""

    optimizer: Literal["adam"]
    learning_rate: float
    batch_size: int
    local_epochs: int


@dataclass(frozen=True)
class Task:
    """One question that the federation learns to answer.

    Args:
        name: Stable name.
        title: For people.
        notice: What a reader of an answer must know.
        features: The inputs, in the order of the vector.
        label: What is predicted, in words.
        cut_points: The label's bounds between low, medium and high: level i holds values below cut point i.
        architecture: The network.
        training: The plan of one cycle.
        initial_seed: Seed of the shared start.
        minimum_examples: An update from fewer training rows is refused.
        maximum_examples: A claim of more training rows is refused.
    """

    name: TaskName
    title: str
    notice: str
    features: tuple[Feature, ...]
    label: str
    cut_points: tuple[float, ...]
    architecture: ArchitectureSpec
    training: TrainingPlan
    initial_seed: int
    minimum_examples: int
    maximum_examples: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "cut_points", tuple(float(point) for point in self.cut_points))

    @cached_property
    def digest(self) -> Digest:
        """Digest of the whole definition: two parties that agree on it agree on the task."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return Digest(hashlib.sha256(text.encode()).hexdigest())

    @property
    def layout(self) -> Layout:
        """Names, shapes and dtypes of a model of this task."""
        return tensor_layout(self.architecture)

    def base(self, model_sha256: Digest, scaler_sha256: Digest | None) -> Digest:
        """Name a start: this task, as defined now, from that model behind that scaler (None: each hospital its own)."""
        return Digest.of(f"{self.digest} {model_sha256} {scaler_sha256 or 'own'}".encode())

    def initial_state(self) -> State:
        """Give the start that all hospitals share before there is a global model."""
        return initial_state(self.architecture, self.initial_seed)

    def vectorise(self, inputs: Mapping[str, object]) -> NDArray[np.float64]:
        """Turn named values into the vector of the features.

        Raises:
            InvalidInputError: A feature is missing, unknown, or its value is not allowed.
        """
        self.require_features(inputs)
        return np.array([feature.value_of(inputs[feature.name]) for feature in self.features])

    def require_features(self, names: Collection[str]) -> None:
        """Refuse names that are not exactly the features', in any order.

        Raises:
            InvalidInputError: A feature is missing or unknown.
        """
        expected = [feature.name for feature in self.features]
        missing = [name for name in expected if name not in names]
        if not missing and len(names) == len(expected):
            return
        unknown = [name[:60] for name in names if name not in expected]
        why = f"lacks {', '.join(missing[:8])}" if missing else f"has unknown {', '.join(unknown[:8])}"
        raise InvalidInputError(
            f"The input of task {self.name} {why}.",
            hint=f"Send exactly these features: {', '.join(expected)}.",
            feature=(missing or unknown)[0],
        )

    def vectorise_rows(self, rows: Iterable[Mapping[str, object]]) -> NDArray[np.float64]:
        """Turn rows of named values into rows × features; the error's fact ``row`` counts from 1."""
        names = [feature.name for feature in self.features]
        values, taken, wrong = array("d"), 0, None
        for row in rows:
            found = [row.get(name) for name in names]
            try:
                if len(row) != len(names) or not all(type(value) in _NUMBERS for value in found):
                    found = self.vectorise(row).tolist()  # or says what is wrong
                values.extend(found)  # type: ignore[arg-type]  # numbers, as was just seen
            except (InvalidInputError, OverflowError):
                wrong = row
                break
            taken += 1
        matrix = np.frombuffer(values)[: taken * len(names)].reshape(taken, len(names))
        self.check_matrix(matrix)  # all at once; what it finds comes before the row that could not be taken
        if wrong is not None:
            try:
                self.vectorise(wrong)
            except InvalidInputError as error:
                raise in_row(error, taken + 1) from None
        return matrix

    def check_matrix(self, matrix: NDArray[np.float64]) -> None:
        """Check rows × features that were parsed as numbers; the error's fact ``row``, the first bad one, is from 1."""
        first: InvalidInputError | None = None
        for index, feature in enumerate(self.features):
            try:
                feature.check_column(matrix[:, index])
            except InvalidInputError as error:
                first, matrix = error, matrix[: int(error.facts["row"] or 0) - 1]  # of the others, only what is before
        if first is not None:
            raise first

    def impossible_moment(self, num_examples: int, mean: Sequence[float], m2: Sequence[float]) -> Feature | None:
        """Give the first feature of which no rows within its bounds have this mean and m2; None: all are possible.

        Args:
            num_examples: Number of rows.
            mean: Of each feature.
            m2: Sum of squared deviations from the mean, of each feature; greatest with half the rows at each bound.
        """
        for feature, found, squares in zip(self.features, mean, m2, strict=True):
            widest = num_examples * (feature.maximum - feature.minimum) ** 2 / 4
            if not feature.minimum <= found <= feature.maximum or squares > widest * (1 + 1e-9):
                return feature
        return None

    def level_indices(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Label each value: 0 low, 1 medium, 2 high."""
        return np.digitize(values, self.cut_points).astype(np.int64)


def in_row(error: InvalidInputError, row: int) -> InvalidInputError:
    """Say in which row of many (counted from 1) an input is wrong."""
    return InvalidInputError(f"Row {row}: {error.sentence}", hint=error.hint, **{**error.facts, "row": row})


def _json_type(value: object) -> str:
    names = {bool: "a boolean", str: "a text", type(None): "null", list: "a list", dict: "an object"}
    return names.get(type(value), "something else")
