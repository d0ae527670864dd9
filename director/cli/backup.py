"""``fl-director backup`` and ``restore``: a whole copy of the federation, and a federation from a copy."""

from pathlib import Path
from typing import Annotated

import typer

from contract.moments import shown_moment
from director.cli.audit import given_checkpoint
from director.cli.program import (
    AsJson,
    director_here,
    err,
    opened_director,
    out,
    path_given,
    print_json,
    say_where,
    says_what_failed,
)
from director.members.access import LOCAL_ADMIN
from director.upkeep.backup import Manifest
from director.upkeep.later_acts import Evidence
from director.upkeep.restoring import Restored
from director.upkeep.sealing import Seal


@says_what_failed
def backup(
    target: Annotated[
        Path,
        typer.Argument(
            parser=path_given,
            metavar="FOLDER",
            help="The folder to make, or with --encrypt-to the file; it must not be there yet.",
        ),
    ],
    encrypt_to: Annotated[
        list[str] | None,
        typer.Option(
            "--encrypt-to",
            metavar="RECIPIENT",
            help="Who can open it: age1…, a file of these, or the fingerprint of a key that gpg has. Many times.",
        ),
    ] = None,
) -> None:
    """Copy the whole federation, also while it serves; the copy is read back whole before it has its name.

    With --encrypt-to it is one file, encrypted by age or gpg, and nothing plain is on its disk; it can't be read back
    without the key.
    """
    seal = Seal.to(encrypt_to) if encrypt_to else None
    upkeep = opened_director().upkeep
    if seal is None:
        _say_made(target, upkeep.back_up(LOCAL_ADMIN, target))
        err.print("It holds every hospital's models: keep it as you keep the data folder.")
        return
    sealed = upkeep.back_up_sealed(LOCAL_ADMIN, target, seal)
    _say_made(target, sealed.manifest)
    err.print(f"It was not read back: that takes the key. Decrypted, it has the SHA-256 {sealed.plain_sha256}.")


def _say_made(target: Path, made: Manifest) -> None:
    out.print(f"{target}: {made.files} files, audit up to record {made.checkpoint.seq}")


@says_what_failed
def restore(
    source: Annotated[Path, typer.Argument(parser=path_given, metavar="FOLDER", help="What backup made.")],
    identity: Annotated[
        Path | None,
        typer.Option(
            "--identity", parser=path_given, metavar="FILE", help="age's key, for an encrypted one; gpg has its own."
        ),
    ] = None,
    audit_export: Annotated[
        Path | None,
        typer.Option(
            "--audit-export",
            parser=path_given,
            metavar="FILE",
            help="The audit as it was at last, which audit export wrote: what it revoked stays so, the rest holds.",
        ),
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            parser=path_given, metavar="FILE", help="A checkpoint that was kept elsewhere; may be given many times."
        ),
    ] = None,
    last_checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--last-checkpoint",
            parser=path_given,
            metavar="FILE",
            help="One that was taken after the backup, with the director stopped: all holds, if nothing had happened.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make an empty data folder the federation that a backup holds; refuses a damaged backup and a folder in use.

    No token holds in it, unless --audit-export or --last-checkpoint says that it still does: each hospital joins anew
    with the code that is printed here, and goes on where it was.
    """
    last = given_checkpoint(last_checkpoint) if last_checkpoint else None
    evidence = Evidence(audit_export, tuple(given_checkpoint(path) for path in checkpoint or ()), last)
    director = director_here()
    say_where(director)
    made = director.restore(source, evidence, identity)
    if as_json:
        print_json(made)
        return
    out.print(f"Ready: {director.settings.data_dir.resolve()}, as of {shown_moment(made.made_at)}")
    _say_who_comes_in(made)
    err.print("Next: fl-director fsck, then fl-director serve")


def _say_who_comes_in(made: Restored) -> None:
    found = made.readmission
    if made.known_until is None:
        err.print("What was revoked after the backup is not in it: no token holds, nobody is signed in.")
    out.print(f"tokens: {found.tokens_revoked} revoked now, {found.tokens_held} hold")
    for name in found.disabled:
        out.print(f"{name}: disabled, as it was at last")
    for name in found.withdrawn:
        out.print(f"{name}: left after the backup, which brings its files back: fl-director envoy withdraw {name}")
    for lost in found.unknown:
        out.print(f"{lost}: admitted after the backup, which knows nothing of it: fl-director envoy add {lost}")
    for code in found.codes:
        out.print(f"{code.envoy_name}: {code.code} (until {shown_moment(code.expires_at)})")
    if found.codes:
        err.print("Each hospital joins with its code, in the home that it has: fl-envoy join. All else of it is here.")
    if found.tokens_revoked:
        err.print("You come in with fl-director token link, or token issue --role admin; give other people new tokens.")
