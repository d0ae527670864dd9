"""The current models in memory: switched as one, and a damaged one harms no other."""

from typing import Any

import pytest
from sqlalchemy import event

from contract.errors import UnknownTaskError
from contract.names import EnvoyName, TaskName
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import DamagedArtifactError, NoModelError, UnknownEnvoyError
from director.inference.answers import ReadyModel
from director.inference.current import CurrentModels
from director.members.events import EnvoyAdded
from director.records.events import UnreadEvent
from director.tasks.catalogue import Catalogue
from director.upkeep.events import BackupMade
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_new_version_answers_as_soon_as_it_is_published(federation: FederationSimulator, hospital: SimulatedHospital):
    answers = []
    for nudge in (1, 2):
        hospital.train_and_upload(nudge)
        made = federation.aggregate().json()
        answer = federation.infer_global({"inputs": {"diagnosis_count": 9}}).json()["model"]
        assert answer["sha256"] == made["sha256"]
        answers.append(answer["version"])
    assert answers == [1, 2]


def test_an_answer_counts_each_hospital_once_however_often_it_was_asked_for(federation: FederationSimulator):
    for name in ("KNH", "MTRH", "KUTRRH"):
        federation.enrol(name).train_and_upload()
    made = federation.aggregate(envoys=["KNH", "knh", "MTRH", "KNH"])
    assert [each["envoy_name"] for each in made.json()["inputs"]] == ["KNH", "MTRH"]
    assert federation.infer_global({"inputs": {"diagnosis_count": 9}}).json()["model"]["envoys"] == 2


# --- by itself --------------------------------------------------------------------------------------------------------

TASK = DIAGNOSIS_COUNT.name
KUTRRH, MTRH = EnvoyName("KUTRRH"), EnvoyName("MTRH")


def refreshed(federation: FederationSimulator, models: CurrentModels | None = None) -> CurrentModels:
    """Current models beside the server's own, which learn only here."""
    director = federation.director
    models = models or CurrentModels(director.blobs, director.catalogue)
    with director.database.read() as session:
        models.refresh(session)
    return models


def damage(federation: FederationSimulator, digest: str) -> None:
    federation.file("blobs", digest[:2], digest).write_bytes(b"damaged")


def test_who_has_no_model_is_told_from_who_is_not_there(federation: FederationSimulator, hospital: SimulatedHospital):
    models = refreshed(federation)
    for where, error in (
        ((KUTRRH, TASK), NoModelError),
        ((None, TASK), NoModelError),
        ((EnvoyName("Nowhere"), TASK), UnknownEnvoyError),
        ((None, TaskName("another")), UnknownTaskError),
    ):
        with pytest.raises(error):
            models.ready(*where)


def test_a_hospital_is_found_however_its_name_is_spelt(federation: FederationSimulator, hospital: SimulatedHospital):
    digest = hospital.train_and_upload()["files"]["model"]["sha256"]
    model = refreshed(federation).ready(EnvoyName("kutrrh"), TASK).model
    assert (model.scope, model.envoy_name, model.version, model.sha256) == ("envoy", "KUTRRH", 1, digest)


def test_nothing_changes_before_it_learns_and_then_all_at_once(federation: FederationSimulator):
    hospitals = [federation.enrol(name) for name in ("KUTRRH", "MTRH")]
    for each in hospitals:
        each.train_and_upload(1)
    federation.aggregate()
    models = refreshed(federation)
    places = ((KUTRRH, TASK), (MTRH, TASK), (None, TASK))
    before = [models.ready(*place) for place in places]
    for each in hospitals:
        each.train_and_upload(2)
    federation.aggregate()
    assert [models.ready(*place) for place in places] == before
    refreshed(federation, models)
    assert [models.ready(*place).model.version for place in places] == [2, 2, 2]


