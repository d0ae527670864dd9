"""``scaler.pkl``: a scaler as the file that ``joblib.dump(StandardScaler)`` writes, read without executing any of it.

Knows what a fitted ``StandardScaler`` of scikit-learn ≥ 1.2 holds, and that it may hold nothing else: another attribute
could carry patients' rows. Refuses to know scikit-learn and joblib.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose, isfinite

from typing_extensions import Buffer

from contract.artifacts.bounded_stream import PickleRefused
from contract.artifacts.compressed_stream import StreamRefused, inflate
from contract.artifacts.joblib_pickle import Array, Int64, read_attributes, write_attributes
from contract.artifacts.scaler_mistakes import SAVE_HINT, mistake_in
from contract.errors import ScalerFileError
from contract.scaler import ScalerState, scale_of
from contract.visible_text import UNSEEN_IN_A_NAME

SKLEARN_VERSION = "1.9.1"
"""What our own files name as their writer: scikit-learn warns when it opens a file of another version, no more."""

MAX_MOMENT = 1e100
"""No mean or variance of a measurement comes near; squares of it are still finite."""

MIN_VARIANCE = 1 / MAX_MOMENT
"""The same from below, for what is not constant: dividing by a smaller scale would overflow a model's numbers."""

_MAX_ROWS = 2**53
_SHOWN_NAMES = 4
_SCALE_TOLERANCE = 1e-9
_NAME = re.compile(f"[^{UNSEEN_IN_A_NAME}]{{1,256}}")
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,32}")

_FIT_HINT = "Fit StandardScaler() with its defaults to the task's features, without gaps, and save it unchanged."
_REQUIRED = frozenset({"with_mean", "with_std", "copy", "n_features_in_", "n_samples_seen_", "mean_", "var_", "scale_"})
_OUTPUT = "_sklearn_output_config"
_OPTIONAL = frozenset({"feature_names_in_", "_sklearn_version", _OUTPUT})
_OUTPUTS = ({"transform": "default"}, {"transform": "pandas"}, {"transform": "polars"})
"""What ``set_output`` leaves: the form of a table that ``transform`` gives, which changes no number."""


@dataclass(frozen=True)
class ScalerFile:
    """What a ``scaler.pkl`` says.

    Args:
        state: The scaler itself.
        sklearn_version: Which scikit-learn says to have written it; reported, never refused. None: it doesn't say.
        feature_names: The columns' names, where it was fitted to a table with names.
    """

    state: ScalerState
    sklearn_version: str | None
    feature_names: tuple[str, ...] | None

    def require_features(self, names: Sequence[str]) -> None:
        """Demand that the scaler was fitted to these columns in this order, where it names any.

        Raises:
            ScalerFileError: It names others, or the same in another order.
        """
        if self.feature_names is not None and self.feature_names != tuple(names):
            fitted = _shown(self.feature_names)
            raise _refusal(
                f"it was fitted to {fitted}, the task's features are {_shown(names)}, in this order"
                f"{_first_difference(self.feature_names, names)}",
                hint="Fit it to the task's columns in the task's order, or to an array without names.",
            )


def read_scaler(data: Buffer, features: int) -> ScalerState:
    """Read the scaler alone; see ``read_scaler_file``."""
    return read_scaler_file(data, features).state


def read_scaler_for(data: Buffer, names: Sequence[str]) -> ScalerState:
    """Read the scaler of a task's columns, in their order, where it names any.

    Raises:
        ScalerFileError: As ``read_scaler_file`` and ``ScalerFile.require_features``.
    """
    file = read_scaler_file(data, len(names))
    file.require_features(names)
    return file.state


def read_scaler_file(data: Buffer, features: int) -> ScalerFile:
    """Read and check a ``scaler.pkl``, plain or compressed with zlib, gzip, bz2, xz or lzma.

    Args:
        data: The file.
        features: How many features the task has.

    Raises:
        ScalerFileError: Not a plain, fitted ``StandardScaler`` of that many features, or its numbers contradict each
            other.
    """
    try:
        stream = inflate(memoryview(data), max_scaler_bytes(features))
    except StreamRefused as refused:
        raise _refusal(f"it is no plain StandardScaler: {refused}", hint=SAVE_HINT) from None
    try:
        attributes = read_attributes(stream, features)
    except PickleRefused as refused:
        what, hint = mistake_in(stream) or (str(refused), SAVE_HINT)
        raise _refusal(f"it is no plain StandardScaler: {what}", hint=hint) from None
    _require_attributes(attributes, features)
    return ScalerFile(
        _state(attributes, features),
        _sklearn_version(attributes.get("_sklearn_version")),
        _feature_names(attributes.get("feature_names_in_"), features),
    )


def write_scaler(scaler: ScalerState) -> bytes:
    """Write a scaler as ``joblib.dump(StandardScaler)`` would; ``joblib.load`` gives one that transforms the same.

    Equal scalers give equal bytes.

    Raises:
        ScalerFileError: Numbers that ``read_scaler`` would refuse.
    """
    _require_consistent(scaler)
    return write_attributes(
        {
            "with_mean": True,
            "with_std": True,
            "copy": True,
            "n_features_in_": len(scaler.mean),
            "n_samples_seen_": Int64(scaler.num_examples),
            "mean_": Array("f8", scaler.mean),
            "var_": Array("f8", scaler.variance),
            "scale_": Array("f8", scaler.scale),
            "_sklearn_version": SKLEARN_VERSION,
        }
    )


