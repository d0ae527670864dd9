"""A global model that the admin's own script made, and what of it is not believed."""

import io
import json
import subprocess
import sys
from typing import Any

import joblib
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from contract.artifacts.scaler_file import read_scaler
from contract.errors import ArtifactError, FederationError, ScalerFileError
from contract.messages.global_models import GlobalModel
from contract.names import Digest
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import MalformedRequestError, NotFoundError
from director.members.access import LOCAL_ADMIN
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def run_script(federation: FederationSimulator, *arguments: str) -> subprocess.CompletedProcess[str]:
    folders = sorted(str(path) for path in federation.file("received_results").iterdir())
    command = [sys.executable, "-m", "aggregation", *folders, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_script_on_plain_folders_makes_the_same_model_and_it_can_be_published(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital], tmp_path
):
    for each in five_hospitals:
        each.train_and_upload()
    made = federation.aggregate(strategy="fedavg").json()
    result = run_script(federation, "--out", str(tmp_path / "out"))
    assert result.returncode == 0, result.stderr
    card = json.loads((tmp_path / "out" / "card.json").read_bytes())
    assert (card["sha256"], card["scaler_sha256"]) == (made["sha256"], made["scaler_sha256"])
    files = [(tmp_path / "out" / name).read_bytes() for name in ("model.pt", "scaler.pkl", "card.json")]

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


# --- what is not believed ---------------------------------------------------------------------------------------------


def imported(
    federation: FederationSimulator, model: bytes | None = None, scaler: bytes | None = None, **claims: Any
) -> GlobalModel:
    """Import the current aggregate's files again, but for what is given."""
    own = {name: federation.file("aggregated", name).read_bytes() for name in ("model.pt", "scaler.pkl", "card.json")}
    model, scaler = model or own["model.pt"], scaler or own["scaler.pkl"]
    card = {**json.loads(own["card.json"]), "sha256": Digest.of(model), "scaler_sha256": Digest.of(scaler), **claims}
    files = (model, scaler, json.dumps(card).encode())
    return federation.director.models.import_model(LOCAL_ADMIN, DIAGNOSIS_COUNT.name, *files)


def fitted(table: Any) -> bytes:
    file = io.BytesIO()
    joblib.dump(StandardScaler().fit(table), file)
    return file.getvalue()


@pytest.fixture
def averaged(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]) -> FederationSimulator:
    """A federation that has aggregated once."""
    for each in five_hospitals:
        each.train_and_upload()
    assert federation.aggregate().status_code == 201
    return federation


def test_a_scaler_with_the_tasks_feature_or_without_names_is_taken(averaged: FederationSimulator):
    counts = averaged.hospitals["KNH"].counts
    for version, table in ((2, pd.DataFrame({"diagnosis_count": counts})), (3, counts[:, None])):
        assert imported(averaged, scaler=fitted(table)).version == version


def test_a_scaler_with_another_features_name_is_refused_with_both(averaged: FederationSimulator):
    table = pd.DataFrame({"age": averaged.hospitals["KNH"].counts})
    with pytest.raises(ScalerFileError, match=r"fitted to \(age\), the task's features are \(diagnosis_count\)"):
        imported(averaged, scaler=fitted(table))
    assert averaged.http.get("/global_models", headers=averaged.admin).json()["items"][0]["version"] == 1


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"sha256": "a" * 64}, ArtifactError, "model.pt is not the one"),
        ({"scaler_sha256": "a" * 64}, ArtifactError, "scaler.pkl is not the one"),
        ({"model": b"no model"}, FederationError, "model"),
        ({"inputs": []}, MalformedRequestError, "card.json"),
        ({"inputs": [{"envoy_name": "KNH", "model_sha256": "a" * 64, "num_examples": 3, "weight": 1}]}, NotFoundError,
         "names a model of 'KNH'"),
    ],
    ids=["another model", "another scaler", "no model", "no inputs", "a model that nobody sent"],
)  # fmt: skip
def test_what_does_not_belong_together_is_refused(averaged: FederationSimulator, given, error: type, says: str):
    with pytest.raises(error, match=says):
        imported(averaged, **given)
    assert len(averaged.http.get("/global_models", headers=averaged.admin).json()["items"]) == 1


def test_a_model_that_was_rejected_since_is_no_input(averaged: FederationSimulator):
    averaged.decide("reject", averaged.submission("KNH", 1)["id"])
    with pytest.raises(NotFoundError, match="KNH"):
        imported(averaged)
