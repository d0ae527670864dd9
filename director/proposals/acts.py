"""The acts that may wait for a second admin: what is asked, whether it could be done now, and doing it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from pydantic import JsonValue
from sqlalchemy.orm import Session

from contract.messages.proposals import ProposedAct
from contract.names import EnvoyName, TaskName
from director.errors import ConflictError
from director.members.access import Principal
from director.members.envoys import envoy_named
from director.models.service import Models
from director.models.versions import require_publishable
from director.records.ledger import Act
from director.records.schema import GlobalModelRow
from director.records.verdicts import require_decidable
from director.submissions.kept import submission_with_id
from director.submissions.service import Submissions
from director.tasks.catalogue import Catalogue
from director.tasks.publications import current_global_model, published
from director.tasks.service import Tasks
from director.tasks.statistics import report_of


@dataclass(frozen=True)
class Publication:
    """A global version becomes the current one."""

    act: ClassVar[ProposedAct] = "publish"

    task: TaskName
    version: int

    @property
    def subject(self) -> str:
        """What it is done to."""
        return f"{self.task} {self.version}"


@dataclass(frozen=True)
class ModelRelease:
    """A model in quarantine counts."""

    act: ClassVar[ProposedAct] = "release"

    submission_id: str

    @property
    def subject(self) -> str:
        """What it is done to."""
        return self.submission_id


@dataclass(frozen=True)
class ReportRelease:
    """A hospital's report in quarantine counts in the common scaler."""

    act: ClassVar[ProposedAct] = "release"

    envoy_name: EnvoyName
    task: TaskName
    version: int

    @property
    def subject(self) -> str:
        """What it is done to."""
        return f"{self.envoy_name} {self.task} {self.version}"


@dataclass(frozen=True)
class Disabling:
    """A hospital takes no part any more."""

    act: ClassVar[ProposedAct] = "disable"

    envoy_name: EnvoyName

    @property
    def subject(self) -> str:
        """What it is done to."""
        return str(self.envoy_name)


Asked = Publication | ModelRelease | ReportRelease | Disabling


def written(asked: Asked) -> dict[str, JsonValue]:
    """Write what is asked, as JSON."""
    return {name: value if isinstance(value, int) else str(value) for name, value in asdict(asked).items()}


def read(act: ProposedAct, request: Mapping[str, Any]) -> Asked:
    """Read what was written."""
    if act == "publish":
        return Publication(TaskName(request["task"]), int(request["version"]))
    if act == "disable":
        return Disabling(EnvoyName(request["envoy_name"]))
    if "submission_id" in request:
        return ModelRelease(str(request["submission_id"]))
    return ReportRelease(EnvoyName(request["envoy_name"]), TaskName(request["task"]), int(request["version"]))


class Acts:
    """Does what was proposed, by the stages whose acts they are.

    Args:
        catalogue: The tasks of this federation.
        models: Publishes.
        submissions: Releases models, disables hospitals.
        tasks: Releases reports.
    """

    def __init__(self, catalogue: Catalogue, models: Models, submissions: Submissions, tasks: Tasks) -> None:
        self._catalogue = catalogue
        self._models = models
        self._submissions = submissions
        self._tasks = tasks

    def require_possible(self, session: Session, caller: Principal, asked: Asked, reason: str | None) -> Asked:
        """Refuse what could not be done now either; gives what is asked, names spelled as on record.

        Raises:
            CallerError: As the act itself.
        """
        match asked:
            case Publication(task, version):
                require_publishable(session, self._catalogue.find(task), version, reason)
            case ModelRelease(submission_id):
                require_decidable(submission_with_id(session, submission_id, caller), "released")
            case ReportRelease(envoy_name, task, version):
                row = report_of(session, envoy_named(session, envoy_name), self._catalogue.find(task).name, version)
                require_decidable(row, "released")
                return ReportRelease(row.envoy.name, task, version)
            case Disabling(envoy_name):
                return Disabling(envoy_named(session, envoy_name).name)
        return asked

    def is_so(self, session: Session, asked: Asked) -> bool:
        """Tell whether what is asked is so already, and doing it changes nothing."""
        match asked:
            case Publication(task, version):
                current = current_global_model(session, self._catalogue.find(task))
                return current is not None and current.version == version
            case Disabling(envoy_name):
                return envoy_named(session, envoy_name).disabled_at is not None
        return False

    def require_meant(self, session: Session, asked: Asked, asked_at: datetime) -> None:
        """Refuse a version that was a step forward when it was asked for, and would be a rollback now.

        Raises:
            ConflictError: It would.
        """
        if not isinstance(asked, Publication):
            return
        before, current = (_number(published(session, asked.task, until)) for until in (asked_at, None))
        if before < asked.version < current:
            raise ConflictError(
                f"Version {current} was published since this was proposed: {asked.version} would now take it back.",
                hint="Decline the proposal; where a rollback is wanted, ask for that then.",
                version=asked.version,
                current=current,
            )

    def do(self, act: Act, caller: Principal, asked: Asked, reason: str | None) -> None:
        """Do it as a part of an act.

        Raises:
            FederationError: As the act itself: it is asked as if it were asked now.
        """
        match asked:
            case Publication(task, version):
                self._models.publish_within(act, task, version, reason)
            case ModelRelease(submission_id):
                self._submissions.decide_within(act, caller, "released", submission_id, reason or "")
            case ReportRelease(envoy_name, task, version):
                self._tasks.decide_statistics_within(act, "released", envoy_name, task, version, reason or "")
            case Disabling(envoy_name):
                self._submissions.disable_within(act, caller, envoy_name)


def _number(row: GlobalModelRow | None) -> int:
    return row.version if row is not None else 0
