"""What happens to an upload, told through the director's own application."""

import io
import json
import os
import pickle
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import joblib
import numpy as np
import pytest
import torch
from sklearn.preprocessing import StandardScaler

from contract.artifacts.scaler_file import write_scaler
from contract.messages.base import Role
from contract.messages.problems import Check
from contract.messages.uploads import StoredFile, Submission
from contract.names import Digest
from contract.scaler import ScalerState
from director.records.schema import SubmissionRow
from tests.federation_simulator import FederationSimulator, Parcel, SimulatedHospital


def test_an_upload_is_kept_byte_for_byte_and_shown(federation: FederationSimulator, hospital: SimulatedHospital):
    parcel = hospital.parcel()
    assert parcel.log is not None
    response = hospital.upload(parcel)
    assert response.status_code == 201, response.text
    receipt = response.json()
    assert (receipt["verdict"], receipt["version"], receipt["envoy_name"]) == ("admitted", 1, "KUTRRH")
    assert receipt["files"]["model"] == {"sha256": Digest.of(parcel.model), "bytes": len(parcel.model)}
    assert all(check["passed"] for check in receipt["checks"])
    for folder in (("KUTRRH",), ("KUTRRH", "diagnosis_count")):
        assert federation.file("received_results", *folder, "model.pt").read_bytes() == parcel.model
        assert federation.file("received_results", *folder, "scaler.pkl").read_bytes() == parcel.scaler
        assert federation.file("received_results", *folder, "training.log").read_bytes() == parcel.log
        assert json.loads(federation.file("received_results", *folder, "metadata.json").read_bytes()) == parcel.metadata
    assert parcel.log in federation.file("logs", "training", "KUTRRH.log").read_bytes()


def test_the_same_parcel_again_gives_the_same_receipt(hospital: SimulatedHospital):
    parcel = hospital.parcel()
    first, second = hospital.upload(parcel), hospital.upload(parcel)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


def test_a_new_model_is_the_next_version(hospital: SimulatedHospital):
    assert [hospital.train_and_upload(nudge)["version"] for nudge in (1, 2, 3)] == [1, 2, 3]


