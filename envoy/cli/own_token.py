"""``fl-envoy rotate | leave``: this hospital's own token put in another's place, or ended, without the admin."""

from contract.agreement import require_agreement
from contract.moments import shown_moment
from envoy.cli.program import AsJson, Yes, client_of, err, joined, out, print_json, says_what_failed
from envoy.errors import RefusedError
from envoy.membership import MembershipFile
from envoy.settings import read_settings


@says_what_failed
def rotate(as_json: AsJson = False) -> None:
    """Ask the director for a token in the place of this hospital's own; the old one holds for a while beside it.

    The new one is written before it is used for the first time: cut off anywhere, this can be said again.
    """
    settings = read_settings()
    client, membership = joined(settings)
    file = MembershipFile(settings.home_folder)
    renewed = membership.renewed(client.rotate_token().model_dump_json().encode())
    file.write(renewed)
    try:
        client_of(settings, renewed).envoy(renewed.envoy_name)
    except RefusedError:
        file.write(membership)  # it holds still
        raise
    if as_json:
        print_json({"envoy_name": renewed.envoy_name, "expires_at": renewed.expires_at.isoformat()})
        return
    out.print(f"{renewed.envoy_name} has a new token, until {shown_moment(renewed.expires_at)}; it is in {file.path}.")
    err.print("The old one ends when the director's overlap does; an envoy that participates goes on with the new one.")


@says_what_failed
def leave(yes: Yes = False) -> None:
    """End this hospital's own token at once, at the director and here. Asks first."""
    settings = read_settings()
    client, membership = joined(settings)
    file = MembershipFile(settings.home_folder)
    require_agreement(
        f"The token of {membership.envoy_name} stops to hold at {membership.director} at once, an envoy that "
        "participates ends, and to come back takes a new one-time code of the consortium's admin.",
        agreed=yes,
    )
    was_known = client.revoke_token()
    file.path.unlink(missing_ok=True)
    if was_known:
        out.print(f"The token of {membership.envoy_name} holds no more, and is gone from {file.path}.")
    else:
        out.print(f"The director knew this token no more; it is gone from {file.path}.")
    err.print("What was sent stays with the federation; the rest of this home stays here.")
