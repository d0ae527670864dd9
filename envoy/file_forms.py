"""What a file is that is no table's text, told by its first bytes: each in a sentence, and what to do next. Pure."""

import codecs
from dataclasses import dataclass

HEAD_BYTES = 1 << 10
"""So many of a file's first bytes are enough to tell."""
GZIP_MAGIC = b"\x1f\x8b"
AS_TEXT = "Export it again as comma-separated UTF-8 text."
_FETCH_AGAIN = "Fetch the table again: signed in, and as the file itself."
_TAR_MARK = slice(257, 262)


@dataclass(frozen=True)
class Form:
    """What a file is, what to do with it, and the line that shows it, where one does."""

    is_a: str
    hint: str
    line: int | None = None


_UTF16 = Form(
    "in UTF-16 (a spreadsheet's Unicode text, or PowerShell's)",
    f"{AS_TEXT} In PowerShell: Export-Csv -Encoding utf8.",
    line=1,
)
_UTF32 = Form("in UTF-32", AS_TEXT, line=1)
_POINTER = Form(
    "a pointer of Git LFS or git-annex, not the table", "Fetch the table itself: git lfs pull, or git annex get."
)
_PAGE = Form("a web page (HTML), perhaps one to sign in at, not the table", _FETCH_AGAIN)
_BY_BEGINNING = (
    (codecs.BOM_UTF32_LE, _UTF32),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, _UTF32),
    (codecs.BOM_UTF16_LE, _UTF16),
    (codecs.BOM_UTF16_BE, _UTF16),
    (b"PK\x03\x04", Form("a spreadsheet (.xlsx) or a zip archive, not text", f"Unpack it; or: {AS_TEXT}")),
    (b"PK\x05\x06", Form("an empty zip archive, not text", AS_TEXT)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Form("a spreadsheet (.xls), not text", AS_TEXT)),
    (b"PAR1", Form("Parquet, not text", "Export it as comma-separated UTF-8 text.")),
    (b"BZh", Form("compressed with bzip2", "Decompress it: bunzip2.")),
    (b"\xfd7zXZ\0", Form("compressed with xz", "Decompress it: unxz.")),
    (b"\x28\xb5\x2f\xfd", Form("compressed with zstd", "Decompress it: unzstd.")),
    (b"7z\xbc\xaf\x27\x1c", Form("a 7-Zip archive", "Unpack it.")),
    (b"SQLite format 3\0", Form("an SQLite database, not text", AS_TEXT)),
    (b"%PDF-", Form("a PDF, not text", AS_TEXT)),
    (b"version https://git-lfs", _POINTER),
    (b"/annex/objects/", _POINTER),
    (b"-----BEGIN PGP", Form("encrypted with PGP", "Decrypt it first.")),
)
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<?xml")


def form_of(head: bytes) -> Form | None:
    """Tell what a file is that begins so; None: it may be a table's text.

    Args:
        head: Its first ``HEAD_BYTES``, decompressed where it is compressed as its name says.
    """
    for beginning, form in _BY_BEGINNING:
        if head.startswith(beginning):
            return form
    if head.startswith(GZIP_MAGIC):
        return Form("compressed twice", "Decompress it once, and leave it one .gz.")
    text = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if text.startswith(_PAGES):
        return _PAGE
    if head[_TAR_MARK] == b"ustar":
        return Form("a tar archive, not text", "Unpack it: tar -xf.")
    if head and not head.strip(b"\0"):
        return Form("nothing but zero bytes: a copy that broke off, or a placeholder", "Copy or export the file again.")
    if b"\0" in head.split(b"\n", 1)[0]:
        return Form("no UTF-8 text: its first line holds zero bytes", AS_TEXT, line=1)
    return None
