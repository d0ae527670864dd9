"""The log of questions: who asked which model when, and never an input."""

import json

from federation_simulator import FederationSimulator, SimulatedHospital


def test_the_log_of_inferences_holds_no_input(asked: FederationSimulator):
    asked.infer_global({"inputs": {"diagnosis_count": 73219}})
    line = asked.file("logs", "inference.log").read_text().splitlines()[-1]
    assert json.loads(line)["model"]["scope"] == "global"
    assert json.loads(line)["caller"].startswith("analyst:")
    assert "73219" not in line
    assert "diagnosis_count" in line  # the task's name, so that the absence above means something


def test_the_log_of_inferences_follows_its_rotation(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    log = federation.file("logs", "inference.log")
    hospital.infer({"diagnosis_count": 1})
    log.rename(log.with_suffix(".1"))
    federation.director._inference_log._looked = 0  # a second later
    hospital.infer({"diagnosis_count": 2})
    assert [len(path.read_text().splitlines()) for path in (log.with_suffix(".1"), log)] == [1, 1]
