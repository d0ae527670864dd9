"""Whether a folder will take what is about to be kept there: asked before work is done that could be lost."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from envoy.errors import SettingsError

SMALL_BYTES = 1 << 14
"""More than a token, a line of the ledger, and what else a command keeps beside a model."""


def require_room(folder: Path, what: str, room_bytes: int = SMALL_BYTES) -> None:
    """Write a file of that size into a folder and take it away again, with the folders that had to be made for it.

    Args:
        folder: Where something will be kept.
        what: Who named it, for the sentence: a setting or an option.
        room_bytes: How much must fit.

    Raises:
        SettingsError: The folder can't be made or written, something else stands there, or the disk is full.
    """
    made = [each for each in (folder, *folder.parents) if not os.path.lexists(each)]
    probe = folder / f".room-{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with probe.open("xb", buffering=0) as file:
            left = room_bytes
            while left > 0:
                left -= file.write(b"\0" * min(left, 1 << 20))
            os.fsync(file.fileno())
    except OSError as error:
        raise _refusal(folder, what, error) from None
    finally:
        with suppress(OSError):
            probe.unlink()
        for each in made:
            with suppress(OSError):
                each.rmdir()


def _refusal(folder: Path, what: str, error: OSError) -> SettingsError:
    hint = f"Name another folder with {what}, or let the account that runs fl-envoy write there; nothing was done."
    blocking = next((each for each in (folder, *folder.parents) if each.exists() and not each.is_dir()), None)
    if blocking is not None:
        return SettingsError(f"{what} names {folder}, but {blocking} is a file, not a folder.", hint=hint)
    return SettingsError(f"{what} names {folder}, where nothing can be kept: {error.strerror or error}.", hint=hint)
