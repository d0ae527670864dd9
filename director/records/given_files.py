"""What people give: paths as written on a command line, in an environment, in a file; and what a TOML file says."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from contract.errors import ArtifactError
from contract.plain_files import read_bounded
from contract.written_text import read_text
from director.errors import SettingsError

_MAX_TOML_BYTES = 1 << 20


def given_path(text: str) -> Path:
    """Read a path: ``~`` and ``~user`` are homes; a relative one stays relative to the working folder.

    Quotes around all of it, as an env file and Windows' ``set`` leave them there, are no part of it.

    Raises:
        ValueError: Nobody has that name, or nothing can; the message is a sentence's end.
    """
    if "\0" in text:
        raise ValueError("no path holds a NUL")
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    expanded = os.path.expanduser(text)  # noqa: PTH111 - pathlib takes a folder ./~ for the home too
    if expanded.startswith("~"):
        who = expanded.replace("\\", "/").partition("/")[0]
        raise ValueError(f"there is no home {who}; a folder of that name is ./{who}")
    return Path(expanded)


def _read_path(given: object) -> object:
    return given_path(given) if isinstance(given, str) else given


GivenPath = Annotated[Path, BeforeValidator(_read_path)]
"""A setting that is a path."""


def told_in(file: Path) -> dict[str, Any]:
    """Read what a TOML file says, however an editor saved it; where there is none it says nothing.

    Raises:
        SettingsError: It can't be read.
    """
    try:
        return tomllib.loads(read_text(read_bounded(file, _MAX_TOML_BYTES), file.name))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{file} can't be read: {error.strerror}.", hint="Look at its rights.") from None
    except ArtifactError as error:
        raise SettingsError(error.sentence, hint=error.hint) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(
            f"{file.name} can't be read: {error}.",
            hint="Mend its syntax; a Windows path stands between single quotes: 'C:\\folder'.",
        ) from None
