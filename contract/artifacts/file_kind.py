"""What a file is that was sent in another's place, by its first bytes: for the sentence of a refusal, never to read it.

Knows the beginnings of the forms in which models and scalers are saved elsewhere, and of what arrives by mistake. Knows
nothing of the two files that are asked for.
"""

from typing import Literal

from typing_extensions import Buffer

FileKind = Literal[
    "empty", "web page", "lfs", "torch legacy", "safetensors", "hdf5", "zip", "numpy", "pickle", "gzip", "lz4", "json"
]

PHRASES: dict[FileKind, str] = {
    "empty": "it is empty",
    "web page": "it is a web page",
    "lfs": "it is a pointer of Git LFS, which stands for a file and is none",
    "torch legacy": "it has the form that torch.save had before PyTorch 1.6",
    "safetensors": "it is a safetensors file",
    "hdf5": "it is an HDF5 file, as Keras writes",
    "zip": "it is a ZIP archive",
    "numpy": "it is an array of numpy",
    "pickle": "it is a pickle",
    "gzip": "it is compressed with gzip",
    "lz4": "it is compressed with lz4",
    "json": "it is JSON",
}
"""Half a sentence for each kind."""

_TORCH_MAGIC = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # the number 0x1950a86a20f9469cfc6c, a pickle of its own
_STARTS: tuple[tuple[bytes, FileKind], ...] = (
    (b"\x80\x02" + _TORCH_MAGIC, "torch legacy"),
    (b"version https://git-lfs", "lfs"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"PK\x03\x04", "zip"),
    (b"\x93NUMPY", "numpy"),
    (b"\x1f\x8b", "gzip"),
    (b"\x04\x22\x4d\x18", "lz4"),
    *((bytes([0x80, protocol]), "pickle") for protocol in range(2, 6)),
)
_HEADER_BYTES = 8  # of safetensors: how long its JSON is
_LOOKED_AT = 64


def kind_of(data: Buffer) -> FileKind | None:
    """Tell what a file is; None: none of what is known here."""
    with memoryview(data) as whole, whole.cast("B") as flat:
        size, start = flat.nbytes, bytes(flat[:_LOOKED_AT])
    if not size:
        return "empty"
    for beginning, kind in _STARTS:
        if start.startswith(beginning):
            return kind
    if start[_HEADER_BYTES:].startswith(b"{") and int.from_bytes(start[:_HEADER_BYTES], "little") <= size:
        return "safetensors"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<?xml")):
        return "web page"
    return "json" if text.startswith((b"{", b"[")) else None
