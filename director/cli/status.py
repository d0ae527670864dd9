"""``fl-director status``: who is silent, what waits on whom, what a person must decide."""

from collections import Counter

from rich.table import Table

from contract.messages.overview import Matter, Overview, RoundCard, TileState
from contract.moments import shown_moment
from contract.names import TaskName
from contract.table_layout import needed
from director.cli.program import AsJson, Task, opened_director, out, print_json, says_what_failed
from director.members.access import LOCAL_ADMIN

_ASKED = {
    "round_failed": "a round failed: read why, then fl-director run resume",
    "run_paused": "a run is paused: fl-director run resume",
    "submission_quarantined": "a model is in quarantine: fl-director submission show",
    "statistics_quarantined": "statistics are in quarantine: fl-director statistics list",
    "version_waiting": "a version waits to be confirmed: fl-director model publish",
    "proposal_open": "another admin asks for your approval",
    "hospital_not_joined": "a hospital has not joined: fl-director envoy add gives a new code",
    "token_ends": "a token ends: fl-director token rotate",
    "backup_old": "make a backup: fl-director backup",
    "disk_short": "make room on the data folder's disk",
    "audit_broken": "the audit is not whole: fl-director audit verify",
}


@says_what_failed
def status(task: Task, as_json: AsJson = False) -> None:
    """Say who is silent, what waits on whom, and what you must decide."""
    director = opened_director()
    found = director.overview.overview(LOCAL_ADMIN, TaskName(task))
    if as_json:
        print_json(found)
        return
    _print_hospitals(found)
    out.print(_what_answers(found))
    for card in found.rounds:
        out.print(_sentence(card))
    if not found.rounds:
        out.print("No run is open.")
    if found.is_quiet:
        out.print("Nothing new is opened: the director is about to be stopped.")
    for channel in director.alerts.failing():
        out.print(f"alerts by {channel.name} fail since {shown_moment(channel.failed_at)}: {channel.why}")
    _print_matters(found.matters)


def _print_hospitals(found: Overview) -> None:
    states = Counter(each.state for each in found.hospitals)
    if not states:
        out.print("No hospitals yet. Add the first: fl-director envoy add NAME")
        return
    names: dict[TileState, str] = {
        "in_touch": "in touch",
        "silent": "silent",
        "enrolled": "not joined",
        "disabled": "disabled",
        "withdrawn": "withdrew",
    }
    out.print(f"hospitals: {', '.join(f'{states[state]} {said}' for state, said in names.items() if states[state])}")
    for each in found.hospitals:
        if each.state == "silent":
            out.print(f"silent: {each.envoy_name}, last seen {shown_moment(each.last_seen_at) or 'never'}")


def _what_answers(found: Overview) -> str:
    """Say which global model answers, and which hospitals' own do not though they have one."""
    stale = [f"{each.envoy_name} {each.version}" for each in found.hospitals if each.stale]
    own = f" Stale too: {', '.join(stale)}; let them train anew." if stale else ""
    if found.current is not None:
        return f"global model {found.current.version} of {found.task} is current.{own}"
    newest = next((each for each in reversed(found.versions) if each.stale), None)
    if newest is None:
        return f"No global model of {found.task} answers yet.{own}"
    return (
        f"No global model of {found.task} answers: the newest, {newest.version}, is stale, made for another definition "
        f"of it, such as other cut points. Let the hospitals train anew, then: fl-director aggregate.{own}"
    )


def _sentence(card: RoundCard) -> str:
    if card.number is None:
        which = f"run {card.run} ({card.run_state})"
    else:
        which = f"round {card.number} of {card.rounds}, run {card.run} ({card.run_state}): {card.state}"
        which += f", {len(card.returned)} of {card.invited} returned"
    waits = f"; waits for {', '.join(card.awaited)}" if card.awaited else ""
    silent = f" (silent: {', '.join(card.silent)})" if card.silent else ""
    until = f"; until {shown_moment(card.closes_at)} at the latest" if card.closes_at is not None else ""
    return f"{which}{waits}{silent}{until}. {card.reason or ''}".rstrip()


def _print_matters(matters: list[Matter]) -> None:
    if not matters:
        out.print("Nothing waits for you.")
        return
    table = Table("waits for you", needed("about"), "hospital", needed("since"), needed("until"), "why")
    for each in matters:
        about = f"{each.subject} version {each.version}" if each.kind.endswith("quarantined") else each.subject
        moments = (shown_moment(each.since), shown_moment(each.until))
        table.add_row(_ASKED[each.kind], about, each.envoy_name or "", *moments, each.reason or "")
    out.print(table)
