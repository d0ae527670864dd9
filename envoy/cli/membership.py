"""``fl-envoy join | renew | status``: this hospital's place in a federation."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from contract.moments import shown_moment
from contract.plain_files import read_bounded
from envoy.address import read_address
from envoy.cli.program import (
    AsJson,
    client_of,
    err,
    joined,
    new_client,
    out,
    path_said,
    print_json,
    says_what_failed,
)
from envoy.cli.sending import SEND, waiting_line
from envoy.cli.showing import participation_facts, participation_line
from envoy.cli.tasks import look_at_tasks
from envoy.cli.versions import say_versions, versions_of
from envoy.errors import DataError
from envoy.home_lock import one_command
from envoy.joining import Joining
from envoy.membership import Membership, MembershipFile
from envoy.one_time_code import given_code
from envoy.operating_system import who_can_read
from envoy.outbox import Outbox
from envoy.own_words import HOW_TO_RENEW
from envoy.room import require_room
from envoy.settings import EnvoySettings, read_settings

_MAX_ISSUED_BYTES = 1 << 16
_TWO_HOSPITALS = (
    "Mind: in a federation of two hospitals, each can compute the other's statistics, and the other's model, from what "
    'is shared. See docs/hospital.md, "What leaves, exactly".'
)


@says_what_failed
def join(
    director: Annotated[str, typer.Option(help="The director's address.")],
    code: Annotated[
        str | None, typer.Option(help="The one-time code from the consortium's admin; others here can see it.")
    ] = None,
    code_file: Annotated[
        Path | None,
        typer.Option(
            "--code-file", parser=path_said, metavar="FILE", help="The file that holds the code; - is standard input."
        ),
    ] = None,
    insecure_http: Annotated[
        bool, typer.Option("--insecure-http", help="Let the token travel unencrypted to another machine.")
    ] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Accept cut points that the consortium has moved.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put this membership in the place of another one that the home holds.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Join a federation: trade the one-time code for this hospital's token."""
    settings, secret = read_settings(), given_code(code, code_file)
    director = read_address(director).url
    require_room(settings.home_folder, "ENVOY_HOME")
    with one_command(settings.home_folder):
        home = Joining(settings.home_folder, director, replace=replace)
        token = new_client(settings, director, None, insecure_http=insecure_http).join(secret)
        membership = home.membership_of(token, insecure_http=insecure_http or settings.insecure_http)
        said = _kept_or_shown(home, membership)
    if said is not None:
        err.print(said)
    _say_membership(settings, membership, as_json)
    err.print(_TWO_HOSPITALS)
    client = client_of(settings, membership)
    look_at_tasks(settings, client, accept_all=accept)
    if not as_json:
        say_versions(versions_of(client))


def _kept_or_shown(home: Joining, membership: Membership) -> str | None:
    """Keep what was joined; where the disk fails after all, show the token to a person, for its code is spent."""
    try:
        return home.keep(membership)
    except OSError as error:
        why = f"The code is spent, and the token can't be kept in {home.place}: {error.strerror or error}."
        if not sys.stderr.isatty():
            raise DataError(why, hint="Mend that, and ask the consortium's admin for a new code.") from error
        err.print(membership.model_dump_json())
        raise DataError(
            why, hint=f"Put the line above into {home.place}, readable by you alone: it is shown once."
        ) from error


@says_what_failed
def renew(
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            parser=path_said,
            metavar="FILE",
            help="The file of the admin's JSON; else standard input.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take the token that stands in the place of this hospital's own, as the JSON that the admin was given."""
    settings = read_settings()
    membership = MembershipFile(settings.home_folder).read()
    renewed = membership.renewed(_issued(file), str(file) if file else "standard input")
    require_room(settings.home_folder, "ENVOY_HOME")
    client_of(settings, renewed).envoy(renewed.envoy_name)  # the old one stays unless it holds
    _keep(settings, renewed, as_json)


def _issued(file: Path | None) -> bytes:
    """Read what the admin gave, however it was saved."""
    if file is not None:
        return read_bounded(file.expanduser(), _MAX_ISSUED_BYTES)
    if sys.stdin.isatty():
        err.print("Paste the admin's JSON, then end the input (Ctrl-D; on Windows Ctrl-Z and Enter).")
    return sys.stdin.buffer.read(_MAX_ISSUED_BYTES)


@says_what_failed
def status(as_json: AsJson = False) -> None:
    """Show how the director sees this hospital, and what a participating envoy of this home is doing."""
    settings = read_settings()
    if not as_json:
        _print_what_is_known_here(settings)  # first: it is known without a link
    client, membership = joined(settings)
    seen, submissions = client.envoy(membership.envoy_name), client.submissions(limit=10).items
    expected = client.expectation(membership.envoy_name)
    versions = versions_of(client)
    if as_json:
        outbox = Outbox(settings.home_folder, membership.director)
        print_json(
            {
                "home": str(settings.home_folder),
                "director": membership.director,
                "token_expires_at": membership.expires_at.isoformat(),
                "versions": versions,
                "envoy": seen.model_dump(mode="json"),
                "expected_examples": expected,
                "participation": participation_facts(settings.home_folder),
                "waiting": [str(outbox.place(key)) for key in outbox.waiting()],
                "submissions": [each.model_dump(mode="json") for each in submissions],
            }
        )
        return
    out.print(f"{seen.envoy_name} is {seen.state} at {membership.director}.")
    say_versions(versions)
    if expected is not None:
        out.print(f"The consortium's admin expects at most {expected:,} training patients of it.")
    if not submissions:
        out.print("Nothing was uploaded yet. To train and upload: fl-envoy train, or fl-envoy participate")
        return
    table = Table("when", "task", "verdict", "version", "what was found", title="The newest uploads")
    for each in submissions:
        found = [check.sentence for check in each.checks if not check.passed]
        if each.decision:
            found.append(f"{each.decision.verdict} by the admin: {each.decision.reason}")
        said = "; ".join(found)
        table.add_row(shown_moment(each.created_at), each.task, each.verdict, str(each.version or ""), said)
    out.print(table)


def _print_what_is_known_here(settings: EnvoySettings) -> None:
    """Say what the home tells: whose it is, until when, what it is doing, and what waits to be sent."""
    home, now = settings.home_folder, datetime.now(UTC)
    membership = MembershipFile(home).read()
    ended = membership.expires_at <= now
    until = f"its token {'ended' if ended else 'holds until'} {shown_moment(membership.expires_at)}"
    out.print(f"Home {home}: {membership.envoy_name}; {until}.{f' {HOW_TO_RENEW}' if ended else ''}")
    taking_part = participation_line(home, now)
    if taking_part is not None:
        out.print(taking_part)
    outbox = Outbox(home, membership.director)
    waiting = outbox.waiting()
    for key in waiting:
        out.print(waiting_line(outbox, key))
    if waiting:
        out.print(f"To send what waits: {SEND}")
    for each in outbox.for_others():
        out.print(f"For another director waits {each}.")


def _keep(settings: EnvoySettings, membership: Membership, as_json: bool) -> None:
    MembershipFile(settings.home_folder).write(membership)
    _say_membership(settings, membership, as_json)


def _say_membership(settings: EnvoySettings, membership: Membership, as_json: bool) -> None:
    if as_json:
        print_json({"envoy_name": membership.envoy_name, "expires_at": membership.expires_at.isoformat()})
        return
    out.print(f"A member as {membership.envoy_name} until {shown_moment(membership.expires_at)}.")
    path = MembershipFile(settings.home_folder).path
    out.print(f"The token is in {path}, {who_can_read(path)}.")
