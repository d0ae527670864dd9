"""Which global model counts: the one that was published last, under the task's present definition."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.names import Digest, TaskName
from contract.tasks import DIAGNOSIS_COUNT
from director.records.database import Database
from director.records.schema import GlobalModelRow, PublicationRow
from director.tasks.publications import current_global_model, current_global_models, published

OTHER = TaskName("other")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """Two versions of one task; nothing is published."""
    database = Database(f"sqlite:///{tmp_path / 'director.db'}")
    database.migrate()
    with database.write() as session:
        for version in (1, 2):
            session.add(
                GlobalModelRow(
                    id=version,
                    task=DIAGNOSIS_COUNT.name,
                    task_digest=DIAGNOSIS_COUNT.digest,
                    version=version,
                    strategy="fedavg",
                    parameters={},
                    scaler="agreed",
                    num_examples=10,
                    inputs=[],
                    quarantined=[],
                    metrics={},
                    held_out=None,
                    created_at=NOW,
                )
            )
    return database


def publish(database: Database, version: int, task: TaskName = DIAGNOSIS_COUNT.name) -> None:
    with database.write() as session:
        session.add(PublicationRow(task=task, global_model_id=version, actor="admin:cli", created_at=NOW))


def test_what_was_published_last_counts_and_an_older_one_may_come_back(database: Database):
    seen = []
    for version in (1, 2, 1):
        publish(database, version)
        with database.read() as session:
            row, current = published(session, DIAGNOSIS_COUNT.name), current_global_model(session, DIAGNOSIS_COUNT)
            assert row is not None
            assert row is current
            seen.append(row.version)
    assert seen == [1, 2, 1]


def test_without_a_publication_of_the_task_nothing_counts(database: Database):
    publish(database, 1, OTHER)
    with database.read() as session:
        assert published(session, DIAGNOSIS_COUNT.name) is None
        assert current_global_model(session, DIAGNOSIS_COUNT) is None


def test_a_version_of_another_definition_is_published_but_counts_no_more(database: Database):
    publish(database, 2)
    defined_anew = dataclasses.replace(DIAGNOSIS_COUNT, cut_points=(4.0, 12.0))
    assert defined_anew.digest != Digest(DIAGNOSIS_COUNT.digest)
    with database.read() as session:
        row = published(session, defined_anew.name)
        assert row is not None
        assert row.version == 2
        assert current_global_model(session, defined_anew) is None


def test_asked_for_all_tasks_at_once_each_has_the_version_that_it_has_by_itself(database: Database):
    other = dataclasses.replace(DIAGNOSIS_COUNT, name=OTHER)
    defined_anew = dataclasses.replace(DIAGNOSIS_COUNT, cut_points=(4.0, 12.0))
    for version, task in ((1, DIAGNOSIS_COUNT.name), (1, OTHER), (2, DIAGNOSIS_COUNT.name)):
        publish(database, version, task)
    with database.read() as session:
        for tasks in ((DIAGNOSIS_COUNT, other), (defined_anew, other), (other,), ()):
            each = {task.name: current_global_model(session, task) for task in tasks}
            assert current_global_models(session, tasks) == {name: row for name, row in each.items() if row is not None}
        assert current_global_models(session, [DIAGNOSIS_COUNT])[DIAGNOSIS_COUNT.name].version == 2
