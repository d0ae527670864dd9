"""The registry in a real MLflow database."""

from contextlib import suppress

import pytest
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from contract.names import Digest, TaskName
from director.errors import TrackerConflictError
from director.tracking.mlflow_registry import MlflowRegistry
from director.tracking.tracked import Projection, Registration

TASK, MODEL = TaskName("diagnosis_count"), "kenya.diagnosis_count"
OURS = Digest("0" * 64)


def registration(version: int) -> Registration:
    tags = {"version": str(version), "sha256": "0" * 64, "audit_entry": "7"}
    return Registration(TASK, version, "run 1", "{}", tags, "not clinical")


@pytest.fixture
def run_id(client: MlflowClient, experiment: str) -> str:
    return str(client.create_run(experiment).info.run_id)


def versions(client: MlflowClient) -> list[str]:
    return sorted(each.tags["version"] for each in client.search_model_versions(f"name = '{MODEL}'"))


def names(client: MlflowClient) -> dict[str, str]:
    return {alias: str(version) for alias, version in client.get_registered_model(MODEL).aliases.items()}


def test_a_version_is_registered_once(client: MlflowClient, run_id: str):
    for _ in range(2):
        MlflowRegistry(client, None, OURS).register(MODEL, run_id, registration(3))
    assert versions(client) == ["3"]


def test_tags_that_an_earlier_try_did_not_set_are_set(client: MlflowClient, run_id: str):
    registry = MlflowRegistry(client, None, OURS)
    registry.register(MODEL, run_id, registration(3))
    client.delete_model_version_tag(MODEL, "1", "audit_entry")
    registry.register(MODEL, run_id, registration(3))
    assert client.get_model_version(MODEL, "1").tags["audit_entry"] == "7"


def test_of_two_of_one_version_the_first_stays(client: MlflowClient, run_id: str):
    registry = MlflowRegistry(client, None, OURS)
    registry.register(MODEL, run_id, registration(3))
    client.create_model_version(MODEL, "mlflow-artifacts:/x", tags={"version": "3"}, await_creation_for=0)
    registry.register(MODEL, run_id, registration(3))
    assert versions(client) == ["3"]
    assert client.get_model_version(MODEL, "1").run_id == run_id


def test_aliases_that_hold_no_longer_go_and_others_stay(client: MlflowClient, run_id: str):
    registry = MlflowRegistry(client, None, OURS)
    for version in (1, 2):
        registry.register(MODEL, run_id, registration(version))
    client.set_registered_model_alias(MODEL, "theirs", "1")
    registry.set_aliases(MODEL, Projection(TASK, aliases={"champion": 1, "challenger": 2, "good": 1}))
    assert names(client) == {"champion": "1", "challenger": "2", "good": "1", "theirs": "1"}
    dropped = Projection(TASK, aliases={"champion": 2}, dropped_aliases=frozenset({"good"}))
    registry.set_aliases(MODEL, dropped)
    assert names(client) == {"champion": "2", "theirs": "1"}


def test_where_no_model_is_there_is_nothing_to_delete_or_to_name(client: MlflowClient):
    registry = MlflowRegistry(client, None, OURS)
    registry.delete(MODEL)
    registry.set_aliases(MODEL, Projection(TASK, aliases={"champion": 1}))
    with suppress(MlflowException):
        client.get_registered_model(MODEL)
        pytest.fail("it was made")


def test_a_model_that_somebody_deleted_is_made_again(client: MlflowClient, run_id: str):
    registry = MlflowRegistry(client, None, OURS)
    registry.register(MODEL, run_id, registration(1))
    client.delete_registered_model(MODEL)
    registry.forget()
    registry.register(MODEL, run_id, registration(1))
    assert versions(client) == ["1"]


def test_a_model_of_that_name_that_somebody_else_made_is_neither_written_to_nor_deleted(
    client: MlflowClient, run_id: str
):
    client.create_registered_model(MODEL, tags={"owner": "jane"})
    registry = MlflowRegistry(client, None, OURS)
    for attempt in (
        lambda: registry.register(MODEL, run_id, registration(1)),
        lambda: registry.set_aliases(MODEL, Projection(TASK, aliases={"champion": 1})),
        lambda: registry.delete(MODEL),
    ):
        with pytest.raises(TrackerConflictError, match="not this federation's"):
            attempt()
    assert client.get_registered_model(MODEL).tags == {"owner": "jane"}
    assert versions(client) == []


def test_a_name_that_mlflow_keeps_for_itself_is_no_alias_and_the_others_are(client: MlflowClient, run_id: str):
    registry = MlflowRegistry(client, None, OURS)
    registry.register(MODEL, run_id, registration(1))
    registry.set_aliases(MODEL, Projection(TASK, aliases={"v2": 1, "good": 1}))
    assert names(client) == {"good": "1"}
