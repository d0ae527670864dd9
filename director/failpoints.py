"""Named places where a test may cut the power. Only for tests: nothing happens unless DIRECTOR_FAILPOINT says so.

``DIRECTOR_FAILPOINT=blob.synced`` ends the process when it gets there, ``blob.synced:3`` at the third time, and
``gate.begun:1:0.004`` four milliseconds after the first: at once, by the kernel, with nothing tidied up.
"""

import os
import signal

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


def check() -> None:
    """Refuse a variable that names no place: a test that cuts nothing proves nothing.

    Raises:
        SettingsError: It names no place, or no number.
    """
    text = os.environ.get(VARIABLE)
    if text and _armed() is None:
        raise SettingsError(
            f"{VARIABLE}={text} names no failpoint.", hint="It is for tests only: unset it. NAME[:COUNT[:SECONDS]]"
        )


def _armed() -> tuple[str, int, float] | None:
    """Read name, how many times the place is reached, seconds after that; None: no power is cut."""
    name, _, rest = os.environ.get(VARIABLE, "").partition(":")
    count, _, seconds = rest.partition(":")
    try:
        return (name, int(count or 1), float(seconds or 0)) if name in FAILPOINTS else None
    except ValueError:
        return None


class _Failpoint:
    """The one place that is armed in this process."""

    def __init__(self, name: str, count: int, seconds: float) -> None:
        self._name, self._left, self._seconds = name, count, seconds

    def reach(self, name: str) -> None:
        """End the process if this is the place and the time."""
        if name != self._name:
            return
        self._left -= 1
        if self._left != 0:
            return
        if self._seconds:
            # SIGALRM, which nobody handles here: the kernel ends the process, whatever its threads do by then
            signal.setitimer(signal.ITIMER_REAL, self._seconds)
        else:
            os.kill(os.getpid(), signal.SIGKILL)


def _nothing(name: str) -> None:
    """Go on."""


reach = _Failpoint(*chosen).reach if (chosen := _armed()) else _nothing
