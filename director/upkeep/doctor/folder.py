"""Whose the data folder is, and who else may look into it. On Windows rights are inherited, and nothing is said."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from contract.findings import Finding, bad, ok, warn
from contract.machine_findings import private_finding

KEPT = ("director.db", "director.db-wal", "director.db-shm", "audit.head", "serving.lock", "blobs", "logs")
"""What the director must be able to write in its folder, as far as it is there."""
_MOST_NAMED = 3


@dataclass(frozen=True)
class Entry:
    """A file or a folder as it lies there.

    Args:
        path: Where.
        mode: As ``stat`` gives it.
        owner: The number of the account that it belongs to.
    """

    path: Path
    mode: int
    owner: int


def entries(paths: Iterable[Path]) -> list[Entry]:
    """Look at files and folders; what is not there is left out.

    Raises:
        OSError: One can't be looked at.
    """
    found = []
    for path in paths:
        try:
            seen = path.stat()
        except FileNotFoundError:
            continue
        found.append(Entry(path, seen.st_mode, seen.st_uid))
    return found


def folder_findings(folder: Entry, database: Iterable[Entry], kept: Iterable[Entry], account: int) -> Iterator[Finding]:
    """Judge the rights and the owners.

    Args:
        folder: The data folder.
        database: The database's files, wherever they lie.
        kept: What the director writes.
        account: Who looks.
    """
    owner = account_name(folder.owner)
    yield private_finding("data folder", str(folder.path), folder.mode, owner)
    for each in database:
        yield private_finding("database file", str(each.path), each.mode, account_name(each.owner))
    others = [each for each in (*database, *kept) if each.owner != folder.owner]
    if others:
        named = ", ".join(f"{each.path.name} ({account_name(each.owner)})" for each in others[:_MOST_NAMED])
        yield bad(
            "owner",
            f"{folder.path} belongs to {owner}, and in it {named} to another account: the director can't write there.",
            f"Stop it, then: chown -R {owner} {folder.path}",
        )
    if account != folder.owner:
        me = account_name(account)
        yield warn(
            "account",
            f"{folder.path} belongs to {owner}, and you are {me}: what {me} makes there {owner} may not write.",
            f"Run every command as {owner}: sudo -u {owner} fl-director doctor",
        )


def key_findings(about: str, key: Entry) -> Iterator[Finding]:
    """Judge who can read a private key: a group is often given it on purpose, everybody never."""
    mode = stat.S_IMODE(key.mode)
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        who = "everybody on this machine can read" if mode & stat.S_IRWXO else "its group can change"
        yield bad(about, f"{key.path} is a private key that {who} (mode {mode:04o}).", f"chmod 600 {key.path}")
    elif mode & stat.S_IRGRP:
        hint = f"Let nobody but the director be in that group; else chmod 600 {key.path}"
        yield ok(about, f"{key.path} can be read by its owner and its group (mode {mode:04o}).", hint)
    else:
        yield ok(about, f"{key.path} can be read by {account_name(key.owner)} alone.")


def account_name(number: int) -> str:
    """Give an account's name; its number where it has none, as in a container."""
    if os.name == "nt":
        return str(number)
    import pwd  # not on Windows

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
