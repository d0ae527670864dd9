"""``fl-director token``: tokens of hospitals, their staff, analysts and admins."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.table import Table

from contract.agreement import require_agreement
from contract.messages.base import Role
from contract.messages.tokens import IssuedToken, Person, TokenDescription
from contract.moments import shown_moment
from contract.names import EnvoyName
from contract.table_layout import needed
from director.assembly import Director
from director.cli.links import page_url, say_where_no_page_is, sign_in_url
from director.cli.listing import Before, Limit, Listed, Since, print_list, read_list, whole_id
from director.cli.program import AsJson, Yes, duration, err, opened_director, out, print_json, says_what_failed
from director.errors import UsageError
from director.members.access import LOCAL_ADMIN
from director.members.tokens import owner_of
from director.records.paging import MAX_PAGE
from director.settings import read_settings

app = typer.Typer(no_args_is_help=True, help="Tokens of hospitals, their staff, analysts and admins.")

Id = Annotated[str, typer.Argument(metavar="ID", help="The token's id, or as much of it as names one.")]


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
    err.print(f"token {link.token_id}, until {shown_moment(link.expires_at)}; it is not shown again")
    say_where_no_page_is()


@app.command("list")
@says_what_failed
def token_list(
    everything: Annotated[bool, typer.Option("--all", help="Also those that hold no more.")] = False,
    limit: Limit = None,
    since: Since = None,
    before: Before = None,
    as_json: AsJson = False,
) -> None:
    """List the tokens that hold, whose they are and which are in use, without their secrets; --json lists all."""
    page_of = partial(opened_director().members.list_tokens, LOCAL_ADMIN, role=None, envoy_name=None)
    found = read_list(page_of, None, since, before, as_json=True)  # which is in use shows only among all of them
    shown = found.items if everything or as_json else [each for each in found.items if each.holds]
    listed = Listed(shown[: limit or (None if as_json else MAX_PAGE)], len(shown), found.is_narrowed)
    cells = partial(_cells, in_use=_in_use(found.items))
    moments = needed("expires"), needed("last used")
    table = Table(needed("id"), "role", "whose", "state", *moments, needed("rotated to"))
    nothing = "No token holds. Issue one: fl-director token issue --role admin --person NAME"
    print_list(listed, table, cells, as_json, nothing=nothing)
    if len(shown) < len(found.items):
        out.print(f"{len(found.items) - len(shown)} that hold no more are not shown: fl-director token list --all")


@app.command("revoke")
@says_what_failed
def token_revoke(
    token_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Its id, or as much of it as names one.")
    ] = None,
    envoy: Annotated[str | None, typer.Option(help="All tokens of this hospital, its machine's and staff's.")] = None,
    yes: Yes = False,
) -> None:
    """Revoke a token, or all of a hospital's, at once and for good. Asks first."""
    director = opened_director()
    if (token_id is None) == (envoy is None):
        raise UsageError("Name one token, or one hospital.", hint="fl-director token revoke ID, or: --envoy NAME")
    if token_id is not None:
        _revoke_one(director, token_id, yes)
    elif envoy is not None:
        _revoke_all_of(director, EnvoyName(envoy), yes)


def _revoke_one(director: Director, token_id: str, yes: bool) -> None:
    token = director.members.get_token(LOCAL_ADMIN, _whole(director, token_id))
    if token.holds:
        used = f"last used {shown_moment(token.last_used_at)}" if token.last_used_at else "never used"
        require_agreement(
            f"Token {token.id} of {owner_of(token)}, {used}, stops to hold at once, for good.", agreed=yes
        )
    director.members.revoke_token(LOCAL_ADMIN, token.id)
    out.print(f"Token {token.id} is revoked.")


def _revoke_all_of(director: Director, name: EnvoyName, yes: bool) -> None:
    ties = director.overview.ties(LOCAL_ADMIN, name)
    if ties.tokens:
        require_agreement(f"Of {ties.envoy_name} {ties.named_tokens} stop to hold at once, for good.", agreed=yes)
    revoked = director.members.revoke_tokens_of(LOCAL_ADMIN, name)
    for each in revoked:
        out.print(f"Token {each.id} of {owner_of(each)} is revoked.")
    if not revoked:
        out.print(f"{ties.envoy_name} has no token that could be revoked.")
    if ties.has_code:
        err.print(f"Mind: {ties.envoy_name} has a one-time code still; envoy disable ends it too.")


def _in_use(listed: Sequence[TokenDescription]) -> frozenset[str]:
    """Name of each owner the token that was used last, of those that hold."""
    newest: dict[tuple[str, str], TokenDescription] = {}
    used = [each for each in listed if each.holds and each.last_used_at is not None]
    for each in sorted(used, key=lambda each: each.last_used_at or each.created_at):
        newest[each.role, owner_of(each)] = each
    return frozenset(each.id for each in newest.values())


def _state(token: TokenDescription, *, is_in_use: bool) -> str:
    if token.revoked_at is not None:
        return f"revoked {shown_moment(token.revoked_at)}"
    if not token.holds:
        return "expired" if token.expires_at <= datetime.now(UTC) else "hospital disabled"
    if is_in_use:
        return "in use"
    return "never used" if token.last_used_at is None else "holds, another is in use"


@app.command("rotate")
@says_what_failed
def token_rotate(
    token_id: Id,
    overlap: Annotated[
        str | None, typer.Option(help="How long the old one still holds, such as 24h; 0 ends it at once.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Issue a token in another's place; it is printed this once, and the old one holds until the overlap ends."""
    director = opened_director()
    whole = _whole(director, token_id)
    token = director.members.rotate_token(LOCAL_ADMIN, whole, _overlap(overlap) if overlap else None)
    _show_once(token, as_json)
    if not as_json:
        old = director.members.get_token(LOCAL_ADMIN, whole)
        err.print(f"The old one, {old.id}, holds until {shown_moment(old.expires_at)}")


def _whole(director: Director, typed: str) -> str:
    return whole_id(director.members.token_ids_beginning_with(typed), typed, "tokens")


def _cells(each: TokenDescription, in_use: frozenset[str]) -> Sequence[str]:
    moments = map(shown_moment, (each.expires_at, each.last_used_at))
    state = _state(each, is_in_use=each.id in in_use)
    return each.id, each.role, owner_of(each), state, *moments, each.successor_id or ""


def _show_once(token: IssuedToken, as_json: bool) -> None:
    if as_json:
        print_json(token)
        return
    out.print(token.token)
    err.print(f"id {token.id}, until {shown_moment(token.expires_at)}; it is not shown again")


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
