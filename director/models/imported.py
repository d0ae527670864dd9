"""A global model that was made elsewhere, by the admin's script or another engine: read strictly, lineage checked."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregation.counting import Count
from aggregation.sameness import are_same
from aggregation.screening import Bounds
from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import ScalerFile, read_scaler_file, write_scaler
from contract.errors import ArtifactError
from contract.messages.engine_plans import EngineRun
from contract.messages.global_models import Card, CardInput, Lineage
from contract.names import Digest
from contract.network import State
from contract.parts import GLOBAL_FILES, GlobalFileRole
from contract.scaler import ScalerState
from contract.tasks import Task
from director.errors import ConflictError, MalformedRequestError, NotFoundError
from director.models.contributions import ClosedSet, Making, closed_of, counts_of
from director.models.draft import Draft, digest_of_model, judged
from director.models.notes import notes_on
from director.models.publishing import is_waiting
from director.models.screened import Screened, screen
from director.models.standing import is_late
from director.records.schema import GlobalModelRow, SubmissionFileRow, SubmissionRow
from director.records.verdicts import ADMITTED
from director.tasks.artifacts import Artifacts

IMPORTED = "imported"
_NAMELESS = "?"
_PLAN_ANEW = "Plan the run anew: fl-director run plan FOLDER"


def draft_imported(
    session: Session, artifacts: Artifacts, task: Task, model: bytes, scaler: bytes, card: bytes, making: Making
) -> Draft:
    """Take what ``python -m aggregation`` made, its models held against each other as an aggregate would hold them.

    Likewise what a run under another engine made, each input of which its own hospital must have uploaded.

    Raises:
        ArtifactError: A file is not what the contract allows, or not the one that the card digests.
        MalformedRequestError: The card is not one of the script's, or a run's that does not say whose an input is.
        NotFoundError: The card names an input that no hospital ever submitted; of a run: that the hospital did not.
        ExamplesOutOfBoundsError: A hospital counts for more than the task takes of anyone.
        ConflictError: A hospital counts twice, two have one model, one counts for more than it may, or a model does
            not pass beside the others.
    """
    state, file, claims = _read_files(task, model, scaler, card)
    rows = [_claimed_row(session, task, claim, claims.run) for claim in claims.inputs]
    _require_one_each([row.envoy.name for row in rows])
    _require_one_each(_named(claims.inputs, task))
    for claim in claims.inputs:
        task.require_no_more_examples(claim.num_examples)
    counts = counts_of(session, task, rows, [claim.num_examples for claim in claims.inputs], making.bounds)
    _require_uncapped(session, task, rows, counts, making.bounds, claims.run)
    closed = closed_of(session, artifacts, task, rows, counts, file.state)
    _require_different(closed, file.state, claims.run)
    screened = screen(closed, task, making.bounds)
    _require_passed(screened, claims.run)
    inputs = [
        each.as_input(claim.weight).model_copy(update={"num_examples": claim.num_examples})
        for each, claim in zip(screened, claims.inputs, strict=True)
    ]
    on_the_table, result = judged(task, state, file.state, closed.reference, making.bounds)
    lineage = Lineage(
        strategy=f"{IMPORTED}:{claims.strategy[:60]}",
        parameters={},
        scaler=IMPORTED,
        num_examples=sum(each.num_examples for each in inputs),
        inputs=sorted(inputs, key=lambda each: each.envoy_name.folded),
        held_out=result,
        metrics={},
        parent=closed.line.parent,
        notes=[
            *_made_under(claims.run),
            *closed.notes,
            *notes_on(closed.contributions, len(rows), making),
            *_other_starts(closed),
        ],
        engine_run=claims.run,
    )
    return Draft(task, state, file.state, lineage, on_the_table, closed.table_sha256)


def version_imported(session: Session, task: Task, model: bytes, scaler: bytes, card: bytes) -> GlobalModelRow | None:
    """Find the version that these very files gave before: the same numbers of the same uploads, weighed alike.

    One that waits to be confirmed is none: it is looked at again. Raises as ``draft_imported`` where a file is none.
    """
    state, file, claims = _read_files(task, model, scaler, card)
    files: dict[GlobalFileRole, Digest] = {
        "model": digest_of_model(state, task),
        "scaler": Digest.of(write_scaler(file.state)),
    }
    claimed = Counter((each.model_sha256, each.num_examples, each.weight) for each in claims.inputs)
    of_task = select(GlobalModelRow).where(
        GlobalModelRow.task == task.name,
        GlobalModelRow.task_digest == task.digest,
        GlobalModelRow.scaler == IMPORTED,
    )
    for row in session.scalars(of_task.order_by(GlobalModelRow.id.desc())):
        counted = Counter((each["model_sha256"], each["num_examples"], each["weight"]) for each in row.inputs)
        is_it = all(row.digest_of(role) == sha256 for role, sha256 in files.items()) and counted == claimed
        if is_it and not is_waiting(session, row):
            return row
    return None


def _read_files(task: Task, model: bytes, scaler: bytes, card: bytes) -> tuple[State, ScalerFile, Card]:
    """Read what the script wrote, and hold it against its own card."""
    state, file = read_model(model, task.layout), read_scaler_file(scaler, len(task.columns))
    file.require_features(list(task.column_names))
    claims = _read_card(card)
    for name, data, claimed in (
        (GLOBAL_FILES["model"], model, claims.sha256),
        (GLOBAL_FILES["scaler"], scaler, claims.scaler_sha256),
    ):
        if claimed != Digest.of(data):
            raise ArtifactError(f"{name} is not the one that card.json describes.", hint="Run the script again.")
    return state, file, claims


def _claimed_row(session: Session, task: Task, claim: CardInput, run: EngineRun | None) -> SubmissionRow:
    """Find the upload that an input is of: the named hospital's where it has one; a run's is of no other."""
    if run is not None and claim.envoy_name == _NAMELESS:
        raise MalformedRequestError(
            f"card.json is of {run.engine}'s run {run.id}, and does not say whose an input is.",
            hint="An engine's run names the hospital of each: see docs/engines.md.",
        )
    rows = (
        session.scalars(
            select(SubmissionRow)
            .join(SubmissionFileRow, SubmissionFileRow.submission_id == SubmissionRow.id)
            .where(
                SubmissionRow.task == task.name,
                SubmissionRow.task_digest == task.digest,
                SubmissionRow.verdict == ADMITTED,
                SubmissionFileRow.role == "model",
                SubmissionFileRow.sha256 == claim.model_sha256,
            )
            .order_by(SubmissionRow.created_at.desc())
        )
        .unique()
        .all()
    )
    enabled = [row for row in rows if row.envoy.disabled_at is None]
    named = [row for row in enabled if row.envoy.name == claim.envoy_name]
    if run is not None and not named:
        name = claim.envoy_name[:63]
        raise NotFoundError(
            f"card.json counts an update of {name!r} in {run.engine}'s run {run.id} that {name!r} has not sent itself, "
            "or that is not admitted.",
            hint=f"Let {name} send its bundle of the run: fl-envoy send BUNDLE; then import again.",
        )
    if not enabled:
        raise NotFoundError(
            f"card.json names a model of {claim.envoy_name[:63]!r} that no enabled hospital's upload holds now.",
            hint="Run the script on the folders under received_results/ as they are.",
        )
    return (named or enabled)[0]


def _made_under(run: EngineRun | None) -> Iterator[str]:
    """Say of a run's model what of it the director has seen."""
    if run is not None:
        engine = run.engine[0].upper() + run.engine[1:]
        yield (
            f"{engine} made it in {run.length} (run {run.id}): the director checked each hospital's last update by its "
            "own upload; what came before rests on the run's word."
        )