def test_what_did_not_move_stays_loaded_and_what_was_asked_for_is_loaded_before_the_switch(
    federation: FederationSimulator, monkeypatch
):
    one, other = federation.enrol("KUTRRH"), federation.enrol("MTRH")
    for each in (one, other):
        each.train_and_upload(1)
    models = refreshed(federation)
    held = models.ready(MTRH, TASK)
    models.ready(KUTRRH, TASK)
    one.train_and_upload(2)
    refreshed(federation, models)
    monkeypatch.setattr(models._blobs, "read", None)  # whatever is asked now is in memory already
    assert models.ready(MTRH, TASK) is held
    assert models.ready(KUTRRH, TASK).model.version == 2


def test_a_damaged_new_model_is_told_to_who_asks_for_it_and_the_others_answer_on(federation: FederationSimulator):
    one, other = federation.enrol("KUTRRH"), federation.enrol("MTRH")
    for each in (one, other):
        each.train_and_upload(1)
    models = refreshed(federation)
    for name in (KUTRRH, MTRH):
        models.ready(name, TASK)
    damage(federation, one.train_and_upload(2)["files"]["model"]["sha256"])
    assert other.train_and_upload(2)["version"] == 2
    refreshed(federation, models)
    assert models.ready(MTRH, TASK).model.version == 2
    with pytest.raises(DamagedArtifactError):  # never the older one under the newer one's name
        models.ready(KUTRRH, TASK)
    one.train_and_upload(3)
    refreshed(federation, models)
    assert models.ready(KUTRRH, TASK).model.version == 3


def test_a_hospitals_model_that_was_rejected_answers_no_more(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    receipt = hospital.train_and_upload()
    models = refreshed(federation)
    models.ready(KUTRRH, TASK)
    federation.decide("reject", receipt["id"])
    refreshed(federation, models)
    with pytest.raises(NoModelError):
        models.ready(KUTRRH, TASK)


def test_a_model_of_another_definition_answers_nothing(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    federation.aggregate()
    blobs = federation.director.blobs
    as_it_was = refreshed(federation, CurrentModels(blobs, Catalogue({})))
    defined_anew = refreshed(federation, CurrentModels(blobs, Catalogue({TASK: (4.0, 12.0)})))
    for envoy in (KUTRRH, None):
        assert as_it_was.ready(envoy, TASK).model.version == 1
        with pytest.raises(NoModelError):
            defined_anew.ready(envoy, TASK)


def test_it_asks_as_many_questions_of_one_task_as_of_many(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    federation.aggregate()
    director = federation.director
    assert len(director.catalogue) > 1
    counts = []
    for catalogue in (Catalogue({}, {TASK: DIAGNOSIS_COUNT}), director.catalogue):
        with director.database.read() as session:
            asked: list[str] = []
            # of this connection alone: the director looks at its rows meanwhile
            event.listen(session.connection(), "before_cursor_execute", lambda *said, to=asked: to.append(said[2]))
            CurrentModels(director.blobs, catalogue).refresh(session)
        counts.append(len(asked))
    assert counts[0] == counts[1] > 0


def test_it_learns_of_versions_publications_and_hospitals_alone(federation: FederationSimulator):
    models = refreshed(federation)
    assert models.concerns(EnvoyAdded(envoy=KUTRRH))
    assert models.concerns(UnreadEvent(name="x", of="y", said={}))
    assert not models.concerns(BackupMade())


def test_a_model_that_was_being_loaded_when_the_switch_came_is_not_asked_again(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch
):
    hospital.train_and_upload(1)
    models = refreshed(federation)
    hospital.train_and_upload(2)
    original = models._load

    def overtaken(*where: Any) -> ReadyModel:
        loaded = original(*where)
        monkeypatch.setattr(models, "_load", original)
        refreshed(federation, models)
        return loaded

    monkeypatch.setattr(models, "_load", overtaken)
    assert [models.ready(KUTRRH, TASK).model.version for _ in range(2)] == [1, 2]