def test_an_idempotency_key_finds_its_first_upload(hospital: SimulatedHospital):
    parcel = hospital.parcel(1)
    first = hospital.upload(parcel, **{"Idempotency-Key": "k1"})
    again = hospital.upload(parcel, **{"Idempotency-Key": "k1"})
    other = hospital.upload(hospital.parcel(2), **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_twenty_equal_uploads_at_once_become_one_version(hospital: SimulatedHospital):
    parcel = hospital.parcel()
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: hospital.upload(parcel), range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert {answer.json()["version"] for answer in answers} == {1}


def test_twenty_different_uploads_at_once_become_twenty_versions(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    parcels = [hospital.parcel(nudge) for nudge in range(20)]
    with ThreadPoolExecutor(20) as threads:
        answers = [answer.json() for answer in threads.map(hospital.upload, parcels)]
    assert sorted(answer["version"] for answer in answers) == list(range(1, 21))
    newest = max(answers, key=lambda answer: answer["version"])
    assert federation.digest_at("received_results", "KUTRRH", "model.pt") == newest["files"]["model"]["sha256"]


def test_a_hospital_may_train_behind_its_own_scaler(hospital: SimulatedHospital):
    assert hospital.send_statistics().status_code == 201
    assert hospital.upload(hospital.parcel(own_scaler=True)).status_code == 201


def test_what_nobody_knows_is_kept_nowhere_and_named_in_the_receipt(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    parcel = hospital.parcel()
    parcel.metadata |= {"patients": ["Jane Doe"], "metrics": {"accuracy": 0.5, "by_name": {"Jane Doe": 1}}}
    parcel.log = b'{"epoch": 1, "note": "Jane Doe", "validation": {"gmean": 0.9}}\n'
    sent = {role: Digest.of(file[1]) for role, file in parcel.files.items()}
    response = hospital.upload(parcel)
    receipt = response.json()
    assert response.status_code == 201, response.text
    checks = {check["name"]: check for check in receipt["checks"]}
    assert checks["metadata"]["seen"] == "patients, metrics.by_name"
    assert checks["log_keys"]["seen"] == "note, validation.gmean"
    for role, name in (("metadata", "metadata.json"), ("log", "training.log")):
        kept = receipt["files"][role]["sha256"]
        assert (checks[f"{role}_kept"]["seen"], checks[f"{role}_kept"]["bound"]) == (sent[role], kept)
        assert kept != sent[role]
        assert federation.digest_at("received_results", "KUTRRH", name) == kept
    assert [receipt["files"][role]["sha256"] for role in ("model", "scaler")] == [sent["model"], sent["scaler"]]
    federation.director.database.close()  # what stands in its write-ahead log is in its file now
    holding = [path for path in federation.folder.rglob("*") if path.is_file() and b"Jane" in path.read_bytes()]
    assert holding == []
    assert federation.director.upkeep.defects() == []
    assert b'{"epoch": 1, "validation": {}}\n' in federation.file("logs", "training", "KUTRRH.log").read_bytes()


def test_the_same_submission_with_other_words_about_it_is_the_same_and_leaves_no_file(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    parcel = hospital.parcel()
    parcel.metadata["patients"] = 20
    first = hospital.upload(parcel, **{"Idempotency-Key": "k1"})
    parcel.metadata["metrics"] = {"gmean": 0.5}
    again, by_key = hospital.upload(parcel), hospital.upload(parcel, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code, by_key.status_code) == (201, 200, 200)
    assert first.json() == again.json() == by_key.json()
    assert federation.director.upkeep.defects() == []


def test_a_receipt_has_the_fields_that_an_envoy_of_the_version_before_knows():
    assert set(Submission.model_fields) == {
        "id", "envoy_name", "task", "version", "verdict", "checks", "decision", "files", "metadata", "created_at",
    }  # fmt: skip
    assert set(StoredFile.model_fields) == {"sha256", "bytes"}
    assert set(Check.model_fields) == {"name", "passed", "seen", "bound", "sentence"}


def test_a_submission_that_was_kept_as_it_came_goes_on(federation: FederationSimulator, hospital: SimulatedHospital):
    parcel = hospital.parcel()
    receipt = hospital.upload(parcel).json()
    as_it_came, said = b'{"patients": 20, "metrics": {"accuracy": 999}}', {"accuracy": 999.0, "gmean": 0.5}
    log_as_it_came = b'{"epoch": 1, "note": "x"}'
    with federation.director.database.write() as session:  # as the version before would have left it
        row = session.get_one(SubmissionRow, receipt["id"])
        row.metadata_json = {**row.metadata_json, "metrics": said}
        row.checks = [check for check in row.checks if not check["name"].endswith("_kept")]
        for file in row.files:
            if file.role in ("metadata", "log"):
                file.sha256, file.bytes = federation.director.blobs.keep(
                    as_it_came if file.role == "metadata" else log_as_it_came
                )
        row.envoy.kept_bytes = sum(file.bytes for file in row.files)
    for folder in (("KUTRRH",), ("KUTRRH", "diagnosis_count")):
        federation.file("received_results", *folder, "metadata.json").unlink()
        federation.file("received_results", *folder, "training.log").unlink()
    federation.restart()
    assert federation.director.upkeep.defects() == []
    assert federation.file("received_results", "KUTRRH", "metadata.json").read_bytes() == as_it_came
    assert federation.file("received_results", "KUTRRH", "training.log").read_bytes() == log_as_it_came
    again = hospital.upload(parcel)
    assert (again.status_code, again.json()["id"]) == (200, receipt["id"])
    assert again.json()["metadata"]["metrics"] == {"accuracy": 999}
    assert federation.aggregate().json()["metrics"]["KUTRRH"] == said
    assert hospital.train_and_upload(2)["version"] == 2


def test_without_a_log_an_upload_is_taken(hospital: SimulatedHospital):
    parcel = hospital.parcel()
    parcel.log = None
    assert hospital.upload(parcel).status_code == 201


# --- refusals ---------------------------------------------------------------------------------------------------------

CANARY = "FL_DIRECTOR_TEST_CODE_RAN"


class Bomb:
    """Sets a variable of the environment when it is unpickled."""

    def __reduce__(self):
        return exec, (f"import os; os.environ[{CANARY!r}] = '1'",)


def saved(state: Mapping[str, object]) -> bytes:
    file = io.BytesIO()
    torch.save(state, file)
    return file.getvalue()


def state_of(parcel: Parcel) -> dict[str, torch.Tensor]:
    return dict(torch.load(io.BytesIO(parcel.model), weights_only=True))


def a_nan_weight(parcel: Parcel) -> None:
    state = state_of(parcel)
    state["layers.1.bias"][3] = torch.nan
    parcel.model = saved(state)


def a_missing_tensor(parcel: Parcel) -> None:
    state = state_of(parcel)
    del state["layers.2.bias"]
    parcel.model = saved(state)


def an_extra_tensor(parcel: Parcel) -> None:
    parcel.model = saved({**state_of(parcel), "backdoor": torch.zeros(3)})


def another_architecture(parcel: Parcel) -> None:
    parcel.model = saved(torch.nn.Linear(1, 3).state_dict())


def a_wrong_dtype(parcel: Parcel) -> None:
    parcel.model = saved({name: tensor.double() for name, tensor in state_of(parcel).items()})


def a_pickle_bomb(parcel: Parcel) -> None:
    parcel.model = pickle.dumps(Bomb())


def a_pickle_bomb_for_a_scaler(parcel: Parcel) -> None:
    file = io.BytesIO()
    joblib.dump(Bomb(), file)
    parcel.scaler = file.getvalue()


def a_pickle_bomb_in_an_archive(parcel: Parcel) -> None:
    parcel.model = saved({"layers.0.weight": Bomb()})


def a_zip_bomb(parcel: Parcel) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(50 * 2**20))
    parcel.model = file.getvalue()


def a_torchscript_archive(parcel: Parcel) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("data.pkl", "constants.pkl", "code/__torch__.py", "version"):
            archive.writestr(f"archive/{name}", b"3\n")
    parcel.model = file.getvalue()


def a_truncated_model(parcel: Parcel) -> None:
    parcel.model = parcel.model[:-100]


def no_model_at_all(parcel: Parcel) -> None:
    parcel.model = b""


def a_scaler_with_scale_zero(parcel: Parcel) -> None:
    scaler = StandardScaler().fit(np.arange(50.0)[:, None])
    scaler.scale_ = np.zeros(1)
    file = io.BytesIO()
    joblib.dump(scaler, file)
    parcel.scaler = file.getvalue()


def a_scaler_of_two_features(parcel: Parcel) -> None:
    parcel.scaler = write_scaler(ScalerState.from_moments(50, (3.0, 1.0), (4.0, 1.0)))


def a_foreign_scaler(parcel: Parcel) -> None:
    parcel.scaler = write_scaler(ScalerState.from_moments(51, (3.0,), (4.0,)))


def a_scaler_of_impossible_rows(parcel: Parcel) -> None:
    parcel.scaler = write_scaler(ScalerState.from_moments(parcel.metadata["num_examples"], (1e90,), (4.0,)))


def an_unknown_base(parcel: Parcel) -> None:
    parcel.metadata["base"] = "0" * 64


def too_few_examples(parcel: Parcel) -> None:
    parcel.metadata["num_examples"] = 3


def a_log_with_nan(parcel: Parcel) -> None:
    parcel.log = b'{"loss": NaN}\n'


def a_log_with_words_for_numbers(parcel: Parcel) -> None:
    parcel.log = b'{"epoch": 1, "loss": "Jane Doe"}\n'


def a_log_with_an_accuracy_of_999(parcel: Parcel) -> None:
    parcel.log = b'{"epoch": 1, "validation": {"accuracy": 999}}\n'


def an_accuracy_of_999(parcel: Parcel) -> None:
    parcel.metadata["metrics"] = {"accuracy": 999}


def a_log_that_is_no_json(parcel: Parcel) -> None:
    parcel.log = b"epoch 1\n"


def bytes_damaged_on_the_way(parcel: Parcel) -> None:
    parcel.metadata["model_sha256"] = "1" * 64


def an_unknown_task(parcel: Parcel) -> None:
    parcel.metadata["task"] = "mind_reading"


def no_num_examples(parcel: Parcel) -> None:
    del parcel.metadata["num_examples"]


def a_count_that_is_text(parcel: Parcel) -> None:
    parcel.metadata["num_examples"] = "many"


def test_the_bomb_of_these_tests_is_live():
    pickle.loads(pickle.dumps(Bomb()))
    assert os.environ.pop(CANARY) == "1"


@pytest.mark.parametrize(
    ("spoil", "status", "code"),
    [
        (a_nan_weight, 422, "tensor_value_invalid"),
        (a_missing_tensor, 422, "layout_mismatch"),
        (an_extra_tensor, 422, "layout_mismatch"),
        (another_architecture, 422, "layout_mismatch"),
        (a_wrong_dtype, 422, "layout_mismatch"),
        (a_pickle_bomb, 422, "model_file_invalid"),
        (a_pickle_bomb_in_an_archive, 422, "model_file_invalid"),
        (a_scaler_of_impossible_rows, 422, "scaler_file_invalid"),
        (a_pickle_bomb_for_a_scaler, 422, "scaler_file_invalid"),
        (a_zip_bomb, 422, "model_file_invalid"),
        (a_torchscript_archive, 422, "model_file_invalid"),
        (a_truncated_model, 422, "model_file_invalid"),
        (no_model_at_all, 422, "model_file_invalid"),
        (a_scaler_with_scale_zero, 422, "scaler_file_invalid"),
        (a_scaler_of_two_features, 422, "scaler_file_invalid"),
        (a_foreign_scaler, 409, "scaler_not_agreed"),
        (an_unknown_base, 409, "base_unknown"),
        (too_few_examples, 422, "examples_out_of_bounds"),
        (a_log_with_nan, 422, "training_log_invalid"),
        (a_log_that_is_no_json, 422, "training_log_invalid"),
        (a_log_with_words_for_numbers, 422, "training_log_invalid"),
        (a_log_with_an_accuracy_of_999, 422, "training_log_invalid"),
        (an_accuracy_of_999, 422, "metric_invalid"),
        (bytes_damaged_on_the_way, 422, "digest_mismatch"),
        (an_unknown_task, 404, "unknown_task"),
        (no_num_examples, 400, "malformed_request"),
        (a_count_that_is_text, 400, "malformed_request"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_spoilt_upload_is_refused_and_changes_nothing(
    federation: FederationSimulator, hospital: SimulatedHospital, spoil, status: int, code: str
):
    before = hospital.train_and_upload()
    blobs_before = sorted(federation.director.blobs.digests())
    parcel = hospital.parcel(1)
    spoil(parcel)
    response = hospital.upload(parcel)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code)
    assert CANARY not in os.environ
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["detail"]
    assert problem["hint"]
    assert len(response.content) <= 4096
    assert federation.digest_at("received_results", "KUTRRH", "model.pt") == before["files"]["model"]["sha256"]
    assert sorted(federation.director.blobs.digests()) == blobs_before
    assert hospital.infer({"diagnosis_count": 3}).json()["model"]["version"] == 1


def test_a_refusal_names_all_that_is_wrong_and_is_on_record(hospital: SimulatedHospital):
    parcel = hospital.parcel()
    a_foreign_scaler(parcel)
    a_log_with_nan(parcel)
    problem = hospital.upload(parcel).json()
    assert {check["name"] for check in problem["checks"] if not check["passed"]} == {"scaler_agreed", "log"}
    kept = hospital.http.get(f"/submissions/{problem['facts']['submission_id']}", headers=hospital.headers).json()
    assert (kept["verdict"], kept["version"], kept["files"]) == ("rejected", None, {})
    assert kept["checks"] == problem["checks"]


def test_a_form_with_an_odd_or_a_missing_part_is_refused(hospital: SimulatedHospital):
    parcel = hospital.parcel()
    for files in (
        {"metadata": parcel.files["metadata"]},
        {**parcel.files, "extra": ("x", b"1", "text/plain")},
        [("model", parcel.files["model"]), ("model", parcel.files["model"])],
    ):
        response = hospital.http.post("/upload/KUTRRH", files=files, headers=hospital.headers)
        assert (response.status_code, response.json()["code"]) == (400, "malformed_request")
    response = hospital.http.post("/upload/KUTRRH", json={}, headers=hospital.headers)
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


def test_an_upload_over_the_cap_is_refused(tmp_path):
    with FederationSimulator(tmp_path, max_upload_bytes=4096) as federation:
        hospital = federation.enrol("KUTRRH")
        parcel = hospital.parcel()
        parcel.model = bytes(10_000)
        response = hospital.upload(parcel)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")


# --- who may ----------------------------------------------------------------------------------------------------------


def test_an_upload_for_another_hospital_is_forbidden(federation: FederationSimulator, hospital: SimulatedHospital):
    federation.enrol("MTRH")
    response = hospital.upload(hospital.parcel(), to="MTRH")
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    assert not federation.file("received_results", "MTRH").exists()


@pytest.mark.parametrize("role", ["admin", "analyst"])
def test_only_a_hospital_uploads(federation: FederationSimulator, hospital: SimulatedHospital, role: Role):
    parcel = hospital.parcel()
    response = federation.http.post("/upload/KUTRRH", files=parcel.files, headers=federation.headers(role))
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")


# --- from the files to the row ----------------------------------------------------------------------------------------


def test_files_that_a_recovery_took_for_orphans_are_kept_again(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch
):
    parcel, intake = hospital.parcel(), federation.director.submissions._intake
    original = intake._keep_files

    def kept_and_taken(parts: Any) -> Any:
        files = original(parts)
        monkeypatch.setattr(intake, "_keep_files", original)
        federation.director.blobs.remove(Digest.of(parcel.model))  # no row names it yet
        return files

    monkeypatch.setattr(intake, "_keep_files", kept_and_taken)
    assert hospital.upload(parcel).status_code == 201
    assert federation.director.upkeep.defects() == []


def test_who_admits_or_refuses_an_upload_is_told_with_its_submission(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    receipt = hospital.train_and_upload(1)
    refused = hospital.parcel(2)
    refused.model = b"x"
    answer = hospital.upload(refused).json()
    (admitted,), (rejected,) = federation.log_lines("upload.admit"), federation.log_lines("upload.reject")
    assert admitted["submission"] == receipt["id"]
    assert admitted["files"] == {role: file["sha256"] for role, file in receipt["files"].items()}
    assert (rejected["submission"], rejected["code"]) == (answer["facts"]["submission_id"], "model_file_invalid")
    assert admitted["actor"] == rejected["actor"]
    assert admitted["actor"].startswith("hospital:KUTRRH:")