def _other_starts(closed: ClosedSet) -> Iterator[str]:
    """Say whose models were trained from something else than the current version."""
    others = [each.row.envoy.name for each in closed.contributions if is_late(each.row, closed.line)]
    if others:
        yield (
            f"It averages models of other starts than the current version ({', '.join(others)}): what the federation "
            "learned since those may be lost."
        )


def _named(inputs: Sequence[CardInput], task: Task) -> list[str]:
    """Give the hospitals that a card names; a script of before wrote the task's name where that was the folder's."""
    return [claim.envoy_name for claim in inputs if claim.envoy_name not in (_NAMELESS, task.name)]


def _require_one_each(names: Sequence[str]) -> None:
    for name, number in Counter(name.casefold() for name in names).items():
        if number > 1:
            shown = next(each for each in names if each.casefold() == name)
            raise ConflictError(
                f"card.json counts {shown} {number} times.", hint="Give the script each hospital's folder once."
            )


def _require_uncapped(
    session: Session,
    task: Task,
    rows: Sequence[SubmissionRow],
    counts: Sequence[Count],
    bounds: Bounds,
    run: EngineRun | None,
) -> None:
    """Refuse a card in which a hospital counts for more than it may; what was averaged can't be weighed anew here."""
    capped = [(row, each) for row, each in zip(rows, counts, strict=True) if each.is_capped]
    if not capped:
        return
    row, first = capped[0]
    weights = " ".join(str(number) for number in _passing(session, task, rows, counts, bounds))
    again = f"Run the script again with --weights {weights} (in the card's order)" if run is None else _PLAN_ANEW
    raise ConflictError(
        f"card.json counts {row.envoy.name} with {first.claimed:,} examples; it counts as at most "
        f"{first.counted:,}: {first.limit}.",
        hint=f"{again}; or, where the hospital truly is so large, say so first: "
        f"fl-director envoy expect {row.envoy.name} N (or envoy add --expect N).",
        envoy_name=row.envoy.name,
    )


def _passing(
    session: Session, task: Task, rows: Sequence[SubmissionRow], counts: Sequence[Count], bounds: Bounds
) -> Sequence[int]:
    """Give weights that no cap bites any more: lowering one may lower what another may count for."""
    while any(each.is_capped for each in counts):
        counts = counts_of(session, task, rows, [each.counted for each in counts], bounds)
    return [each.counted for each in counts]


def _require_different(closed: ClosedSet, scaler: ScalerState, run: EngineRun | None) -> None:
    for place, each in enumerate(closed.contributions):
        for other in closed.contributions[:place]:
            if are_same(other.model, each.model, scaler):
                raise ConflictError(
                    f"{other.row.envoy.name} and {each.row.envoy.name} hold the same model.",
                    hint="Leave out the later one, and run the script again."
                    if run is None
                    else _without(each.row.envoy.name),
                )


def _require_passed(screened: Sequence[Screened], run: EngineRun | None) -> None:
    for each in screened:
        if not each.counts:
            failed = next(check for check in each.checks if not check.passed)
            raise ConflictError(
                f"{each.contribution.row.envoy.name}: {failed.sentence}",
                hint="Leave its folder out and run the script again; or look at the same models with: "
                "fl-director aggregate --dry-run"
                if run is None
                else _without(each.contribution.row.envoy.name),
                check=failed.name,
            )


def _without(name: str) -> str:
    """Say how a run under another engine is carried out without a hospital."""
    return f"{_PLAN_ANEW}, without the hospital where it shall not take part (fl-director envoy disable {name})."


def _read_card(data: bytes) -> Card:
    try:
        return Card.model_validate_json(data)
    except ValidationError as error:
        raise MalformedRequestError(
            "card.json is not one that python -m aggregation writes.", hint="Run the script again."
        ) from error
