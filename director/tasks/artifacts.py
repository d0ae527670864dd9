"""Kept files as the values that they hold, through the strict readers."""

from functools import lru_cache, partial

from aggregation.updates import Tensors, TensorsInFile, TensorsInMemory
from contract.artifacts.model_file import locate_tensors, model_file_parts, read_model, write_model
from contract.artifacts.scaler_file import read_scaler, write_scaler
from contract.names import Digest
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import Task
from director.records.blobs import BlobStore

_HELD_BYTES = 1 << 16
"""Up to here a model is read once and stays in memory; a larger one is read again, a stretch at a time."""

_parsed = lru_cache(maxsize=256)(read_model)
"""Every aggregate holds updates against all states before: the same small files are read again, and parsed once."""


class Artifacts:
    """A task's models and scalers by their digests; each file is opened once while this is held.

    Hold it for one act, not longer: what was read stays in memory.

    Args:
        blobs: The files.
        task: Says what layout and features they have.
    """

    def __init__(self, blobs: BlobStore, task: Task) -> None:
        self._blobs = blobs
        self._task = task
        self._scalers: dict[Digest, ScalerState] = {}
        self._states: dict[Digest, State] = {}
        self._tensors: dict[Digest, Tensors] = {}

    def read(self, digest: Digest) -> bytes:
        """Read a file that is neither, such as a table; raises as ``BlobStore.read``."""
        return self._blobs.read(digest)

    def scaler(self, digest: Digest) -> ScalerState:
        """Read a scaler; raises as ``BlobStore.read`` and ``read_scaler``."""
        if digest not in self._scalers:
            self._scalers[digest] = read_scaler(self._blobs.read(digest), len(self._task.columns))
        return self._scalers[digest]

    def state(self, digest: Digest) -> State:
        """Read a model whole; raises as ``BlobStore.read`` and ``read_model``."""
        if digest not in self._states:
            data = self._blobs.read(digest)
            parse = _parsed if len(data) <= _HELD_BYTES else read_model
            self._states[digest] = parse(data, self._task.layout)
        return self._states[digest]

    def tensors(self, digest: Digest) -> Tensors:
        """Open a model, whose numbers are then read as they are asked for; its bytes are checked first."""
        if digest not in self._tensors:
            self._tensors[digest] = self._opened(digest)
        return self._tensors[digest]

    def keep_state(self, state: State) -> Digest:
        """Write and keep a model; a small one that is here already is not written again."""
        layout = self._task.layout
        is_small = sum(spec.size for spec in layout) * 4 <= _HELD_BYTES
        return self._blobs.keep(write_model(state, layout) if is_small else model_file_parts(state, layout))[0]

    def keep_scaler(self, scaler: ScalerState) -> Digest:
        """Write and keep a scaler."""
        digest, _ = self._blobs.keep(write_scaler(scaler))
        self._scalers[digest] = scaler
        return digest

    def _opened(self, digest: Digest) -> Tensors:
        if digest in self._states:
            return TensorsInMemory(self._states[digest])
        data = self._blobs.read(digest)
        if len(data) <= _HELD_BYTES:
            self._states[digest] = _parsed(data, self._task.layout)
            return TensorsInMemory(self._states[digest])
        return TensorsInFile(locate_tensors(data, self._task.layout), partial(self._blobs.read_at, digest))
