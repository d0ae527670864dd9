"""What happens to a task's statistics and starts."""

import logging

from contract.names import Digest, EnvoyName, TaskName
from director.records.events import Event


class TaskEvent(Event):
    """Something was done to a task."""

    about = ("task",)

    task: TaskName
    digest: Digest


class TaskAdded(TaskEvent, act="task.add"):
    """The federation learns a task, defined so, from now on."""


class TaskRetired(TaskEvent, act="task.retire"):
    """The federation learns it no more; what was learned stays."""


class StatisticsEvent(Event):
    """Something was done to a hospital's report."""

    about = ("envoy",)

    envoy: EnvoyName
    task: TaskName
    version: int


class StatisticsKept(StatisticsEvent, act="statistics.keep"):
    """A hospital's report was kept."""


class StatisticsQuarantined(StatisticsEvent, act="statistics.quarantine"):
    """The gate holds a report back."""

    level = logging.WARNING

    failed: tuple[str, ...]


class StatisticsAdmitted(StatisticsEvent, act="statistics.admit"):
    """A report that was held back counts again, now that others have come."""

    failed: tuple[str, ...] = ()


class StatisticsReleased(StatisticsEvent, act="statistics.release"):
    """A person let a report count."""

    reason: str


class StatisticsWithdrawn(StatisticsEvent, act="statistics.withdraw"):
    """A person took a report out."""

    reason: str


class StartRenewed(Event, act="start.renew"):
    """Hospitals start from something else from now on."""

    about = ("task",)

    task: TaskName
    base: Digest
    model: Digest
    scaler: Digest | None
    version: int | None


class StartRead(Event, act="start.read"):
    """A hospital fetched the model of a start."""

    about = ("task",)

    task: TaskName
    model: Digest
