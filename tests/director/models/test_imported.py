"""A global model that the admin's own script made, and what of it is not believed."""

import json
import subprocess
import sys

from federation_simulator import FederationSimulator, SimulatedHospital

from contract.artifacts.scaler_file import read_scaler
from contract.tasks import DIAGNOSIS_COUNT


def run_script(federation: FederationSimulator, *arguments: str) -> subprocess.CompletedProcess[str]:
    folders = sorted(str(path) for path in federation.file("received_results").iterdir())
    command = [sys.executable, "-m", "aggregation", *folders, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_script_on_plain_folders_makes_the_same_model_and_it_can_be_published(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital], tmp_path
):
    for each in five_hospitals:
        each.train_and_upload()
    made = federation.aggregate().json()
    result = run_script(federation, "--out", str(tmp_path / "out"))
    assert result.returncode == 0, result.stderr
    card = json.loads((tmp_path / "out" / "card.json").read_bytes())
    assert (card["sha256"], card["scaler_sha256"]) == (made["sha256"], made["scaler_sha256"])
    files = [(tmp_path / "out" / name).read_bytes() for name in ("model.pt", "scaler.pkl", "card.json")]
    from director.members.access import LOCAL_ADMIN

    imported = federation.director.models.import_model(LOCAL_ADMIN, DIAGNOSIS_COUNT.name, *files)
    assert (imported.version, imported.strategy, imported.published) == (2, "imported:fedavg", True)
    assert [each.envoy_name for each in imported.inputs] == [each["envoy_name"] for each in made["inputs"]]


def test_the_script_names_the_folder_that_is_wrong(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital], tmp_path
):
    for each in five_hospitals:
        each.train_and_upload()
    federation.file("received_results", "KNH", "model.pt").write_bytes(b"not a model")
    result = run_script(federation, "--out", str(tmp_path / "out"))
    assert result.returncode == 4
    assert "KNH" in result.stderr
    assert not (tmp_path / "out").exists()


def test_the_script_takes_weights_and_one_hospitals_scaler(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital], tmp_path
):
    for each in five_hospitals:
        each.upload(each.parcel(own_scaler=True))
    result = run_script(federation, "--weights", "1", "1", "1", "1", "4", "--scaler", "MTRH", "--out", str(tmp_path))
    assert result.returncode == 0, result.stderr
    card = json.loads(result.stdout)
    assert [each["weight"] for each in card["inputs"]] == [0.125, 0.125, 0.125, 0.125, 0.5]
    assert read_scaler((tmp_path / "scaler.pkl").read_bytes(), 1) == federation.hospitals["MTRH"].own_scaler
