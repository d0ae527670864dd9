"""The one-time code that a hospital joins with, from a file or standard input: not in sight of who lists processes.

A file of Windows' making, with a byte order mark or in UTF-16, is read as any other; blanks and ends of lines around
the code don't matter. What ``fl-director envoy add --json`` printed is taken as it is.
"""

import sys
from pathlib import Path

from pydantic import ValidationError

from contract.errors import ArtifactError
from contract.messages.envoys import EnrolmentCode
from contract.plain_files import read_bounded
from contract.written_text import read_text
from envoy.errors import SettingsError

MAX_CODE_BYTES = 4096
STANDARD_INPUT = Path("-")
_HINT = "The file holds the code alone, as the consortium's admin gave it."


def given_code(code: str | None, code_file: Path | None) -> str:
    """Give the code, by one of the two options; ``-`` is standard input.

    Raises:
        SettingsError: Neither option is given, or both; or the file holds no code.
    """
    if (code is None) == (code_file is None):
        raise SettingsError(
            "Joining takes the one-time code, by one option." if code is None else "The code was given twice.",
            hint="Give --code-file FILE (- is standard input), or --code CODE, which others on this machine can see.",
        )
    return code if code is not None else _code_in(code_file or STANDARD_INPUT)


def _code_in(file: Path) -> str:
    name = "standard input" if file == STANDARD_INPUT else str(file)
    try:
        text = read_text(_bytes_of(file), name).strip()
    except OSError as error:
        raise SettingsError(f"{name}: {error.strerror}.", hint="Name the file that holds the code.") from None
    except ArtifactError as error:
        raise SettingsError(error.sentence, hint=error.hint) from None
    if text.startswith("{"):
        try:
            return EnrolmentCode.model_validate_json(text, extra="ignore").code
        except ValidationError:
            raise SettingsError(f"The JSON of {name} holds no code.", hint=_HINT) from None
    if not text or len(text.split()) > 1 or len(text) > 200:
        raise SettingsError(f"{name} holds {'more than one' if text else 'no'} code.", hint=_HINT)
    return text


def _bytes_of(file: Path) -> bytes:
    if file != STANDARD_INPUT:
        return read_bounded(file.expanduser(), MAX_CODE_BYTES)
    data = sys.stdin.buffer.read(MAX_CODE_BYTES + 1)
    if len(data) > MAX_CODE_BYTES:
        raise ArtifactError(f"Standard input holds more than {MAX_CODE_BYTES:,} bytes.", hint=_HINT)
    return data
