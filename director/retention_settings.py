"""How long what is kept is kept, in days: a period for each kind of thing that may go. Knows of no letting go.

What has no period here is kept for good, or bounded otherwise; docs/admin.md has the whole table, with the reasons.
"""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Days = Annotated[int, Field(ge=0, le=36_500)]
"""0: age alone lets nothing go."""


class RetentionSettings(BaseModel):
    """The periods that ``fl-director prune`` applies; 0: age alone lets nothing go.

    Args:
        version_days: The files of a hospital's versions that came longer ago, although they are among the newest
            ``keep_versions``. What is needed stays, whatever its age (``director.upkeep.pruning``).
        rejected_version_days: The files of a version that a person took out longer ago: it counts nowhere any more.
        training_log_days: The training logs of versions that came longer ago; their models are not asked.
        report_days: Reports of statistics whose place a newer one took longer ago.
        refused_days: What is known of uploads that were refused longer ago.
        code_days: One-time codes that were used, or ended, longer ago.
        ended_token_days: What is known of tokens that ended longer ago, with whose they were.
        decided_proposal_days: Proposals that were decided, or lapsed, longer ago.
        key_days: So long a request may be repeated under its key.
        log_days: Lines of the logs in ``logs/``; each is kept at least half as long.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version_days: Days = 0
    rejected_version_days: Days = 90
    training_log_days: Days = 365
    report_days: Days = 365
    refused_days: Days = 365
    code_days: Days = 30
    ended_token_days: Days = 0
    decided_proposal_days: Days = 0
    key_days: Annotated[int, Field(ge=1, le=36_500)] = 30
    log_days: Days = 365


NO_PERIODS = RetentionSettings(
    rejected_version_days=0, training_log_days=0, report_days=0, refused_days=0, code_days=0, log_days=0
)
"""What stays whatever its age, but for the keys of repeated requests."""


def before(now: datetime, days: int) -> datetime | None:
    """Give the moment before which something goes; None: nothing does."""
    return now - timedelta(days=days) if days else None
