"""The tasks of a federation: the built-in ones, as the consortium has set them."""

import pytest

from contract.errors import UnknownTaskError
from contract.messages.tasks import TaskDescription
from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS, DIAGNOSIS_COUNT
from director.errors import ConflictError, SettingsError, TaskRetiredError
from director.members.access import LOCAL_ADMIN
from director.records.task_schema import TaskRow
from director.tasks.catalogue import Catalogue
from tests.federation_simulator import FederationSimulator
from tests.table_task import TEXT, table_task

NAME = DIAGNOSIS_COUNT.name


def test_without_settings_the_tasks_are_the_built_in_ones():
    catalogue = Catalogue({})
    assert dict(catalogue) == dict(BUILT_IN_TASKS)
    assert len(catalogue) == len(BUILT_IN_TASKS)
    assert catalogue.find(NAME) == catalogue[NAME] == DIAGNOSIS_COUNT


def test_a_task_whose_cut_points_were_moved_is_another_definition_and_the_built_in_one_stays():
    moved = Catalogue({NAME: [4, 12]})[NAME]
    assert moved.cut_points == (4.0, 12.0)
    assert moved.digest != DIAGNOSIS_COUNT.digest
    assert DIAGNOSIS_COUNT.cut_points == (5.0, 15.0)
    assert Catalogue({})[NAME].digest == Catalogue({NAME: [5, 15]})[NAME].digest


def test_a_task_that_is_not_there_is_named():
    with pytest.raises(UnknownTaskError) as refused:
        Catalogue({}).find(TaskName("mind_reading"))
    assert refused.value.facts == {"task": "mind_reading"}


def test_a_task_is_described_with_all_that_a_hospital_needs_and_its_digest():
    described = TaskDescription.of(DIAGNOSIS_COUNT)
    assert (described.name, described.digest) == (NAME, DIAGNOSIS_COUNT.digest)
    assert [feature.name for feature in described.features] == ["diagnosis_count"]
    assert len(described.layout) == len(DIAGNOSIS_COUNT.layout)
    assert list(described.risk_levels) == ["low", "medium", "high"]


def test_a_setting_of_a_task_that_is_not_there_is_named():
    Catalogue({NAME: [4, 12]}).require_known()
    with pytest.raises(SettingsError, match="mind_reading"):
        Catalogue({TaskName("mind_reading"): [4, 12]}).require_known()


def test_what_was_added_is_learned_with_its_cut_points_and_what_no_longer_reads_is_left_out(
    federation: FederationSimulator, caplog: pytest.LogCaptureFixture
):
    director, falls = federation.director, table_task()
    director.tasks.add(LOCAL_ADMIN, TEXT.encode())
    with director.database.write() as session:
        session.add(
            TaskRow(
                name=TaskName("older"), digest=falls.digest, definition="", added_by="x", added_at=federation.clock.now
            )
        )
    catalogue = Catalogue({falls.name: [0.2, 0.5]})
    for _ in range(2):
        with director.database.read() as session:
            catalogue.refresh(session)
    assert catalogue.find_learned(falls.name) == table_task(bounds="[0.2, 0.5]")
    assert "older" not in catalogue
    assert "task.unreadable" in caplog.text


def test_what_was_made_for_another_definition_is_refused_as_the_rows_say(federation: FederationSimulator):
    director, falls = federation.director, table_task()
    director.tasks.add(LOCAL_ADMIN, TEXT.encode())
    stale = Catalogue({})
    with director.database.read() as session:
        director.catalogue.require_unchanged(session, falls)
        with pytest.raises(ConflictError):
            stale.require_unchanged(session, falls)
        stale.refresh(session)
        stale.require_unchanged(session, falls)
    director.tasks.retire(LOCAL_ADMIN, falls.name)
    with director.database.read() as session, pytest.raises(ConflictError):
        stale.require_unchanged(session, falls)
    with pytest.raises(TaskRetiredError):
        director.catalogue.find_learned(falls.name)
    assert director.catalogue.find(falls.name) == falls
