"""What a hospital does when it is asked: it answers an invitation, it trains for a round. Waits for nothing."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from contract.director_problems import shown
from contract.messages.runs import Assignment, RunAnswer
from contract.names import TaskName
from contract.parts import Parcel
from contract.small_counts import may_be_told
from contract.tasks import Task
from envoy.accepted_tasks import AcceptedTasks
from envoy.director_client import DirectorClient
from envoy.errors import PolicyError
from envoy.house_rules import HouseRules
from envoy.kept_models import KeptModels
from envoy.membership import Membership
from envoy.participation.bases import Bases
from envoy.participation.cohorts import Cohorts, FrozenCohort
from envoy.participation.patients import Patients
from envoy.participation.switches import Switches
from envoy.reported import ReportedStatistics
from envoy.starting_point import StartKeeper
from envoy.submission import LocalData, make_update

_LONGEST_REASON = 500


@dataclass(frozen=True)
class House:
    """What a hospital decides for itself.

    Args:
        rules: Its limits.
        tasks: The tasks whose runs it takes part in.
    """

    rules: HouseRules
    tasks: Collection[TaskName]


class Participant:
    """Does what the director of a membership asks, as far as the house allows it.

    Args:
        client: The director.
        membership: This hospital's.
        home: The envoy's home.
        house: What the hospital decides.
        patients: Its tables.
    """

    def __init__(
        self, client: DirectorClient, membership: Membership, home: Path, house: House, patients: Patients
    ) -> None:
        self._client, self._membership, self._house, self._patients = client, membership, house, patients
        self._keeper = StartKeeper(home, house.rules)
        self._accepted = AcceptedTasks(home)
        self._switches = Switches(home, membership.director)
        self._cohorts = Cohorts(home, membership.director)
        self._reported = ReportedStatistics(home)
        self._bases = Bases(client)
        self._models = KeptModels(home)
        self._agreed: dict[int, Task] = {}
        self._told: LocalData | None = None

    def refusal(self, run: int, task: TaskName) -> str | None:
        """Say why this hospital takes no part in a run, as far as that needs no look at it; None: it may."""
        said = self._switches.refusal(run)
        if said is not None:
            return said
        if task not in self._house.tasks:
            return f"This hospital does not take part in runs of task {task}."
        return None

    def answer(self, run: int, task_name: TaskName) -> RunAnswer:
        """Answer an invitation: with how many patients fit, or with the reason for a refusal; gives what was said.

        Statistics go first where they are news: a run begins from a start that all hospitals' have moved.

        Raises:
            DataError: The tables have a defect, so nothing can be said.
        """
        answer = self._considered(run, task_name)
        self._client.answer_run(run, answer)
        return answer

    def refuse(self, run: int, reason: str) -> None:
        """Take no further part in a run."""
        self._client.answer_run(run, RunAnswer(choice="refuse", reason=shown(reason, _LONGEST_REASON)))

    def data(self, task: TaskName) -> LocalData:
        """Give the patients of a task as the director defines it now; raises as ``StartKeeper.task``."""
        return self._patients.of(self._keeper.task(self._client, task))

    def update(
        self,
        assignment: Assignment,
        *,
        on_cohort: Callable[[FrozenCohort], None] = lambda cohort: None,
        on_epoch: Callable[[int], None] = lambda epoch: None,
    ) -> Parcel:
        """Train for a round, from its base.

        Args:
            assignment: The round.
            on_cohort: Told the cohort before training begins.
            on_epoch: Told each finished epoch.

        Raises:
            DataError: The tables have a defect.
            PolicyError: The task or the base is not what was agreed, or there are too few patients.
        """
        task = self._task(assignment.run, assignment.task)
        data = self._patients.of(task)
        self._house.rules.require_enough(task, data.num_examples)
        self._report(data)
        cohort = self._cohorts.frozen(assignment.run, data)
        on_cohort(cohort)
        try:
            start = self._bases.open(task, assignment)
        except PolicyError:
            self._agreed.pop(assignment.run)  # the director may define it anew: it is asked again
            raise
        envoy = self._membership.envoy_name
        parcel = make_update(data, start, assignment, envoy=envoy, cohort=cohort.name, on_epoch=on_epoch)
        self._models.keep(task, parcel, datetime.now(UTC))
        return parcel

    def _considered(self, run: int, task_name: TaskName) -> RunAnswer:
        reason = self.refusal(run, task_name)
        if reason is not None:
            return RunAnswer(choice="refuse", reason=reason)
        _ = self._accepted.digests  # if that can't be read, it is nobody's business but this hospital's
        try:
            self._agreed.pop(run, None)
            task = self._task(run, task_name)
        except PolicyError as error:
            return RunAnswer(choice="refuse", reason=shown(error.sentence, _LONGEST_REASON))
        data = self._patients.of(task)
        patients = data.patients if may_be_told(data.patients) else None
        if data.num_examples < self._house.rules.fewest_examples(task):  # how many there are may say too much
            return RunAnswer(choice="refuse", reason="There are too few patients to train on here.", patients=patients)
        self._report(data)
        return RunAnswer(choice="take_part", patients=patients, cohort=self._cohorts.frozen(run, data).name)

    def _task(self, run: int, name: TaskName) -> Task:
        """Give a run's task as it was agreed when it was first asked for."""
        if run not in self._agreed:
            self._agreed[run] = self._keeper.task(self._client, name)
        return self._agreed[run]

    def _report(self, data: LocalData) -> None:
        """Send statistics where they are news to the director."""
        if data is self._told:
            return
        report, director = data.statistics, self._membership.director
        if self._reported.is_news(director, report):
            self._client.send_statistics(self._membership.envoy_name, report)
            self._reported.remember(director, report)
        self._told = data
