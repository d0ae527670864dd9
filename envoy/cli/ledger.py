"""``fl-envoy ledger``: everything that left this hospital."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from contract.moments import WRITTEN_AS, read_moment, shown_moment
from envoy.cli.program import AsJson, err, out, print_json, says_what_failed
from envoy.errors import SettingsError
from envoy.ledger import Entry, Ledger
from envoy.settings import read_settings

_USUALLY_SHOWN = 200


@says_what_failed
def ledger(
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            min=1,
            help=f"The newest so many; else {_USUALLY_SHOWN}, with --json all.",
            show_default=False,
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help=f"Only from this moment on: {WRITTEN_AS}.", show_default=False),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option("--before", metavar="WHEN", help="Only from before this moment.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show everything that left this hospital, the newest below: when, to whom, what, and what became of it."""
    kept = Ledger(read_settings().home_folder)
    first, end = _moment("--since", since), _moment("--before", before)
    entries = kept.entries()
    chosen = [each for each in entries if (first is None or first <= each.at) and (end is None or each.at < end)]
    shown = chosen[-(limit or (len(chosen) if as_json else _USUALLY_SHOWN)) :]
    if as_json:
        print_json([each.model_dump(mode="json") for each in shown])
    elif entries:
        _print(shown, of=len(chosen))
    else:
        out.print(f"Nothing has left this hospital, as far as {kept.path} knows. The first to leave: fl-envoy join")


def _print(entries: Sequence[Entry], of: int) -> None:
    for each in entries:
        what = f"{each.kind}, {each.bytes:,} bytes" + (f", sha256 {each.sha256}" if each.sha256 else "")
        out.print(f"{shown_moment(each.at, seconds=True)} to {each.to}: {what}: {each.outcome}")
    if not entries:
        out.print("Nothing left in that time; without --since and --before all is shown.")
    elif len(entries) < of:
        err.print(f"{len(entries):,} of {of:,}; more with --limit, others with --since and --before")


def _moment(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    at = read_moment(text, datetime.now(UTC))
    if at is None:
        raise SettingsError(f"{option} {text[:40]!r} is no moment.", hint=f"Write for example {WRITTEN_AS}.")
    return at
