"""Runs in a real MLflow database: found again by their tags, made in the right order, told in stretches."""

import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest
from mlflow.tracking import MlflowClient

from director.errors import TrackerError
from director.tracking import mlflow_runs
from director.tracking.mlflow_runs import MlflowRuns
from director.tracking.tracked import Family, Point, TrackedRun

AT = datetime(2026, 1, 1, tzinfo=UTC)


def tracked(key: str, parent: str | None, points: list[Point], **more: Any) -> TrackedRun:
    given: dict[str, Any] = {"parameters": {}, "tags": {}, "documents": {}, "ending": None, "ended_at": None, **more}
    return TrackedRun(key=key, name=key, parent=parent, started_at=AT, points=points, **given)


def test_a_family_that_began_earlier_and_is_not_there_has_to_be_told_whole(client: MlflowClient, experiment: str):
    run = tracked("run 1", None, [])
    assert not MlflowRuns(client).hold(experiment, Family("run 1", [run], is_whole=False))
    assert client.search_runs([experiment]) == []
    assert MlflowRuns(client).hold(experiment, Family("run 1", [run], is_whole=True))
    assert MlflowRuns(client).hold(experiment, Family("run 1", [run], is_whole=False))


def test_many_points_and_parameters_go_in_stretches(
    client: MlflowClient, experiment: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mlflow_runs, "_POINTS_AT_ONCE", 3)
    monkeypatch.setattr(mlflow_runs, "_TAGS_AT_ONCE", 2)
    points = [Point("n", number, number, AT) for number in range(10)]
    run = tracked(
        "run 1", None, points, parameters={str(number): "1" for number in range(5)}, tags={"state": "running"}
    )
    MlflowRuns(client).hold(experiment, Family("run 1", [run], is_whole=True))
    (found,) = client.search_runs([experiment])
    assert [each.step for each in client.get_metric_history(found.info.run_id, "n")] == list(range(10))
    assert len(found.data.params) == 5
    assert found.data.tags["state"] == "running"


def test_a_run_that_was_deleted_meanwhile_is_found_out_once_it_looks_again(client: MlflowClient, experiment: str):
    runs = MlflowRuns(client)
    family = Family("run 1", [tracked("run 1", None, [])], is_whole=True)
    runs.hold(experiment, family)
    first = runs.parent(experiment, "run 1")
    client.delete_run(str(first))
    runs.forget()
    assert runs.parent(experiment, "run 1") is None


def test_documents_are_kept_beside_the_run(client: MlflowClient, experiment: str):
    run = tracked("run 1", None, [], documents={"hospitals/step-000001.json": '{"KNH": {}}'})
    MlflowRuns(client).hold(experiment, Family("run 1", [run], is_whole=True))
    (found,) = client.search_runs([experiment])
    assert [each.path for each in client.list_artifacts(found.info.run_id, "hospitals")] == [
        "hospitals/step-000001.json"
    ]


def test_without_files_no_document_is_sent(client: MlflowClient, experiment: str):
    run = tracked("run 1", None, [], documents={"hospitals/step-000001.json": "{}"})
    MlflowRuns(client, with_files=False).hold(experiment, Family("run 1", [run], is_whole=True))
    (found,) = client.search_runs([experiment])
    assert client.list_artifacts(found.info.run_id) == []


def test_parameters_that_an_earlier_try_did_not_come_to_say_are_said(client: MlflowClient, experiment: str):
    client.create_run(experiment, tags={"fl.key": "run 1", "fl.family": "run 1"})  # and then it was cut off
    run = tracked("run 1", None, [], parameters={"rounds": "3"})
    MlflowRuns(client).hold(experiment, Family("run 1", [run], is_whole=False))
    (found,) = client.search_runs([experiment])
    assert found.data.params == {"rounds": "3"}


def test_a_run_whose_key_somebody_took_away_is_none_of_ours(client: MlflowClient, experiment: str):
    theirs = client.create_run(experiment, tags={"fl.family": "run 1"}).info.run_id
    runs = MlflowRuns(client)
    runs.hold(experiment, Family("run 1", [tracked("run 1", None, [])], is_whole=True))
    assert runs.parent(experiment, "run 1") not in (None, theirs)


def test_an_mlflow_that_keeps_what_it_is_told_to_delete_is_told_once(
    client: MlflowClient, experiment: str, mlflow_uri: str
):
    runs = MlflowRuns(client)
    runs.hold(experiment, Family("run 1", [tracked("run 1", None, [])], is_whole=True))
    with sqlite3.connect(mlflow_uri.removeprefix("sqlite:///")) as database:
        back = "UPDATE runs SET lifecycle_stage = 'active' WHERE run_uuid = NEW.run_uuid"
        database.execute(f"CREATE TRIGGER kept AFTER UPDATE ON runs BEGIN {back}; END")
    with pytest.raises(TrackerError, match="does not delete"):
        runs.delete_all(experiment)
