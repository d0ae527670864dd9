"""What is to be said of a machine: its disk's room, its clock, who may read its files. Takes what was measured."""

import stat
from collections.abc import Iterator
from datetime import datetime, timedelta

from contract.findings import Finding, bad, ok, warn

_OTHERS, _GROUP = stat.S_IRWXO, stat.S_IRWXG
_UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def private_finding(about: str, path: str, mode: int, owner: str) -> Finding:
    """Judge the rights of what nobody but its owner may look into.

    Args:
        about: What it is called.
        path: Where it lies.
        mode: As ``stat`` gives it.
        owner: The name of the account that it belongs to.
    """
    right = 0o700 if stat.S_ISDIR(mode) else 0o600
    found = stat.S_IMODE(mode)
    if found & (_OTHERS | _GROUP):
        who = "everybody on this machine" if found & _OTHERS else "its group"
        return bad(about, f"{path} is open to {who} (mode {found:04o}).", f"chmod {right:o} {path}")
    return ok(about, f"{path} belongs to {owner} and is for that account alone.")


def room_finding(about: str, where: str, free_bytes: int, *, bad_below: int, warn_below: int, use: str) -> Finding:
    """Judge the room on a disk.

    Args:
        about: What it is called.
        where: The folder.
        free_bytes: What this account may still write there.
        bad_below: With less nothing can be done.
        warn_below: With less it is soon so.
        use: What the room is for.
    """
    free = shown_bytes(free_bytes)
    more = f"Make room there: {use}."
    if free_bytes < bad_below:
        return bad(about, f"{where} has {free} left; at least {shown_bytes(bad_below)} is needed.", more)
    if free_bytes < warn_below:
        return warn(about, f"{where} has {free} left; {shown_bytes(warn_below)} would be safe.", more)
    return ok(about, f"{where} has {free} left.")


def shown_bytes(size: int) -> str:
    """Give a number of bytes in the unit in which a person thinks of it."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size} bytes"


def skew_finding(
    about: str, ours: datetime, theirs: datetime, whose: str, *, warn_beyond: timedelta, bad_beyond: timedelta
) -> Finding:
    """Judge how far this machine's clock is from another one.

    Args:
        about: What it is called.
        ours: The time here.
        theirs: The time there, at the same moment.
        whose: Whose clock the other is.
        warn_beyond: Further apart it should be looked at.
        bad_beyond: Further apart something fails.
    """
    apart = abs(ours - theirs)
    if apart <= warn_beyond:
        return ok(about, f"this machine's clock and {whose} agree within {warn_beyond.total_seconds():.0f} s.")
    side = "ahead of" if ours > theirs else "behind"
    said = f"this machine's clock is {shown_span(apart)} {side} {whose}"
    if apart <= bad_beyond:
        return warn(about, f"{said}.", _SET)
    return bad(about, f"{said}: tokens and certificates are judged by it.", _SET)


_SET = "Set the clock, and let it be kept right: timedatectl set-ntp true (of a virtual machine: its host's too)."


def backwards_findings(about: str, now: datetime, newest: datetime | None) -> Iterator[Finding]:
    """Judge the clock by the newest record, which can't be of a time to come.

    Args:
        about: What it is called.
        now: The time here.
        newest: When the newest record was written; None: there is none.
    """
    if newest is not None and newest > now:
        said = f"this machine's clock is {shown_span(newest - now)} behind the newest record of the audit"
        yield bad(about, f"{said}: tokens live too long, and what comes now seems old.", _SET)
    else:
        yield ok(about, "this machine's clock is not behind the newest record of the audit.")


def shown_span(span: timedelta) -> str:
    """Give a span in the unit in which a person thinks of it."""
    seconds = abs(span.total_seconds())
    for unit, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} s"
