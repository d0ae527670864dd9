"""``fl-director token``: tokens of hospitals, analysts and admins."""

from datetime import timedelta
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.table import Table

from contract.messages import Role
from contract.names import EnvoyName
from director import tokens
from director.access import LOCAL_ADMIN
from director.cli.program import AsJson, duration, err, opened_director, out, print_json, says_what_failed
from director.errors import UsageError

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
    holds = duration(expires) if expires else timedelta(days=director.settings.token_days)
    with director.database.write() as session:
        token = tokens.issue_token(
            session,
            role=_role(role),
            envoy_name=EnvoyName(envoy) if envoy else None,
            now=director.clock(),
            holds=holds,
            actor=LOCAL_ADMIN.actor,
        )
    if as_json:
        print_json(token)
    else:
        out.print(token.token, markup=False)
        err.print(f"id {token.id}, until {token.expires_at:%Y-%m-%d %H:%M} UTC; it is not shown again", markup=False)


@app.command("list")
@says_what_failed
def token_list(as_json: AsJson = False) -> None:
    """List the tokens, without their secrets."""
    with opened_director().database.read() as session:
        listed = tokens.list_tokens(session)
    if as_json:
        print_json(listed)
        return
    table = Table("id", "role", "hospital", "expires", "revoked", "last used")
    for each in listed:
        moments = (each.expires_at, each.revoked_at, each.last_used_at)
        table.add_row(
            each.id, each.role, each.envoy_name or "", *(f"{at:%Y-%m-%d %H:%M}" if at else "" for at in moments)
        )
    out.print(table)


@app.command("revoke")
@says_what_failed
def token_revoke(token_id: str) -> None:
    """Revoke a token at once."""
    director = opened_director()
    with director.database.write() as session:
        tokens.revoke_token(session, token_id, now=director.clock(), actor=LOCAL_ADMIN.actor)
    out.print(f"Token {token_id} is revoked.", markup=False)


def _role(text: str) -> Role:
    try:
        return TypeAdapter[Role](Role).validate_python(text)
    except ValueError:
        raise UsageError(f"{text!r} is no role.", hint="Choose hospital, analyst or admin.") from None
