"""When a run ends before its last round: nothing has become better for some rounds.

The version of each round has a score, its loss: on the validation table where there is one, else the median of what
the hospitals that made it report of their own held-out patients, so that none alone decides. Where nobody says, the
round counts neither way. Source of the rule: Prechelt 1998, "Early stopping - but when?".
"""

from collections.abc import Sequence
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from director.records.run_schema import RoundRow, RunRow
from director.records.schema import GlobalModelRow

Scores = Sequence[tuple[int, float | None]]
"""A version and its score, less is better; by round."""


def score_of(version: GlobalModelRow) -> float | None:
    """Score a version; None: nobody says how well it does."""
    if version.held_out is not None:
        return _number(version.held_out.get("loss"))
    said = [_number(version.metrics.get(each["envoy_name"], {}).get("loss")) for each in version.inputs]
    known = [loss for loss in said if loss is not None]
    return median(known) if known else None


def scores_of(session: Session, run: RunRow) -> Scores:
    """Give the scores of a run's versions that were published."""
    of_run = select(GlobalModelRow.version, RoundRow.score).join(RoundRow, GlobalModelRow.round_id == RoundRow.id)
    rows = session.execute(of_run.where(RoundRow.run_id == run.id, RoundRow.state == "published").order_by(RoundRow.id))
    return [(version, score) for version, score in rows]


def best_of(scores: Scores) -> int | None:
    """Give the version that did best, of several the first; None: none has a score."""
    known = [(score, place) for place, (_, score) in enumerate(scores) if score is not None]
    return scores[min(known)[1]][0] if known else None


def why_over(scores: Scores, patience: int | None) -> str | None:
    """Say why a run is over before its last round; None: it goes on."""
    best = best_of(scores)
    if patience is None or best is None:
        return None
    scored = [version for version, score in scores if score is not None]
    since = len(scored) - 1 - scored.index(best)
    if since < patience:
        return None
    return f"None of the last {since} rounds was better than global model {best}."


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
