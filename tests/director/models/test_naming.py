"""Finding a version by what it is called; naming it; noting something about it."""

from collections.abc import Callable

import pytest

from contract.errors import InvalidNameError, UnknownTaskError
from contract.messages.global_models import GlobalModel
from contract.names import AliasName, TaskName
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import IdempotencyKeyReusedError, NoModelError, NotFoundError
from director.members.access import ANALYST, LOCAL_ADMIN, Principal
from director.models.naming import Naming
from tests.federation_simulator import FederationSimulator, SimulatedHospital

TASK = DIAGNOSIS_COUNT.name
PRODUCTION = AliasName("production")


@pytest.fixture
def two(federation: FederationSimulator, hospital: SimulatedHospital) -> FederationSimulator:
    """Two versions."""
    for nudge in range(2):
        hospital.train_and_upload(nudge)
        assert federation.aggregate().status_code == 201
    return federation


def test_a_version_is_found_by_its_number_or_by_what_it_is_called(two: FederationSimulator):
    naming = two.director.naming
    naming.alias(LOCAL_ADMIN, TASK, 1, PRODUCTION)
    found = {called: naming.number(TASK, called) for called in ("1", "007", "current", "latest", "production")}
    assert found == {"1": 1, "007": 7, "current": 2, "latest": 2, "production": 1}
    with pytest.raises(NotFoundError, match="called staging"):
        naming.number(TASK, "staging")
    with pytest.raises(UnknownTaskError):
        naming.number(TaskName("other"), "current")
    for no_name in ("", "-1", "1.5", "Production", "٣", "a b"):
        with pytest.raises(InvalidNameError):
            naming.number(TASK, no_name)


def test_a_number_that_no_database_takes_is_one_that_no_version_has(two: FederationSimulator):
    number = two.director.naming.number(TASK, "9" * 5000)
    with pytest.raises(NotFoundError):
        two.director.models.get(LOCAL_ADMIN, TASK, number)


def test_the_current_version_is_described_as_far_as_the_caller_may_know_it(two: FederationSimulator):
    naming, analyst = two.director.naming, Principal("t", ANALYST)
    assert naming.current(LOCAL_ADMIN, TASK) == two.director.models.get(LOCAL_ADMIN, TASK, 2)
    assert naming.current(analyst, TASK) == two.director.models.get(analyst, TASK, 2)
    assert naming.current(LOCAL_ADMIN, TASK) != naming.current(analyst, TASK)


def test_before_there_is_a_version_none_is_current(federation: FederationSimulator):
    with pytest.raises(NoModelError) as refused:
        federation.director.naming.current(LOCAL_ADMIN, TASK)
    assert refused.value.hint.startswith("Let the hospitals train and the admin aggregate first.")


def test_a_note_is_kept_replaced_and_taken_away_and_told_once_each(two: FederationSimulator):
    naming = two.director.naming
    for note in ("KNH sent wrong units", " KNH sent wrong units ", "Looked at", "", "  "):
        assert naming.note(LOCAL_ADMIN, TASK, 1, note).note == (note.strip() or None)
    noted = [(line["version"], line["note"]) for line in two.log_lines("model.note")]
    assert noted == [(1, "KNH sent wrong units"), (1, "Looked at"), (1, None)]


def test_a_note_is_for_the_admin_alone(two: FederationSimulator, hospital: SimulatedHospital):
    two.director.naming.note(LOCAL_ADMIN, TASK, 2, "KNH sent wrong units")
    for path in ("/global_models/2", "/global_models/current", "/global_models"):
        for headers, seen in ((two.admin, True), (two.analyst, False), (hospital.headers, False)):
            answer = two.http.get(path, headers=headers).text
            assert ("wrong units" in answer) == seen, path
    answered = two.http.post("/global_models/2/answers", json={"answer": "accept"}, headers=hospital.headers).json()
    assert (answered["version"], answered["note"]) == (2, None)


def changes(naming: Naming) -> list[Callable[[int, str], GlobalModel]]:
    return [
        lambda version, key: naming.alias(LOCAL_ADMIN, TASK, version, PRODUCTION, key),
        lambda version, key: naming.unalias(LOCAL_ADMIN, TASK, version, PRODUCTION, key),
        lambda version, key: naming.note(LOCAL_ADMIN, TASK, version, "Looked at", key),
    ]


@pytest.mark.parametrize("which", range(3), ids=["alias", "unalias", "note"])
def test_a_change_is_made_once_for_a_key(two: FederationSimulator, which: int):
    naming = two.director.naming
    change = changes(naming)[which]
    if which == 1:
        naming.alias(LOCAL_ADMIN, TASK, 1, PRODUCTION)
    change(1, "k")
    before = naming.alias(LOCAL_ADMIN, TASK, 2 if which == 0 else 1, PRODUCTION)  # meanwhile somebody else …
    naming.note(LOCAL_ADMIN, TASK, 1, "Something else")
    assert change(1, "k").note == "Something else"
    assert naming.number(TASK, PRODUCTION) == before.version
    with pytest.raises(IdempotencyKeyReusedError):
        change(2, "k")
    with pytest.raises(NotFoundError, match="no global model 7"):
        change(7, "other")
