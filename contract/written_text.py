"""Text that a person wrote or a program of theirs saved: a settings file, a token, a code, a map, a task, JSON.

Windows' editors and PowerShell put a byte order mark before UTF-8, or write UTF-16: the same text, and read as such.
What is neither is named. Knows no disk and no form: what the text says is another's to read.
"""

import codecs

from contract.errors import ArtifactError

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(data: bytes, name: str) -> str:
    """Read UTF-8 with or without a byte order mark, and UTF-16 and UTF-32 that begin with one; no mark is left.

    Args:
        data: The bytes.
        name: What it is called, for the sentence.

    Raises:
        ArtifactError: It is text of another encoding, or none at all.
    """
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ArtifactError(
            f"{name} is not text in {'UTF-8' if encoding == 'utf-8-sig' else encoding.upper()}: "
            f"byte {error.start + 1:,} has no place there.",
            hint="Save it again as UTF-8 (in Notepad: Save as, Encoding UTF-8; in PowerShell: -Encoding utf8).",
            byte=error.start + 1,
        ) from None
