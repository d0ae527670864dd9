"""Events of a real federation, in order, and what they say that a tracker has to hold."""

from collections.abc import Sequence

import pytest

from contract.names import EnvoyName, TaskName
from director.members.access import LOCAL_ADMIN
from director.records import audit
from director.records.events import Told
from director.tracking import projector
from director.tracking.projector import Projector
from director.tracking.tracked import Projection
from tests.director.tracking.conftest import play_round
from tests.federation_simulator import FederationSimulator, SimulatedHospital

Three = list[SimulatedHospital]
TASK = TaskName("diagnosis_count")


def told(federation: FederationSimulator) -> Sequence[Told]:
    with federation.director.database.read() as session:
        return audit.told_after(session, 0)


def project(federation: FederationSimulator, events: Sequence[Told], **asked: object) -> Projection:
    with federation.director.database.read() as session:
        return Projector(session, federation.director.catalogue, TASK).project(events, **asked)  # type: ignore[arg-type]


@pytest.fixture
def two_rounds(federation: FederationSimulator, three: Three) -> Sequence[Told]:
    federation.open_run(rounds=2, strategy="fedavg")
    federation.play()
    play_round(federation, three, 0.5)
    play_round(federation, three, 0.7)
    return told(federation)


def test_who_joins_and_uploads_is_no_matter_of_a_tracker(federation: FederationSimulator, three: Three):
    three[0].train_and_upload()
    assert project(federation, told(federation)).is_empty


def test_stretch_by_stretch_it_says_what_all_at_once_says(federation: FederationSimulator, two_rounds: Sequence[Told]):
    def points_of(*projections: Projection) -> set[tuple[object, ...]]:
        return {
            (run.key, point.key, point.step, point.at, point.value)
            for each in projections
            for family in each.families
            for run in family.runs
            for point in run.points
        }

    whole = project(federation, two_rounds)
    each = [project(federation, [one]) for one in two_rounds]
    assert points_of(*each) == points_of(whole)
    assert {each.version for one in each for each in one.registrations} == {1, 2}
    assert sum(family.is_whole for one in each for family in one.families) == 1  # where it was opened


def test_a_return_alone_touches_no_run(federation: FederationSimulator, two_rounds: Sequence[Told]):
    returns = [each for each in two_rounds if each.event.act in ("round.return", "round.open", "run.answer")]
    assert returns
    assert project(federation, returns).is_empty


def test_a_round_that_failed_gives_no_point_and_its_second_try_one(federation: FederationSimulator, three: Three):
    federation.open_run(rounds=1, deadline_seconds=60)
    federation.play()
    federation.clock.pass_by(seconds=61)
    federation.director.rounds.advance()
    federation.http.post("/runs/1/resume", headers=federation.admin)
    federation.director.rounds.advance()
    play_round(federation, three)
    (family,) = project(federation, told(federation)).families
    assert [(each.step, each.value) for each in family.runs[0].points if each.key == "n"] == [(1, 3)]


def test_only_one_family_is_given_where_only_one_is_asked_for(federation: FederationSimulator, three: Three):
    for each in three:
        each.train_and_upload()
    federation.aggregate()
    federation.open_run(rounds=1)
    federation.play()
    play_round(federation, three)
    found = project(federation, told(federation), only="version 1", is_whole=True)
    assert [(family.key, family.is_whole) for family in found.families] == [("version 1", True)]
    assert (found.registrations, found.aliases) == ([], None)
    assert [family.key for family in project(federation, told(federation), only="run 1").families] == ["run 1"]


def test_a_closed_run_is_ended_for_all_who_took_part(federation: FederationSimulator, three: Three):
    federation.open_run(rounds=5)
    federation.play()
    play_round(federation, three)
    federation.http.post("/runs/1/close", json={"reason": "enough"}, headers=federation.admin)
    last = [each for each in told(federation) if each.event.act == "run.close"]
    (family,) = project(federation, last).families
    assert {each.ending for each in family.runs} == {"closed"}
    assert len(family.runs) == 4
    assert family.runs[0].tags["reason"] == "enough"


def test_of_more_hospitals_than_have_parts_there_are_summaries(
    federation: FederationSimulator, two_rounds: Sequence[Told], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(projector, "MOST_CHILDREN", 2)
    (family,) = project(federation, two_rounds).families
    assert [each.key for each in family.runs] == ["run 1"]
    assert sorted(family.runs[0].documents) == ["hospitals/step-000001.json", "hospitals/step-000002.json"]


def test_a_card_says_no_more_than_an_analyst_may_know(federation: FederationSimulator, two_rounds: Sequence[Told]):
    cards = [each.card for each in project(federation, two_rounds).registrations]
    assert len(cards) == 2
    for card in cards:
        assert '"norm": null' in card
        assert '"cosine": 0' not in card


def test_of_a_family_nothing_is_told_before_its_begin(federation: FederationSimulator, three: Three):
    for each in three:
        each.train_and_upload()
    federation.aggregate()
    federation.open_run(rounds=1)
    events = told(federation)
    began = {each.event.act: each.seq for each in events}
    with federation.director.database.read() as session:
        assert projector.begin_of(session, TASK, "version 1") == began["model.aggregate"]
        assert projector.begin_of(session, TASK, "run 1") == began["run.open"]
        assert projector.begin_of(session, TASK, "run 2") == 1


def test_versions_that_learned_from_a_hospital_which_left_say_so(
    federation: FederationSimulator, two_rounds: Sequence[Told], three: Three
):
    federation.director.upkeep.withdraw(LOCAL_ADMIN, EnvoyName(three[0].name), "its board")
    (left,) = [each for each in told(federation) if each.event.act == "envoy.withdraw"]
    marked = {each.version: each.tags["withdrawn"] for each in project(federation, [left]).registrations}
    assert marked == {1: three[0].name, 2: three[0].name}


def test_where_a_task_begins_anew_no_version_is_the_champion(
    federation: FederationSimulator, two_rounds: Sequence[Told]
):
    assert (project(federation, two_rounds).aliases or {})["champion"] == 2
    federation.director.models.begin_anew(LOCAL_ADMIN, TASK, "anew")
    assert project(federation, told(federation)[-1:]).aliases is None  # a start was renewed
    assert project(federation, told(federation)).aliases == {"challenger": 2}
