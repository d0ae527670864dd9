"""A path as a person writes it in a setting, a file or an option → the path that is meant; looks at no disk.

A shell expands ``~`` only where it stands alone, a settings file nowhere; ``cmd`` keeps quotes that ``set`` was given,
and takes the backslash before a closing quote for part of the text.
"""

from pathlib import Path

from envoy.errors import SettingsError

_QUOTES = ('"', "'")


def said_path(text: str) -> Path:
    """Read a path: ``~`` and ``~user`` stand for homes; blanks and a pair of quotes around it don't count.

    Raises:
        SettingsError: It is empty, holds what no path holds, or names a user whom nobody here knows.
    """
    written = unquoted(text)
    if not written:
        raise SettingsError("The path is empty.", hint="Write where it lies, or leave the setting out.")
    if any(ord(each) < 32 for each in written):
        raise SettingsError(
            f"{written!r} is no path: it holds a control character.",
            hint=r"In a TOML file a path of Windows stands in single quotes: 'D:\tables'.",
        )
    try:
        return Path(written).expanduser() if written.startswith("~") else Path(written)
    except RuntimeError:
        user = written[1:].replace("\\", "/").split("/")[0]
        raise SettingsError(f"{written}: nobody here knows the home of {user or 'this user'}.", hint=_WHOLE) from None


_WHOLE = "Write the whole path."


def unquoted(text: str) -> str:
    """Take away the blanks and the quotes around a text, and the one quote that ``cmd`` leaves behind a backslash."""
    written = text.strip(" ")
    if len(written) > 1 and written[0] in _QUOTES and written[-1] == written[0]:
        return written[1:-1].strip(" ")
    if written.endswith('"') and '"' not in written[:-1]:  # "D:\tables\" comes as D:\tables"
        return written[:-1]
    return written
