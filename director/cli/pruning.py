"""``fl-director prune``: let the files go that nothing needs any more, by the rule that the settings declare."""

from typing import Annotated

import typer
from pydantic import BaseModel

from director.cli.program import AsJson, opened_director, out, print_json, says_what_failed
from director.members.access import LOCAL_ADMIN
from director.upkeep.pruning import Pruning, Rule


class Pruned(BaseModel):
    """What went, or would go."""

    versions: dict[str, str]
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
    """Let files go that nothing needs: rows, lineage, the audit and all that may still count stay."""
    director = opened_director()
    settings = director.settings
    rule = Rule(settings.keep_versions if keep_versions is None else keep_versions, settings.max_staleness)
    pruning = director.upkeep.prune(LOCAL_ADMIN, rule, is_real=not dry_run)
    if as_json:
        print_json(_as_message(pruning, rule, dry_run=dry_run))
        return
    for hospital, versions in pruning.by_hospital.items():
        out.print(f"{hospital}: versions {versions}")
    went = "would go" if dry_run else "gone"
    out.print(
        f"{went}: {len(pruning.versions):,} versions of {pruning.bytes:,} bytes, {len(pruning.starts):,} starts; "
        f"kept: the newest {rule.versions} of each hospital and task, and whatever else the rule names"
    )


def _as_message(pruning: Pruning, rule: Rule, *, dry_run: bool) -> Pruned:
    return Pruned(
        versions=dict(pruning.by_hospital),
        files=len(pruning.files),
        bytes=pruning.bytes,
        starts=len(pruning.starts),
        keep_versions=rule.versions,
        max_staleness=rule.max_staleness,
        dry_run=dry_run,
    )
