"""A file that a person names, read without trust in what stands there: a plain file of bounded size, or a refusal.

A pipe in its place would make a reader wait for ever, a device has no end, and a file of many GB fills the memory. This
is the contract's only door to the disk, here because the programs at either end need the same. It knows no content.
"""

import io
import os
import stat

from contract.errors import ArtifactError

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_MORE_BYTES = 1 << 16


def open_plain(path: "os.PathLike[str] | str") -> io.FileIO:
    """Open a plain file for reading, without a buffer and without ever waiting; a link is followed.

    Raises:
        ArtifactError: Something else stands there, or nothing can have that name.
        OSError: Nothing stands there, or it can't be opened; as ``open`` does.
    """
    try:
        _require_plain(path, os.stat(path))  # noqa: PTH116 - before opening: a device may act when it is opened
        file = os.fdopen(os.open(path, _FLAGS), "rb", buffering=0)
    except ValueError:
        raise ArtifactError(
            f"{_name_of(path)} can't be the name of a file.", hint="Name a file without a NUL in its path."
        ) from None
    try:
        _require_plain(path, os.fstat(file.fileno()))  # another may have come into its place
    except ArtifactError:
        file.close()
        raise
    return file


def read_bounded(path: "os.PathLike[str] | str", max_bytes: int) -> bytes:
    """Read a plain file that has at most ``max_bytes``; a larger one is refused unread.

    Raises:
        ArtifactError: Something else stands there, or it is larger.
        OSError: Nothing stands there, or it can't be read.
    """
    with open_plain(path) as file:
        told = os.fstat(file.fileno()).st_size
        parts, left, asked = [], max_bytes + 1, told + 1  # one more byte shows whether it is longer than it told
        while told <= max_bytes and left and (part := file.read(min(left, asked))):
            parts.append(part)
            left -= len(part)
            asked = _MORE_BYTES
    if told > max_bytes or not left:
        raise ArtifactError(
            f"{_name_of(path)} is larger than {max_bytes:,} bytes.",
            hint="No file of its kind is that large: look whether it is the one that you mean.",
            max_bytes=max_bytes,
        )
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _require_plain(path: "os.PathLike[str] | str", found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = next((kind for is_one, kind in _KINDS if is_one(found.st_mode)), "something else")
        raise ArtifactError(f"{_name_of(path)} is {kind}, not a file.", hint="Put a plain file in its place.")


def _name_of(path: "os.PathLike[str] | str") -> str:
    """Give the file's name alone, such that a terminal shows it and does not obey it."""
    name = os.path.basename(os.fspath(path)) or os.fspath(path)  # noqa: PTH119  (no pathlib in contract)
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in name[:255])
