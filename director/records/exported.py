"""An export of the audit, read from its file however it came there."""

import codecs
import io
from collections.abc import Iterable, Iterator
from typing import IO

from director.records.chain import Link, read_lines


def exported_links(lines: IO[bytes]) -> Iterator[Link]:
    """Read an export's records."""
    return read_lines(_as_exported(lines))


def _as_exported(lines: IO[bytes]) -> Iterable[bytes]:
    """Give an export's lines as they were printed, also where a Windows shell that took them made UTF-16 of them."""
    head = lines.peek(len(codecs.BOM_UTF8)) if isinstance(lines, io.BufferedReader) else b""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif head.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    else:
        return lines
    text = io.TextIOWrapper(lines, encoding, errors="replace", newline=None)  # what is no text is no record of ours
    return (line.encode() for line in text)
