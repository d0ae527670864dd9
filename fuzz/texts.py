"""The readers of the training log and of an upload's metadata under attack.

What is taken is given to a second JSON parser too, which must see the same.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pydantic_core

from contract.artifacts.training_log import read_training_log
from contract.errors import TrainingLogError
from contract.messages.uploads import UploadMetadata
from director.errors import MalformedRequestError
from director.submissions.arrival import read_metadata, write_metadata
from fuzz.json_mutations import mutate_json
from fuzz.target import Target, is_refused, within_bounds


def check_log(data: bytes) -> bool:
    """Read a log; every line that is taken means the same to another parser; what is kept of it is a log, all known."""
    try:
        with within_bounds(data):
            log = read_training_log(data)
    except TrainingLogError as error:
        return is_refused(error)
    texts = data.decode().splitlines()
    assert len(texts) == log.lines
    again = read_training_log(log.written)
    assert (again.lines, again.written, again.unknown) == (log.lines, log.written, ())
    for text in texts:
        value = json.loads(text)
        assert isinstance(value, dict)
        assert pydantic_core.from_json(text) == value
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return True


def check_metadata(data: bytes) -> bool:
    """Read metadata; what is taken can be parsed by Python too, as the gate does, and is kept without loss."""
    try:
        with within_bounds(data):
            metadata = read_metadata(data)
    except MalformedRequestError as error:
        return is_refused(error)
    json.loads(data)
    assert UploadMetadata.model_validate_json(metadata.model_dump_json()) == metadata
    kept = write_metadata(metadata)
    assert read_metadata(kept) == metadata
    assert write_metadata(read_metadata(kept)) == kept
    return True


def real_logs() -> Iterator[bytes]:
    """Give logs as an envoy writes them, and the shortest one."""
    epochs = [
        {"epoch": n, "loss": 1 / n, "validation": {"accuracy": 0.5, "auc": [1]}, "hospital": "Köln"}
        for n in range(1, 4)
    ]
    yield b"".join(json.dumps(epoch).encode() + b"\n" for epoch in epochs)
    yield json.dumps(epochs[0], ensure_ascii=False).encode() + b"\r\n" + b'{"a": {"b": [{"c": null}, true]}}'
    yield b""


def real_metadata() -> Iterator[bytes]:
    """Give metadata with what is needed, with all there is, and with more."""
    needed: dict[str, object] = {"task": "diagnosis_count", "num_examples": 20, "base": "0" * 64}
    optional: dict[str, object] = {
        "metrics": {"accuracy": 0.9, "confusion": [[5, 1, 0], [0, 14, 0], [0, 0, 0]], "auc": None},
        "seed": 7,
        "local_epochs": 2,
        "software": {"torch": "2.13.0"},
        "model_sha256": "a" * 64,
        "scaler_sha256": "b" * 64,
        "log_sha256": None,
        "trained_at": "2026-01-02T03:04:05.678+01:00",
    }
    yield from (json.dumps(needed).encode(encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16"))
    yield json.dumps({**needed, **optional}).encode()
    yield json.dumps({**needed, **optional, "ward": {"beds": [1.5, True]}}, indent=2).encode()


def hostile_texts(_: Path) -> Iterator[bytes]:
    """Give what is neither a log nor metadata."""
    yield from (b'{"a": 1, "a": 2}\n', b'{"a": NaN}', b"\xef\xbb\xbf{}", b"\xff\xfe{", b'{"a": "\\ud800"}', b"[" * 500)


TARGETS = {
    "log": Target(check_log, mutate_json, real_logs, hostile_texts),
    "metadata": Target(check_metadata, mutate_json, real_metadata, hostile_texts),
}
