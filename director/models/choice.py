"""Whose models an aggregate takes, and behind which scaler its result shall stand: as the admin asked for it."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregation.errors import NoUpdatesError
from contract.messages.global_models import AggregationRequest
from contract.names import EnvoyName
from contract.scaler import ScalerState
from contract.tasks import Task
from director.errors import ConflictError, NoModelError
from director.members.envoys import envoy_named, unknown_envoy
from director.models.contributions import ClosedSet, Making, close_set
from director.models.line import line_of
from director.models.standing import name_of
from director.records.schema import SubmissionFileRow, SubmissionRow
from director.records.verdicts import QUARANTINED
from director.submissions.kept import current_submissions, newest_submissions
from director.tasks.artifacts import Artifacts
from director.tasks.publications import current_global_model
from director.tasks.statistics import merged_scaler, newest_admitted

MERGED = "merged"


def close_chosen(
    session: Session, artifacts: Artifacts, task: Task, request: AggregationRequest, making: Making
) -> ClosedSet:
    """Read all that an aggregate as it was asked for is made from; raises as the functions below and ``close_set``."""
    rows = chosen(session, task, request.envoys, _trained_here(session, task) if request.trained_here else None)
    agreed = agreed_scaler(session, artifacts, task, request.scaler, making)
    is_named = request.envoys is not None or request.trained_here
    return close_set(session, artifacts, task, rows, agreed, making, is_named=is_named)


def chosen(
    session: Session, task: Task, names: Sequence[EnvoyName] | None, among: Collection[str] | None = None
) -> Sequence[SubmissionRow]:
    """Give the newest models of the named hospitals, or of all; those in quarantine too, for they keep their share.

    Args:
        session: A transaction.
        task: What they learn.
        names: The hospitals; None: all.
        among: The newest of these uploads alone; None: of all.

    Raises:
        NoUpdatesError: No hospital has a current model.
        NoModelError: A hospital that was named has none.
        ConflictError: A hospital that was named has a version in quarantine.
    """
    rows = newest_submissions(session, task, among)
    newest = {row.envoy.folded_name: row for row in rows if row.envoy.disabled_at is None}
    if names is None:
        if all(row.verdict == QUARANTINED for row in newest.values()):
            why = f" beside {len(newest)} in quarantine" if newest else ""
            raise NoUpdatesError(
                f"No hospital has a current model of this task{why}.",
                hint="Let the hospitals train and upload; or release what waits: fl-director submission list",
            )
        return list(newest.values())
    for name in names:
        row = newest.get(name.folded)
        if row is None:
            raise NoModelError(
                f"{name} has no current model of this task, or is disabled.",
                hint="See GET /envoys; leave it out, or let it train first.",
                envoy_name=name,
            )
        if row.verdict == QUARANTINED:
            raise ConflictError(
                f"Version {row.version} of {name} waits in quarantine.",
                hint="Release or reject it first, or leave the hospital out.",
                envoy_name=name,
                submission_id=row.id,
            )
    return [newest[folded] for folded in sorted({name.folded for name in names})]


def _trained_here(session: Session, task: Task) -> Collection[str]:
    """Give the uploads that were trained from B itself, that B's line has not counted, and whose files are kept."""
    line = line_of(session, task)
    here = {each for each, version in line.trained_from.items() if version == line.here and each not in line.counted}
    is_needed = SubmissionFileRow.role.in_(("model", "scaler"))
    pruned = select(SubmissionFileRow.submission_id).where(SubmissionFileRow.pruned_at.is_not(None), is_needed)
    found = here.difference(session.scalars(pruned))
    if not found:
        raise NoUpdatesError(
            f"No model that was trained from {name_of(line.here)} is kept and not yet counted.",
            hint="Let the hospitals train from it: open a run (fl-director run open), or let each train and upload.",
        )
    return found


def agreed_scaler(
    session: Session, artifacts: Artifacts, task: Task, choice: str, making: Making
) -> ScalerState | None:
    """Give the merged scaler, else the current version's; or one hospital's own, where the admin chose to reuse it.

    None: there is none yet, and the models' own are merged.

    Raises:
        UnknownEnvoyError: There is no such hospital, or it has neither statistics nor a model.
    """
    if choice == MERGED:
        current = current_global_model(session, task)
        merged = merged_scaler(session, task.name, making.bounds, making.minimum_hospitals)
        if merged is None and current is not None:
            # never the merge of those alone that happen to move: that would be theirs to read
            return artifacts.scaler(current.digest_of("scaler"))
        return merged
    envoy = envoy_named(session, EnvoyName(choice))
    current_models = current_submissions(session, task=task.name, envoys=[envoy.id])
    if not current_models:
        raise unknown_envoy(envoy.name)
    own = newest_admitted(session, envoy, task.name)
    return own or artifacts.scaler(current_models[0].digest_of("scaler"))
