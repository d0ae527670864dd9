"""``fl-director token``: tokens of hospitals, their staff, analysts and admins."""

from datetime import timedelta
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.table import Table

from contract.messages.base import Role
from contract.messages.tokens import IssuedToken, Person
from contract.names import EnvoyName
from director.cli.links import page_url, say_where_no_page_is, sign_in_url
from director.cli.program import AsJson, duration, err, every_item, opened_director, out, print_json, says_what_failed
from director.errors import UsageError
from director.members.access import LOCAL_ADMIN
from director.settings import read_settings

app = typer.Typer(no_args_is_help=True, help="Tokens of hospitals, their staff, analysts and admins.")


@app.command("issue")
@says_what_failed
def token_issue(
    role: Annotated[str, typer.Option(help="hospital, staff, analyst or admin.")],
    envoy: Annotated[str | None, typer.Option(help="The hospital, with --role hospital or staff.")] = None,
    person: Annotated[str | None, typer.Option(help="Whose it is, as the audit shall show it.")] = None,
    expires: Annotated[str | None, typer.Option(help="How long it holds, such as 90d or 12h.")] = None,
    as_json: AsJson = False,
) -> None:
    """Issue a token; it is printed this once."""
    token = opened_director().members.issue_token(
        LOCAL_ADMIN,
        _role(role),
        EnvoyName(envoy) if envoy else None,
        duration(expires) if expires else None,
        person=_person(person),
    )
    _show_once(token, as_json)


@app.command("link")
@says_what_failed
def token_link(
    role: Annotated[str, typer.Option(help="staff, analyst or admin.")] = "admin",
    envoy: Annotated[str | None, typer.Option(help="The hospital, with --role staff.")] = None,
    person: Annotated[str | None, typer.Option(help="Who signs in, as the audit shall show it.")] = None,
    url: Annotated[
        str | None, typer.Option(help="Where people reach the director, such as https://fl.kutrrh.ke.")
    ] = None,
) -> None:
    """Make a link with which a person can sign in, once and within 15 minutes; it is printed this once."""
    settings = read_settings()
    director = opened_director()
    link = director.people.make_link(LOCAL_ADMIN, _role(role), EnvoyName(envoy) if envoy else None, _person(person))
    scheme = "https" if settings.tls_cert else "http"
    out.print(page_url(url, link) if url else sign_in_url(scheme, settings.host, settings.port, link))
    err.print(f"token {link.token_id}, until {link.expires_at:%Y-%m-%d %H:%M} UTC; it is not shown again")
    say_where_no_page_is()


@app.command("list")
@says_what_failed
def token_list(as_json: AsJson = False) -> None:
    """List the tokens, without their secrets."""
    members = opened_director().members
    listed = every_item(lambda **page: members.list_tokens(LOCAL_ADMIN, role=None, envoy_name=None, **page))
    if as_json:
        print_json(listed)
        return
    table = Table("id", "role", "hospital", "person", "expires", "revoked", "last used", "rotated to")
    for each in listed:
        moments = (f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (each.expires_at, each.revoked_at, each.last_used_at))
        table.add_row(each.id, each.role, each.envoy_name or "", each.person or "", *moments, each.successor_id or "")
    out.print(table)


@app.command("revoke")
@says_what_failed
def token_revoke(token_id: str) -> None:
    """Revoke a token at once."""
    opened_director().members.revoke_token(LOCAL_ADMIN, token_id)
    out.print(f"Token {token_id} is revoked.")


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
    members = opened_director().members
    token = members.rotate_token(LOCAL_ADMIN, token_id, _overlap(overlap) if overlap else None)
    _show_once(token, as_json)
    if not as_json:
        old = members.get_token(LOCAL_ADMIN, token_id)
        err.print(f"The old one, {old.id}, holds until {old.expires_at:%Y-%m-%d %H:%M} UTC")


def _show_once(token: IssuedToken, as_json: bool) -> None:
    if as_json:
        print_json(token)
        return
    out.print(token.token)
    err.print(f"id {token.id}, until {token.expires_at:%Y-%m-%d %H:%M} UTC; it is not shown again")


def _overlap(text: str) -> timedelta:
    return timedelta() if text == "0" else duration(text)


def _role(text: str) -> Role:
    try:
        return TypeAdapter[Role](Role).validate_python(text)
    except ValueError:
        raise UsageError(f"{text!r} is no role.", hint="Choose hospital, staff, analyst or admin.") from None


def _person(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return TypeAdapter[str](Person).validate_python(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is no name.", hint="Write one line of 1 to 100 characters, such as: Jane Wanjiru."
        ) from None
