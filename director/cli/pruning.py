"""``fl-director prune``: let go what nothing needs any more, by the rule and the periods that the settings declare."""

from typing import Annotated

import typer
from pydantic import BaseModel

from director.cli.program import AsJson, opened_director, out, print_json, says_what_failed
from director.members.access import LOCAL_ADMIN
from director.upkeep.pruning import Pruning, Rule

_IN_WORDS = {
    "keep_versions": "versions of hospitals beyond the newest",
    "version_days": "versions of hospitals by their age",
    "rejected_version_days": "versions that a person took out",
    "max_staleness": "starts that nobody trains from any more",
    "training_log_days": "training logs of versions",
    "report_days": "reports of statistics that newer ones replaced",
    "refused_days": "refused uploads",
    "code_days": "one-time codes that ended",
    "ended_token_days": "tokens that ended",
    "decided_proposal_days": "proposals that were decided",
    "key_days": "keys of repeated requests",
    "sessions": "sessions and sign-in links that ended",
    "log_days": "logs of the director, gone or set aside",
    "training_logs": "logs of hospitals' training, gone or set aside",
}
"""A setting, or a period that is none → what goes by it."""


class Pruned(BaseModel):
    """What went, or would go."""

    versions: dict[str, str]
    logs: dict[str, str]
    went: dict[str, int]
    files: int
    bytes: int
    starts: int
    keep_versions: int
    max_staleness: int
    dry_run: bool


@says_what_failed
def prune(
    keep_versions: Annotated[
        int | None,
        typer.Option("--keep-versions", min=2, help="Of each hospital and task; else as the settings say."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let go what nothing needs, or what is older than its period: lineage, audit and all that may still count stay."""
    director = opened_director()
    settings = director.settings
    versions = settings.keep_versions if keep_versions is None else keep_versions
    rule = Rule(versions, settings.max_staleness, settings.retention)
    pruning = director.upkeep.prune(LOCAL_ADMIN, rule, is_real=not dry_run)
    if as_json:
        print_json(_as_message(pruning, rule, dry_run=dry_run))
        return
    for hospital, numbers in pruning.by_hospital.items():
        out.print(f"{hospital}: versions {numbers}")
    for hospital, numbers in pruning.logs_by_hospital.items():
        out.print(f"{hospital}: training logs of versions {numbers}")
    for name, number in pruning.periods.items():
        days = getattr(rule.periods, name, None)
        out.print(f"{number:,} {_IN_WORDS[name]} ({name}{f' {days}' if days else ''})")
    went = "would go" if dry_run else "gone"
    out.print(
        f"{went}: {len(pruning.versions):,} versions of {pruning.bytes:,} bytes, {len(pruning.starts):,} starts; "
        f"kept: the newest {rule.versions} of each hospital and task, and whatever else the rule names"
    )


def _as_message(pruning: Pruning, rule: Rule, *, dry_run: bool) -> Pruned:
    return Pruned(
        versions=dict(pruning.by_hospital),
        logs=dict(pruning.logs_by_hospital),
        went=dict(pruning.periods),
        files=len(pruning.files),
        bytes=pruning.bytes,
        starts=len(pruning.starts),
        keep_versions=rule.versions,
        max_staleness=rule.max_staleness,
        dry_run=dry_run,
    )
