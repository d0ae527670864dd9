"""The envoy's home: whose it is, who may look into it, its room, what waits there, how long its token holds."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from contract.findings import Finding, bad, ok, warn
from contract.machine_findings import private_finding, room_finding
from contract.moments import shown_moment
from envoy.home_lock import is_held
from envoy.membership import Membership
from envoy.operating_system import Rights
from envoy.outbox import Outbox
from envoy.own_words import HOW_TO_RENEW

ENDS_SOON = timedelta(days=14)
_LEAST_BYTES, _SAFE_BYTES = 64 << 20, 1 << 30
_SOME_PARCELS = 3


def rights_findings(home: Path, of_home: Rights | None, token: Path, of_token: Rights | None) -> Iterator[Finding]:
    """Judge who may look into the home and read its token; None: a mode does not tell, as on Windows."""
    if of_home is not None:
        yield private_finding("home", str(home), of_home.mode, of_home.owner)
    if of_token is not None:
        yield private_finding("token file", str(token), of_token.mode, of_token.owner)


def room_findings(home: Path, free_at_home: int, temporary: Path, free_there: int) -> Iterator[Finding]:
    """Judge the room in the home and where temporary files go, in bytes that are free."""
    for about, folder, free in (("home", home, free_at_home), ("temporary files", temporary, free_there)):
        use = "models, starts and parcels are kept there" if about == "home" else "tables are unpacked there"
        yield room_finding(
            f"room of {about}", str(folder), free, bad_below=_LEAST_BYTES, warn_below=_SAFE_BYTES, use=use
        )


def token_finding(membership: Membership, now: datetime) -> Finding:
    """Judge how long the token holds, by this machine's clock."""
    until = shown_moment(membership.expires_at)
    if membership.expires_at <= now:
        return bad("token", f"{membership.envoy_name}'s token ended {until}.", HOW_TO_RENEW)
    if membership.expires_at - now < ENDS_SOON:
        days = (membership.expires_at - now).days
        return warn("token", f"{membership.envoy_name}'s token ends in {days} days, {until}.", "fl-envoy rotate")
    return ok("token", f"{membership.envoy_name}'s token holds until {until}.")


def waiting_findings(home: Path, director: str) -> Iterator[Finding]:
    """Say what was trained and has not left yet."""
    outbox = Outbox(home, director)
    waiting = len(outbox.waiting())
    if not waiting:
        yield ok("parcels", "none waits to be sent.")
    elif is_held(home):
        yield ok("parcels", f"{waiting} wait, and fl-envoy participate, which runs, sends them.")
    else:
        yield warn("parcels", f"{waiting} wait to be sent.", "fl-envoy send")
    others = outbox.for_others()
    if others:
        named = ", ".join(str(each) for each in others[:_SOME_PARCELS])
        yield warn(
            "parcels",
            f"{len(others)} wait for another director than this: {named}.",
            "Send them there, or remove them.",
        )
