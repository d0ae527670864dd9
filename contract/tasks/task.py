"""What a task is, and how it checks what it is given.

Features' order, units and sources come from a task alone; training and inference both turn values into raw numbers
through ``Task.vectorise`` and those into columns through ``Task.encode``. A task is data: a consortium writes it as a
file (``contract.tasks.task_file``) and may move its cut points by configuration, and the digest says so.
"""

import hashlib
import json
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from contract.clinical.quantities import Availability
from contract.errors import ExamplesOutOfBoundsError, InvalidInputError
from contract.names import Digest, TaskName
from contract.network import ArchitectureSpec, Layout, Matrix, State, initial_state, sigmoid, softmax, tensor_layout
from contract.scaler import ScalerState
from contract.tasks.exclusions import Exclusion, read_exclusion
from contract.tasks.feature import Column, Feature, in_row
from contract.tasks.plan import LEVELS, Outcome, Shares, TrainingPlan

RiskLevel = Literal["low", "medium", "high"]
_NUMBERS = frozenset((int, float))  # a boolean is neither of them

RISK_LEVELS: tuple[RiskLevel, ...] = ("low", "medium", "high")
Source = Literal["mimic-iv", "table"]
OutOfBounds = Literal["refuse", "abstain"]


@dataclass(frozen=True)
class Task:
    """One question that the federation learns to answer.

    Args:
        name: Stable name.
        title: For people.
        notice: What a reader of an answer must know.
        features: The inputs, in the order of the vector.
        label: What is predicted, in words.
        cut_points: The bounds between low, medium and high, of the label or, where the outcome is binary, of its
            probability: level i holds values below cut point i.
        architecture: The network: one output a risk level, or one where the outcome is binary.
        training: The plan of one cycle.
        initial_seed: Seed of the shared start.
        minimum_examples: An update from fewer training rows is refused.
        maximum_examples: A claim of more training rows is refused.
        source: What tables it is made from.
        index: The moment from which the outcome is looked for: of a MIMIC-IV task ``admission`` or ``discharge`` (a row
            is an admission), "" (a row is a patient); of a table in words.
        allows: The availability classes that its features may have.
        exclusions: Rows that it leaves out, such as ``age < 18`` (``contract.tasks.exclusions``).
        outcome: What is learned.
        shares: The parts of the patients that are not trained on; None: as the hospital set it.
        out_of_bounds: What is done with a question whose values the task does not know.
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
    source: Source = "mimic-iv"
    index: str = ""
    allows: tuple[Availability, ...] = ()
    exclusions: tuple[str, ...] = ()
    outcome: Outcome = LEVELS
    shares: Shares | None = None
    out_of_bounds: OutOfBounds = "refuse"

    def __post_init__(self) -> None:
        object.__setattr__(self, "cut_points", tuple(float(point) for point in self.cut_points))

    @cached_property
    def digest(self) -> Digest:
        """Digest of the whole definition: two parties that agree on it agree on the task."""
        text = json.dumps(_defined(self), sort_keys=True, separators=(",", ":"))
        return Digest(hashlib.sha256(text.encode()).hexdigest())

    @property
    def is_binary(self) -> bool:
        """Whether it learns if something happens, and answers with its probability."""
        return self.outcome.kind == "binary"

    @property
    def is_of_records(self) -> bool:
        """Whether a question is a patient's record, from which the features are made."""
        return self.source == "mimic-iv" and self.index != ""

    @property
    def classes(self) -> int:
        """How many labels there are."""
        return 2 if self.is_binary else len(RISK_LEVELS)

    @cached_property
    def comparisons(self) -> tuple[Exclusion, ...]:
        """The exclusions, read once; raises as ``read_exclusion``."""
        return tuple(read_exclusion(text, self.features) for text in self.exclusions)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """What scaler and network see, in order: the columns of each feature in turn."""
        return tuple(column for feature in self.features for column in feature.columns)

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def layout(self) -> Layout:
        """Names, shapes and dtypes of a model of this task."""
        return tensor_layout(self.architecture)

    def base(self, model_sha256: Digest, scaler_sha256: Digest | None) -> Digest:
        """Name a start: this task, as defined now, from that model behind that scaler (None: each hospital its own)."""
        return Digest.of(f"{self.digest} {model_sha256} {scaler_sha256 or 'own'}".encode())

    def initial_state(self) -> State:
        """Give the start that all hospitals share before there is a global model.

        Zero for logistic regression, whose loss has one minimum; else drawn: layers of equal units would stay equal.
        """
        if self.is_binary and not self.architecture.hidden_sizes:
            return {tensor.name: np.zeros(tensor.shape, np.float32) for tensor in self.layout}
        return initial_state(self.architecture, self.initial_seed)

    def vectorise(self, inputs: Mapping[str, object]) -> NDArray[np.float64]:
        """Turn named values into the vector of their raw numbers, one a feature.

        Raises:
            InvalidInputError: A feature is missing, unknown, or its value is not allowed.
        """
        self.require_features(inputs)
        return np.array([feature.value_of(inputs.get(feature.name)) for feature in self.features])

    def encode(self, raw: Matrix) -> Matrix:
        """Turn rows × features of sound raw numbers into rows × columns."""
        if len(self.columns) == len(self.features):
            return raw
        encoded = [feature.encode(raw[:, place]) for place, feature in enumerate(self.features)]
        return np.concatenate(encoded, axis=1)

    def require_features(self, names: Collection[str]) -> None:
        """Refuse names that are not exactly the features', in any order; one that may be missing need not be there.

        Raises:
            InvalidInputError: A feature is missing or unknown.
        """
        expected = [feature.name for feature in self.features]
        missing = [each.name for each in self.features if each.name not in names and not each.may_be_missing]
        known = sum(name in names for name in expected)
        if not missing and len(names) == known:
            return
        unknown = [name[:60] for name in names if name not in expected]
        why = f"lacks {', '.join(missing[:8])}" if missing else f"has unknown {', '.join(unknown[:8])}"
        raise InvalidInputError(
            f"The input of task {self.name} {why}.",
            hint=f"Send exactly these features: {', '.join(expected)}.",
            feature=(missing or unknown)[0],
        )

    def vectorise_rows(self, rows: Iterable[Mapping[str, object]]) -> NDArray[np.float64]:
        """Turn rows of named values into rows × features of raw numbers; the error's fact ``row`` counts from 1."""
        names = [feature.name for feature in self.features]
        are_numbers = all(feature.kind != "category" for feature in self.features)  # a category is a text
        values, taken, wrong = array("d"), 0, None
        for row in rows:
            found = [row.get(name) for name in names]
            try:
                is_plain = are_numbers and len(row) == len(names) and all(type(value) in _NUMBERS for value in found)
                if not is_plain:
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
        """Check rows × features of raw numbers; the error's fact ``row``, the first bad one, is from 1."""
        first: InvalidInputError | None = None
        for index, feature in enumerate(self.features):
            try:
                feature.check_column(matrix[:, index])
            except InvalidInputError as error:
                first, matrix = error, matrix[: int(error.facts["row"] or 0) - 1]  # of the others, only what is before
        if first is not None:
            raise first

    def require_examples(self, num_examples: int) -> None:
        """Hold a number of training rows against the task's bounds.

        Raises:
            ExamplesOutOfBoundsError: Fewer or more than the task takes.
        """
        self.require_no_more_examples(num_examples)
        if num_examples < self.minimum_examples:
            raise self._out_of_bounds(
                num_examples, "Train on more patients; with too few, a model says more of them than of the hospital."
            )

    def require_no_more_examples(self, num_examples: int) -> None:
        """Hold a number of training rows against the most that the task takes; raises as ``require_examples``."""
        if num_examples > self.maximum_examples:
            raise self._out_of_bounds(num_examples, "Say how many rows the model was trained on.")

    def _out_of_bounds(self, num_examples: int, hint: str) -> ExamplesOutOfBoundsError:
        return ExamplesOutOfBoundsError(
            f"num_examples is {num_examples}; {self.name} takes {self.minimum_examples} to {self.maximum_examples}.",
            hint=hint,
            num_examples=num_examples,
        )

    def impossible_moment(self, num_examples: int, mean: Sequence[float], m2: Sequence[float]) -> Column | None:
        """Give the first column of which no rows within its bounds have this mean and m2; None: all are possible.

        Args:
            num_examples: Number of rows.
            mean: Of each column.
            m2: Sum of squared deviations from the mean, of each column; greatest with half the rows at each bound. Of
                what is 0 or 1 also that of a scaler which leaves it alone.
        """
        for column, found, squares in zip(self.columns, mean, m2, strict=True):
            widest = num_examples * (1.0 if column.is_binary else (column.maximum - column.minimum) ** 2 / 4)
            if not column.minimum <= found <= column.maximum or squares > widest * (1 + 1e-9):
                return column
        return None

    def level_indices(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Give the level of each value, or of each probability of a binary outcome: 0 low, 1 medium, 2 high."""
        return np.digitize(values, self.cut_points).astype(np.int64)

    def fit_scaler(self, x: Matrix) -> ScalerState:
        """Fit the scaler to rows × columns, at least one row; what is 0 or 1 is left as it is: mean 0, variance 1."""
        fitted = ScalerState.fitted(x)
        rows = len(x)
        mean = tuple(0.0 if each.is_binary else m for each, m in zip(self.columns, fitted.mean, strict=True))
        m2 = tuple(float(rows) if each.is_binary else s for each, s in zip(self.columns, fitted.m2, strict=True))
        return ScalerState.from_moments(rows, mean, m2) if any(each.is_binary for each in self.columns) else fitted

    def probabilities(self, logits: Matrix) -> Matrix:
        """Turn rows × outputs logits into rows × classes probabilities, which sum to 1."""
        if not self.is_binary:
            return softmax(logits)
        happens = sigmoid(logits[..., 0])
        return np.stack([sigmoid(-logits[..., 0]), happens], axis=-1)  # 1 - happens would lose the small ones


def _defined(value: object) -> object:
    """Give a definition as JSON has it; a field at its default is not in it.

    So fields that come later leave the digests of what was defined before as they are.
    """
    if is_dataclass(value) and not isinstance(value, type):
        told = {field.name: (getattr(value, field.name), field.default) for field in fields(value)}
        return {name: _defined(found) for name, (found, usual) in told.items() if usual is MISSING or found != usual}
    return [_defined(each) for each in value] if isinstance(value, tuple) else value
