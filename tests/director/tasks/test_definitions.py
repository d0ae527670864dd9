"""Tasks as rows: the newest definition of a name holds, and nobody takes a built-in one's name."""

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from director.assembly import Director
from director.errors import ConflictError
from director.members.access import LOCAL_ADMIN
from director.tasks.definitions import definition_of, keep_definition, newest_definitions, retire
from tests.federation_simulator import FederationSimulator
from tests.table_task import TEXT, table_task

TASK, OTHER = table_task(), table_task(bounds="[0.2, 0.4]")


def keep(director: Director, *texts: str) -> list[bool]:
    with director.ledger.act(LOCAL_ADMIN.actor) as act:
        return [keep_definition(act, table_task(text), text) for text in texts]


def test_the_newest_definition_of_a_name_holds_and_the_same_again_changes_nothing(federation: FederationSimulator):
    director, other = federation.director, TEXT.replace("[0.1, 0.3]", "[0.2, 0.4]")
    assert keep(director, TEXT, TEXT, other, other, TEXT) == [True, False, True, False, True]
    with director.ledger.read() as session:
        (row,) = newest_definitions(session)
        assert definition_of(session, TASK.name) is row
    assert (row.digest, row.definition, row.added_by, row.id) == (TASK.digest, TEXT, "admin:cli", 3)
    told = [(line["event"], line["digest"]) for line in federation.log_lines("task.add")]
    assert told == [("task.add", each.digest) for each in (TASK, OTHER, TASK)]


def test_what_is_retired_comes_back_when_its_file_is_added_again(federation: FederationSimulator):
    keep(federation.director, TEXT)
    for _ in range(2):
        with federation.director.ledger.act(LOCAL_ADMIN.actor) as act:
            row = retire(act, TASK.name)
            assert (row.retired_by, row.retired_at) == ("admin:cli", federation.clock.now)
    assert len(federation.log_lines("task.retire")) == 1
    assert keep(federation.director, TEXT) == [True]
    with federation.director.ledger.read() as session:
        again = definition_of(session, TASK.name)
        assert again is not None
        assert again.retired_at is None


def test_a_built_in_task_is_neither_defined_anew_nor_retired(federation: FederationSimulator):
    another = TEXT.replace('"falls"', '"diagnosis_count"', 1)
    with pytest.raises(ConflictError, match="built-in"):
        keep(federation.director, another)
    with federation.director.ledger.act(LOCAL_ADMIN.actor) as act:
        assert keep_definition(act, DIAGNOSIS_COUNT, "its file") is False
        with pytest.raises(ConflictError, match="built-in"):
            retire(act, DIAGNOSIS_COUNT.name)


def test_a_task_of_which_a_run_is_open_is_not_retired(federation: FederationSimulator):
    keep(federation.director, TEXT)
    federation.enrol("KUTRRH")
    run = federation.open_run(task=TASK.name, paused=True)["id"]
    with federation.director.ledger.act(LOCAL_ADMIN.actor) as act, pytest.raises(ConflictError, match="is open"):
        retire(act, TASK.name)
    federation.http.post(f"/runs/{run}/close", headers=federation.admin)
    with federation.director.ledger.act(LOCAL_ADMIN.actor) as act:
        assert retire(act, TASK.name).retired_at is not None