def max_scaler_bytes(features: int) -> int:
    """Bound the file, compressed or not: a scaler takes about 50 bytes a feature, and its name of at most 1 kB.

    The bound also holds down how long a hostile stream can keep a decompressor busy.
    """
    return 2**16 + 1536 * features


def _require_attributes(attributes: Mapping[str, object], features: int) -> None:
    for name in attributes:
        if name not in _REQUIRED | _OPTIONAL:
            raise _refusal(f"it holds {name[:80]!a}, which is no part of a StandardScaler", hint=_FIT_HINT)
    for name in sorted(_REQUIRED):
        if name not in attributes:
            raise _refusal(f"it lacks {name!r}: it was never fitted, or changed", hint=_FIT_HINT)
    for name in ("with_mean", "with_std"):
        if attributes[name] is not True:
            raise _refusal(f"{name} is not True: it does not both shift and scale", hint=_FIT_HINT)
    if _OUTPUT in attributes and attributes[_OUTPUT] not in _OUTPUTS:
        raise _refusal(f"{_OUTPUT} is none that set_output gives", hint=_FIT_HINT)
    if not isinstance(attributes["copy"], bool):
        raise _refusal("copy is neither True nor False", hint=_FIT_HINT)
    found = attributes["n_features_in_"]
    if type(found) is not int or found != features:
        stated = found if type(found) is int else "an unknown number of"
        raise _refusal(f"it was fitted to {stated} features, the task has {features}", hint=_FIT_HINT)


def _state(attributes: Mapping[str, object], features: int) -> ScalerState:
    scaler = ScalerState(
        _num_examples(attributes["n_samples_seen_"], features),
        _floats("mean_", attributes, features),
        _floats("var_", attributes, features),
        _floats("scale_", attributes, features),
    )
    _require_consistent(scaler)
    return scaler


def _floats(name: str, attributes: Mapping[str, object], features: int) -> tuple[float, ...]:
    match attributes[name]:
        case Array("f8", values) if len(values) == features:
            return tuple(value for value in values if isinstance(value, float))
    raise _refusal(f"{name} is not an array of {features} float64", hint=_FIT_HINT)


def _num_examples(node: object, features: int) -> int:
    """Give the number of rows, which scikit-learn keeps as a number, or as one for each feature."""
    if isinstance(node, Array) and len(node.values) in (1, features):
        if len(set(node.values)) > 1:
            raise _refusal("its features were fitted to different numbers of rows (missing values)", hint=_FIT_HINT)
        node = node.values[0]
    if isinstance(node, bool) or not isinstance(node, int | float) or not 0 < node <= _MAX_ROWS or node % 1:
        raise _refusal("n_samples_seen_ is not a whole number of rows above 0", hint=_FIT_HINT)
    return int(node)


def _sklearn_version(node: object) -> str | None:
    if node is None or (isinstance(node, str) and _VERSION.fullmatch(node)):
        return node
    raise _refusal("_sklearn_version is no version", hint=SAVE_HINT)


def _feature_names(node: object, features: int) -> tuple[str, ...] | None:
    match node:
        case None:
            return None
        case Array("O8", values) if len(values) == features:
            names = tuple(value for value in values if isinstance(value, str) and _NAME.fullmatch(value))
            if len(names) == features:
                return names
    raise _refusal(f"feature_names_in_ is not an array of {features} names", hint=_FIT_HINT)


def _shown(names: Sequence[str]) -> str:
    few = ", ".join(ascii(name[:60])[1:-1] for name in names[:_SHOWN_NAMES])
    return f"({few}, …)" if len(names) > _SHOWN_NAMES else f"({few})"


def _first_difference(found: Sequence[str], due: Sequence[str]) -> str:
    """Say where names differ first, of so many that not all are shown; or that they are the same in another order."""
    if sorted(found) == sorted(due):
        return ": the same in another order"
    place = next((place for place, pair in enumerate(zip(found, due, strict=False)) if pair[0] != pair[1]), 0)
    if place < _SHOWN_NAMES:
        return ""
    return f": column {place + 1} is {_shown(found[place : place + 1])} and not {_shown(due[place : place + 1])}"


def _require_consistent(scaler: ScalerState) -> None:
    """Demand numbers that a fit can give: finite, no negative variance, each scale the root of its variance."""
    if not (0 < scaler.num_examples <= _MAX_ROWS and len(scaler.mean) == len(scaler.variance) == len(scaler.scale)):
        raise _refusal("its numbers of rows or features are impossible", hint=_FIT_HINT)
    for index, (mean, variance, scale) in enumerate(zip(scaler.mean, scaler.variance, scaler.scale, strict=True)):
        if not (isfinite(mean) and isfinite(variance) and isfinite(scale)):
            reason = "a number that is not finite"
        elif abs(mean) > MAX_MOMENT or variance > MAX_MOMENT:
            reason = f"a mean or variance beyond {MAX_MOMENT:g}"
        elif variance < 0:
            reason = "a variance below 0"
        elif 0 < variance < MIN_VARIANCE:
            reason = f"a variance that is neither 0 nor at least {MIN_VARIANCE:g}"
        elif not isclose(scale, scale_of(variance, mean, scaler.num_examples), rel_tol=_SCALE_TOLERANCE):
            reason = "a scale that is not the root of its variance (1 where the feature is constant)"
        else:
            continue
        raise _refusal(f"feature {index + 1} of {len(scaler.mean)} has {reason}", hint=_FIT_HINT, feature=index)


def _refusal(reason: str, *, hint: str, **facts: int) -> ScalerFileError:
    return ScalerFileError(f"The scaler file can't be used: {reason}.", hint=hint, **facts)
