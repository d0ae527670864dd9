"""An act that takes something away waits for a person's yes: asked on a terminal, said beforehand without one."""

import sys

import typer

from contract.errors import CallerError


class NotAgreedError(CallerError):
    """Nobody said yes to an act that takes something away; nothing was done."""

    code = "not_agreed"


def require_agreement(consequence: str, *, agreed: bool) -> None:
    """Go on if the person has said ``--yes``, or says yes to the question now.

    Args:
        consequence: One sentence: what the act takes away.
        agreed: Whether ``--yes`` was given.

    Raises:
        NotAgreedError: The answer is no, or there is no terminal to ask on.
    """
    if agreed:
        return
    if not sys.stdin.isatty():
        raise NotAgreedError(consequence, hint="If that is meant, say it again with --yes; nothing was done.")
    if not typer.confirm(f"{consequence} Go on?", err=True):
        raise NotAgreedError("Nothing was done.")
