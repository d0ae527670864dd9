"""What is to be said of a certificate that somebody shows: its dates, its names, its chain. Knows no clock, no file."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from contract.certificates import CertificateFacts
from contract.findings import Finding, bad, ok, warn
from contract.moments import shown_moment

ENDS_SOON = timedelta(days=14)
"""Public authorities renew a month before the end: what is nearer was forgotten."""
_MOST_NAMES = 5


def certificate_findings(
    about: str, facts: CertificateFacts, now: datetime, *, renewal: str, host: str | None = None, signer: str = ""
) -> Iterator[Finding]:
    """Judge a certificate; where nothing is wrong, say whose it is.

    Args:
        about: What it is called.
        facts: As it describes itself.
        now: The time.
        renewal: What to do where it ends.
        host: The name or address that it must be made out to; None: nobody knows.
        signer: What more is to be said of who signed it.
    """
    wrong = [*_dates(about, facts, now, renewal), *_names(about, facts, host)]
    if not wrong:
        by = "by itself" if facts.is_self_signed else f"by {facts.issuer or 'somebody without a name'}"
        yield ok(
            about,
            f"made out to {names_of(facts)}, signed {by}, holds until {shown_moment(facts.not_after)}.{signer and ' '}"
            f"{signer}",
        )
    yield from wrong


def chain_findings(about: str, chain: Sequence[CertificateFacts], now: datetime) -> Iterator[Finding]:
    """Judge what stands below a server's certificate in its file: each must have signed the one before it."""
    for below, above in pairwise(chain):
        if below.issuer_der != above.subject_der:
            yield bad(
                about,
                f"the chain is out of order: {below.subject or 'one'} is signed by {below.issuer or 'another'}, and "
                f"{above.subject or 'another'} follows it.",
                "Put the server's own certificate first, then the one that signed it, and so on.",
            )
    for each in chain[1:]:
        if each.not_after <= now:
            yield bad(
                about,
                f"{each.subject or 'a certificate'} in the chain expired {shown_moment(each.not_after)}.",
                "Take the authority's present chain in its place.",
            )


def names_of(facts: CertificateFacts) -> str:
    """Name whom a certificate is made out to, not all of very many."""
    names = facts.names or (facts.subject or "nobody",)
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _dates(about: str, facts: CertificateFacts, now: datetime, renewal: str) -> Iterator[Finding]:
    until = shown_moment(facts.not_after)
    if facts.not_after <= now:
        yield bad(about, f"expired {until}: nobody trusts it any more.", renewal)
    elif facts.not_before > now:
        yield bad(
            about,
            f"holds only from {shown_moment(facts.not_before)} on.",
            "Look at this machine's clock and its date first: most often it is they that are wrong.",
        )
    elif facts.not_after - now < ENDS_SOON:
        yield warn(about, f"ends in {(facts.not_after - now).days} days, {until}.", renewal)


def _names(about: str, facts: CertificateFacts, host: str | None) -> Iterator[Finding]:
    if not facts.names:
        yield bad(
            about,
            f"names no host (it has no subjectAltName, only {facts.subject or 'no subject either'}): nobody trusts it.",
            "Have one issued with the name that hospitals dial as a subjectAltName.",
        )
    elif host is not None and not facts.is_for(host):
        yield bad(
            about,
            f"made out to {names_of(facts)}, not to {host}.",
            f"Use one of these names, or have one issued that names {host}.",
        )
