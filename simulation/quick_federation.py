"""A real director on a real folder, asked without HTTP: its own gate, records, aggregates and pointer, in milliseconds.

For experiments with thousands of aggregates, of any task.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import read_scaler, write_scaler
from contract.errors import FederationError
from contract.messages.base import Verdict
from contract.messages.global_models import AggregationRequest, AnswerChoice, GlobalModel
from contract.messages.statistics import StatisticsReport
from contract.messages.tasks import Start
from contract.names import EnvoyName
from contract.network import State
from contract.parts import FileRole, Parcel
from contract.scaler import ScalerState
from contract.tasks import Task
from director.members.access import HOSPITAL, LOCAL_ADMIN, Access, Principal, Rates
from director.members.rates import RateLimit
from director.members.service import Members, Terms
from director.models.contributions import Making
from director.models.service import Models
from director.records.blobs import BlobStore
from director.records.database import Database, url_of
from director.records.ledger import Ledger
from director.records.readings import Readings
from director.rounds.returns import RoundReturns
from director.submissions import kept
from director.submissions.intake import Intake
from director.submissions.quota import Quota
from director.tasks.artifacts import Artifacts
from director.tasks.catalogue import Catalogue
from director.tasks.service import Tasks

Publish = Literal["at_once", "confirmed"]


class QuickFederation:
    """One federation for one task.

    Args:
        folder: An empty folder.
        task: What it learns.
        making: How its director makes and publishes versions.
    """

    def __init__(self, folder: Path, task: Task, making: Making) -> None:
        self._task = task
        self._now = datetime(2026, 1, 1, tzinfo=UTC)
        database, self._blobs = Database(url_of(folder / "director.db")), BlobStore(folder / "blobs")
        self._blobs.prepare()
        database.migrate()
        catalogue, ledger = Catalogue({}, {task.name: task}), Ledger(database, self._tick)
        readings = Readings(ledger)  # nobody reads here
        self._tasks = Tasks(ledger, self._blobs, catalogue, making.bounds, making.minimum_hospitals, readings)
        self._intake = Intake(ledger, self._blobs, catalogue, RoundReturns(ledger, making.max_staleness), Quota())
        self._models = Models(ledger, self._blobs, catalogue, self._tasks, making, readings)
        self._hospitals: dict[EnvoyName, Principal] = {}
        day = timedelta(days=1)
        access, joins = Access(self._tick, Rates()), RateLimit(0, "codes")
        self._members = Members(ledger, access, joins, Terms(token=day, overlap=day, code=day))
        with ledger.act("director") as act:
            self._tasks.catch_up(act)
        self._database = database

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def enrol(self, name: EnvoyName) -> None:
        """Admit a hospital, with a token that holds to the end."""
        self._members.add(LOCAL_ADMIN, name)
        token = self._members.issue_token(LOCAL_ADMIN, HOSPITAL, name)
        self._hospitals[name] = Principal(token.id, HOSPITAL, name)

    def report(self, name: EnvoyName, statistics: ScalerState, num_examples: int) -> None:
        """Send a hospital's statistics, true or not."""
        deviations = [variance * num_examples for variance in statistics.variance]
        report = StatisticsReport(
            task=self._task.name, num_examples=num_examples, mean=statistics.mean, m2=tuple(deviations)
        )
        self._tasks.report_statistics(self._hospitals[name], name, report)

    def merge_statistics(self) -> None:
        """Let the common scaler follow the reports."""
        self._tasks.merge_statistics(LOCAL_ADMIN, self._task.name)

    def start(self) -> tuple[Start, State, ScalerState]:
        """Give what everyone starts from."""
        start = self._tasks.start(self._task.name)
        if start.scaler_sha256 is None:
            raise ValueError("not all hospitals have reported")
        artifacts = Artifacts(self._blobs, self._task)
        return start, artifacts.state(start.model_sha256), artifacts.scaler(start.scaler_sha256)

    def upload(self, name: EnvoyName, start: Start, state: State, scaler: ScalerState, num_examples: int) -> str:
        """Send a model; gives the submission's id."""
        metadata = {"task": self._task.name, "num_examples": num_examples, "base": start.base}
        parts: dict[FileRole, bytes] = {
            "metadata": json.dumps(metadata).encode(),
            "model": write_model(state, self._task.layout),
            "scaler": write_scaler(scaler),
        }
        return self._intake.receive(self._hospitals[name], name, Parcel(parts), None)[0].id

    def aggregate(self, strategy: str | None = None) -> tuple[GlobalModel | None, bool]:
        """Aggregate as a nightly job does; gives what was answered (None: it was refused), and whether it is new."""
        try:
            return self._models.aggregate(LOCAL_ADMIN, AggregationRequest(task=self._task.name, strategy=strategy))
        except FederationError:
            return None, False

    def answer(self, name: EnvoyName, version: int, answer: AnswerChoice) -> GlobalModel:
        """Give a hospital's word on a version."""
        return self._models.answer(self._hospitals[name], self._task.name, version, answer)

    def publish(self, version: int) -> None:
        """Roll back to a version."""
        self._models.publish(LOCAL_ADMIN, self._task.name, version, "a person looked at it")

    def set_validation_table(self, csv: bytes) -> None:
        """Hold every model against a table."""
        self._models.set_validation_table(LOCAL_ADMIN, self._task.name, csv)

    def model(self, version: int) -> tuple[State, ScalerState]:
        """Read a version."""
        data = [self._models.file(LOCAL_ADMIN, self._task.name, version, role) for role in ("model", "scaler")]
        return read_model(data[0], self._task.layout), read_scaler(data[1], len(self._task.columns))

    def verdict(self, submission_id: str) -> Verdict:
        """Say what became of an upload."""
        with self._database.read() as session:
            return kept.submission_with_id(session, submission_id, LOCAL_ADMIN).verdict

    def _tick(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now
