"""What a version is called: by what it is, by hand, and by neither of what the other says."""

import dataclasses

import pytest

from contract.names import AliasName
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import InvalidRequestError, NoModelError, NotFoundError
from director.members.access import LOCAL_ADMIN
from director.models import aliases
from director.models.aliases import CHALLENGER, CHAMPION, CURRENT, LATEST, RESERVED
from director.models.versions import version_of
from director.records.schema import ModelAliasRow
from director.tasks.catalogue import Catalogue
from tests.federation_simulator import FederationSimulator, SimulatedHospital

TASK = DIAGNOSIS_COUNT
PRODUCTION = AliasName("production")


@pytest.fixture
def three(federation: FederationSimulator, hospital: SimulatedHospital) -> FederationSimulator:
    """Three versions, each published in its turn."""
    for nudge in range(3):
        hospital.train_and_upload(nudge)
        assert federation.aggregate().status_code == 201
    return federation


def derived(federation: FederationSimulator) -> dict[str, int]:
    with federation.director.database.read() as session:
        return {str(name): row.version for name, row in aliases.derived_aliases(session, TASK).items()}


def called(federation: FederationSimulator, alias: AliasName) -> int:
    with federation.director.database.read() as session:
        return aliases.version_called(session, TASK, alias).version


def give(federation: FederationSimulator, version: int, alias: AliasName) -> None:
    with federation.director.ledger.act(LOCAL_ADMIN.actor) as act:
        aliases.give_alias(act, version_of(act.session, TASK.name, version), alias)


def take(federation: FederationSimulator, version: int, alias: AliasName) -> None:
    with federation.director.ledger.act(LOCAL_ADMIN.actor) as act:
        aliases.take_alias(act, version_of(act.session, TASK.name, version), alias)


def shown(federation: FederationSimulator) -> dict[int, list[str]]:
    listed = federation.http.get("/global_models", headers=federation.analyst).json()["items"]
    assert listed == [
        federation.http.get(f"/global_models/{each['version']}", headers=federation.analyst).json() for each in listed
    ]
    return {each["version"]: each["aliases"] for each in listed}


def acts(federation: FederationSimulator, act: str) -> list[tuple[int, str]]:
    return [(line["version"], line["alias"]) for line in federation.log_lines(act)]


def test_before_there_is_a_version_nothing_is_called_anything(federation: FederationSimulator):
    assert derived(federation) == {}
    for alias, error in ((CURRENT, NoModelError), (CHAMPION, NoModelError), (LATEST, NotFoundError),
                         (CHALLENGER, NotFoundError), (PRODUCTION, NotFoundError)):  # fmt: skip
        with pytest.raises(error, match=r"diagnosis_count"):
            called(federation, alias)


def test_the_newest_is_the_champion_while_it_is_current_and_the_challenger_once_it_was_rolled_back_from(
    three: FederationSimulator,
):
    assert derived(three) == {"champion": 3}
    assert (called(three, CURRENT), called(three, LATEST)) == (3, 3)
    three.http.post("/global_models/1/publish", headers=three.admin)
    assert derived(three) == {"champion": 1, "challenger": 3}
    assert [called(three, each) for each in (CURRENT, CHAMPION, CHALLENGER, LATEST)] == [1, 1, 3, 3]
    assert shown(three) == {3: ["challenger"], 2: [], 1: ["champion"]}
    three.http.post("/global_models/3/publish", headers=three.admin)
    assert derived(three) == {"champion": 3}
    with pytest.raises(NotFoundError, match="called challenger"):
        called(three, CHALLENGER)


def test_what_waits_to_be_confirmed_is_the_challenger(tmp_path):
    with FederationSimulator(tmp_path / "director", publish="confirmed") as federation:
        hospital = federation.enrol("KNH")
        hospital.train_and_upload()
        assert federation.aggregate().json()["aliases"] == ["challenger"]
        assert derived(federation) == {"challenger": 1}
        hospital.http.post("/global_models/1/answers", json={"answer": "accept"}, headers=hospital.headers)
        assert derived(federation) == {"champion": 1}
        hospital.train_and_upload(1)
        federation.aggregate()
        assert derived(federation) == {"champion": 1, "challenger": 2}


def test_of_another_definition_of_the_task_nothing_follows(three: FederationSimulator):
    moved = dataclasses.replace(TASK, cut_points=(4.0, 12.0))
    with three.director.database.read() as session:
        assert aliases.derived_aliases(session, moved) == {}
        assert aliases.newest_version(session, moved) is None
        assert aliases.aliases_in(session, Catalogue({TASK.name: (4.0, 12.0)}), TASK.name) == {}


def test_a_name_is_given_moves_and_is_taken_each_told_once(three: FederationSimulator):
    for _ in range(2):
        give(three, 1, PRODUCTION)
    assert (called(three, PRODUCTION), shown(three)[1]) == (1, ["production"])
    give(three, 3, PRODUCTION)
    give(three, 3, AliasName("a2024-q1"))
    assert (called(three, PRODUCTION), shown(three)) == (3, {3: ["champion", "a2024-q1", "production"], 2: [], 1: []})
    take(three, 1, PRODUCTION)  # it is another's by now
    assert called(three, PRODUCTION) == 3
    for _ in range(2):
        take(three, 3, PRODUCTION)
    with pytest.raises(NotFoundError, match="called production"):
        called(three, PRODUCTION)
    assert acts(three, "model.alias") == [(1, "production"), (3, "production"), (3, "a2024-q1")]
    assert acts(three, "model.unalias") == [(3, "production")]


def test_what_follows_from_what_is_can_not_be_given_or_taken(three: FederationSimulator):
    assert {"champion", "challenger", "current", "latest"} == RESERVED
    for alias in RESERVED:
        for change in (give, take):
            with pytest.raises(InvalidRequestError, match="neither given nor taken by hand"):
                change(three, 1, alias)
    with three.director.database.read() as session:
        assert session.query(ModelAliasRow).count() == 0
    assert acts(three, "model.alias") == []


def test_names_stand_through_a_restart_a_recovery_and_a_look_over_the_house(three: FederationSimulator):
    give(three, 1, PRODUCTION)
    three.restart()
    assert (called(three, PRODUCTION), three.director.upkeep.defects()) == (1, [])
    assert three.http.get("/global_models/1/model.pt", headers=three.analyst).status_code == 200
