"""``fl-director token``: tokens of hospitals, analysts and admins."""

from datetime import timedelta
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.table import Table

from contract.messages import IssuedToken, Role
from contract.names import EnvoyName
from director.cli.program import AsJson, duration, err, opened_director, out, print_json, says_what_failed
from director.errors import UsageError
from director.members import tokens
from director.members.access import LOCAL_ADMIN

app = typer.Typer(no_args_is_help=True, help="Tokens of hospitals, analysts and admins.")


@app.command("issue")
@says_what_failed
def token_issue(
    role: Annotated[str, typer.Option(help="hospital, analyst or admin.")],
    envoy: Annotated[str | None, typer.Option(help="The hospital, with --role hospital.")] = None,
    expires: Annotated[str | None, typer.Option(help="How long it holds, such as 90d or 12h.")] = None,
    as_json: AsJson = False,
) -> None:
    """Issue a token; it is printed this once."""
    director = opened_director()
    longest = timedelta(days=director.settings.token_days)
    holds = tokens.span_to_hold(duration(expires) if expires else None, longest)
    with director.database.write() as session:
        token = tokens.issue_token(
            session,
            role=_role(role),
            envoy_name=EnvoyName(envoy) if envoy else None,
            now=director.clock(),
            holds=holds,
            actor=LOCAL_ADMIN.actor,
        )
    _show_once(token, as_json)


@app.command("list")
@says_what_failed
def token_list(as_json: AsJson = False) -> None:
    """List the tokens, without their secrets."""
    with opened_director().database.read() as session:
        listed = tokens.list_tokens(session)
    if as_json:
        print_json(listed)
        return
    table = Table("id", "role", "hospital", "expires", "revoked", "last used", "rotated to")
    for each in listed:
        moments = (f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (each.expires_at, each.revoked_at, each.last_used_at))
        table.add_row(each.id, each.role, each.envoy_name or "", *moments, each.successor_id or "")
    out.print(table)


@app.command("revoke")
@says_what_failed
def token_revoke(token_id: str) -> None:
    """Revoke a token at once."""
    director = opened_director()
    with director.database.write() as session:
        tokens.revoke_token(session, token_id, now=director.clock(), actor=LOCAL_ADMIN.actor)
    out.print(f"Token {token_id} is revoked.", markup=False)


@app.command("rotate")
@says_what_failed
def token_rotate(
    token_id: str,
    overlap: Annotated[
        str | None, typer.Option(help="How long the old one still holds, such as 24h; 0 ends it at once.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Issue a token in another's place; it is printed this once, and the old one holds until the overlap ends."""
    director = opened_director()
    settings = director.settings
    with director.database.write() as session:
        token = tokens.rotate_token(
            session,
            token_id,
            now=director.clock(),
            overlap=_overlap(overlap) if overlap else timedelta(hours=settings.rotation_overlap_hours),
            longest=timedelta(days=settings.token_days),
            actor=LOCAL_ADMIN.actor,
        )
        old = tokens.describe_token(session, token_id)
    _show_once(token, as_json)
    if not as_json:
        err.print(f"The old one, {old.id}, holds until {old.expires_at:%Y-%m-%d %H:%M} UTC", markup=False)


def _show_once(token: IssuedToken, as_json: bool) -> None:
    if as_json:
        print_json(token)
        return
    out.print(token.token, markup=False)
    err.print(f"id {token.id}, until {token.expires_at:%Y-%m-%d %H:%M} UTC; it is not shown again", markup=False)


def _overlap(text: str) -> timedelta:
    return timedelta() if text == "0" else duration(text)


def _role(text: str) -> Role:
    try:
        return TypeAdapter[Role](Role).validate_python(text)
    except ValueError:
        raise UsageError(f"{text!r} is no role.", hint="Choose hospital, analyst or admin.") from None
