"""Named places where a test may cut the power. Only for tests: nothing happens unless DIRECTOR_FAILPOINT says so.

``DIRECTOR_FAILPOINT=blob.synced`` ends the process when it gets there, ``blob.synced:3`` at the third time, and
``gate.begun:1:0.004`` four milliseconds after the first: at once, by the kernel, with nothing tidied up.
"""

import os
import signal
from dataclasses import dataclass

from director.errors import SettingsError

VARIABLE = "DIRECTOR_FAILPOINT"
FAILPOINTS = (
    "receive.begun",  # the caller is known, the body comes
    "gate.begun",
    "gate.ended",
    "blob.written",  # not yet synced
    "blob.synced",  # not yet under its name
    "blob.named",  # its name not yet synced
    "blob.kept",
    "upload.written",  # not yet committed
    "upload.committed",  # not yet in the view
    "statistics.written",
    "statistics.committed",
    "aggregate.begun",
    "aggregate.kept",  # the files; not yet the row
    "aggregate.written",
    "publish.begun",
    "publish.written",
    "pointer.committed",  # of an aggregate or a publication; not yet in the view
    "file.written",  # one file of the view, or the audit's head, beside its place
    "view.replaced",  # one file of the view, in its place
    "recovery.begun",
    "recovery.removed",  # one orphan
    "recovery.mended",  # the view; not yet committed
)


@dataclass
class _Failpoint:
    """The one place that is armed in this process."""

    text: str
    name: str
    left: int
    seconds: float


_armed: _Failpoint | None = None


def arm() -> None:
    """Read the variable; the program's settings do so once, at its start.

    Raises:
        SettingsError: It names no place, or no number: a test that cuts nothing proves nothing.
    """
    global _armed
    text = os.environ.get(VARIABLE, "")
    if text == (_armed.text if _armed else ""):
        return
    name, _, rest = text.partition(":")
    count, _, seconds = rest.partition(":")
    try:
        _armed = _Failpoint(text, name, int(count or 1), float(seconds or 0)) if text else None
    except ValueError:
        name = ""
    if text and name not in FAILPOINTS:
        raise SettingsError(
            f"{VARIABLE}={text} names no failpoint.", hint="It is for tests only: unset it. NAME[:COUNT[:SECONDS]]"
        )


def reach(name: str) -> None:
    """End the process if this is the place and the time."""
    if _armed is None or _armed.name != name:
        return
    _armed.left -= 1
    if _armed.left != 0:
        return
    if _armed.seconds:
        # SIGALRM, which nobody handles here: the kernel ends the process, whatever its threads do by then
        signal.setitimer(signal.ITIMER_REAL, _armed.seconds)
    else:
        os.kill(os.getpid(), signal.SIGKILL)
