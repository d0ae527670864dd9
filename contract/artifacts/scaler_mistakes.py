"""What was saved in the place of a StandardScaler, and how to save that: said where ``scaler.pkl`` was refused.

Knows which classes and which ways of saving come in its place. Looks, never builds.
"""

from contract.artifacts.file_kind import PHRASES, kind_of
from contract.artifacts.pickle_texts import root_of
from contract.artifacts.symbolic_pickle import Symbol

SAVE_HINT = "Fit a StandardScaler of scikit-learn 1.2 or later and save it with joblib.dump(scaler, 'scaler.pkl')."
_PLAIN_DUMP = "Save it with joblib and nothing else said: joblib.dump(scaler, 'scaler.pkl')."
_COMPRESS_HINT = "Compress it by joblib alone, or not at all: joblib.dump(scaler, 'scaler.pkl', compress=True)."

_SCALER = "StandardScaler"
_CONTAINERS = {
    "Pipeline": "Save the scaler in it: joblib.dump(pipeline.named_steps['standardscaler'], 'scaler.pkl').",
    "ColumnTransformer": "Save the scaler in it, fitted to all of the task's columns: "
    "joblib.dump(transformer.named_transformers_['scaler'], 'scaler.pkl').",
}
_COLLECTIONS = {b"]": "a list", b"}": "a dictionary"}
_FRAME_BYTES = 9


def mistake_in(stream: bytes) -> tuple[str, str] | None:
    """Say what a refused file holds, as half a sentence and a hint; None: nothing that is known here.

    Args:
        stream: The file, inflated.
    """
    kind = kind_of(stream)
    if kind not in (None, "empty", "pickle"):
        return PHRASES[kind], _COMPRESS_HINT if kind in ("gzip", "lz4") else SAVE_HINT
    root = root_of(stream)
    if root is None:
        return _collection(stream)
    if root.name != _SCALER:
        return _of_another_class(root)
    if stream[1] not in (4, 5):
        return f"it was saved with protocol {stream[1]} of pickle", _PLAIN_DUMP
    if b"NumpyArrayWrapper" not in stream and (b"_reconstruct" in stream or b"_frombuffer" in stream):
        return "it was saved with pickle, not with joblib", _PLAIN_DUMP
    if b"MetadataRequest" in stream:
        return (
            "it holds requests for metadata",
            "Fit a StandardScaler() without set_fit_request, and save it unchanged.",
        )
    return None


def _of_another_class(root: Symbol) -> tuple[str, str] | None:
    if not root.module.startswith("sklearn."):
        return None
    return f"it is a {root.name[:60]} ({str(root)[:80]})", _CONTAINERS.get(root.name, SAVE_HINT)


def _collection(stream: bytes) -> tuple[str, str] | None:
    start = 2 + _FRAME_BYTES * (stream[2:3] == b"\x95")
    what = _COLLECTIONS.get(stream[start : start + 1])
    return None if what is None else (f"it holds something else than a StandardScaler: {what}", SAVE_HINT)
