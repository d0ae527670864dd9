"""The current models in memory: switched as one, and a damaged one harms no other."""

from federation_simulator import FederationSimulator, SimulatedHospital


def test_a_new_version_answers_as_soon_as_it_is_published(federation: FederationSimulator, hospital: SimulatedHospital):
    answers = []
    for nudge in (1, 2):
        hospital.train_and_upload(nudge)
        made = federation.aggregate().json()
        answer = federation.infer_global({"inputs": {"diagnosis_count": 9}}).json()["model"]
        assert answer["sha256"] == made["sha256"]
        answers.append(answer["version"])
    assert answers == [1, 2]
