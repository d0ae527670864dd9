"""One upload judged by itself, and every refusal in words that can be shown anywhere."""

import io
import json
from dataclasses import replace
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.preprocessing import StandardScaler
from typer.testing import CliRunner

from contract.artifacts.model_file import write_model
from contract.errors import ScalerFileError
from contract.names import Digest, TaskName
from contract.parts import FileRole, Parcel
from contract.tasks import DIAGNOSIS_COUNT, Feature
from director.cli import app
from director.errors import BaseUnknownError, MalformedRequestError
from director.submissions.arrival import MAX_METADATA_BYTES, Expectations, Inspection, inspect, read_metadata
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_key_of_metadata_that_would_steer_a_terminal_is_shown_harmlessly() -> None:
    needed = {"task": "diagnosis_count", "num_examples": 20, "base": "0" * 64}

    with pytest.raises(MalformedRequestError) as refusal:
        read_metadata(json.dumps({**needed, "metrics": {"\x1b[2J": "x"}}).encode())

    assert "metrics.\\x1b[2J" in refusal.value.sentence
    assert refusal.value.sentence.isprintable()


def test_unknown_metadata_is_ignored_and_said(hospital: SimulatedHospital):
    parcel = hospital.parcel()
    parcel.metadata["favourite_colour"] = "blue"
    receipt = hospital.upload(parcel).json()
    assert [check["seen"] for check in receipt["checks"] if check["name"] == "metadata"] == ["favourite_colour"]


def test_the_scikit_learn_that_wrote_a_scaler_is_said(hospital: SimulatedHospital):
    file = io.BytesIO()
    joblib.dump(StandardScaler().fit(hospital.counts[:, None]), file)
    parcel = hospital.parcel()
    parcel.scaler = file.getvalue()
    receipt = hospital.upload(parcel).json()
    assert [check["seen"] for check in receipt["checks"] if check["name"] == "scikit_learn"] == [sklearn.__version__]


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b'{"task": "diagnosis_count"}', b"[" * 9000])
def test_what_is_no_metadata_is_refused(data: bytes):
    with pytest.raises(MalformedRequestError) as refusal:
        read_metadata(data)
    assert refusal.value.hint


def test_metadata_that_is_too_long_is_not_read():
    whole = json.dumps({"task": "diagnosis_count", "num_examples": 20, "base": "0" * 64}).encode()
    assert read_metadata(whole.ljust(MAX_METADATA_BYTES)).num_examples == 20
    with pytest.raises(MalformedRequestError, match="more than"):
        read_metadata(whole.ljust(MAX_METADATA_BYTES + 1))


# --- one upload by itself ---------------------------------------------------------------------------------------------

TWO_FEATURES = replace(
    DIAGNOSIS_COUNT,
    name=TaskName("two_features"),
    features=(
        Feature("age", "years", "patients: anchor_age", "number", 0, 130),
        Feature("diagnosis_count", "diagnoses", "diagnoses_icd: rows", "count", 0, 100_000),
    ),
    architecture=replace(DIAGNOSIS_COUNT.architecture, input_size=2),
)
PATIENTS = pd.DataFrame({"age": np.linspace(20, 90, 40), "diagnosis_count": np.arange(40.0)})
BASE = Digest("b" * 64)


def fitted(table: Any) -> bytes:
    """Fit a StandardScaler, and save it as a hospital would."""
    file = io.BytesIO()
    joblib.dump(StandardScaler().fit(table), file)
    return file.getvalue()


def inspected(scaler: bytes | None = None, log: bytes | None = None, **said: Any) -> Inspection:
    """Inspect an upload of the task of two features that is sound but for what is given."""
    metadata = json.dumps({"task": "two_features", "num_examples": 40, "base": BASE, **said}).encode()
    parts: dict[FileRole, bytes] = {
        "metadata": metadata,
        "model": write_model(TWO_FEATURES.initial_state(), TWO_FEATURES.layout),
        "scaler": scaler or fitted(PATIENTS),
    }
    if log is not None:
        parts["log"] = log
    expected = Expectations(TWO_FEATURES, frozenset([BASE]), frozenset())
    return inspect(Parcel(parts), read_metadata(metadata), expected)


def identity_of(inspection: Inspection) -> Digest:
    assert inspection.update is not None
    return inspection.update.identity


def test_a_sound_upload_passes_every_check_and_is_known_by_what_counts():
    inspection = inspected(log=b'{"epoch": 1}\n')
    assert inspection.failure is None
    assert all(check.passed for check in inspection.checks)
    assert [check.name for check in inspection.checks] == [
        "digests", "base", "num_examples", "model", "scaler", "scikit_learn", "scaler_features", "scaler_possible",
        "scaler_agreed", "log",
    ]  # fmt: skip
    assert identity_of(inspection) == identity_of(inspected(seed=3))  # how it was trained does not matter
    assert identity_of(inspection) != identity_of(inspected(fitted(PATIENTS.to_numpy())))


@pytest.mark.parametrize(
    "table",
    [PATIENTS, PATIENTS.to_numpy()],
    ids=["the task's features in their order", "no names"],
)
def test_a_scaler_of_the_tasks_features_passes(table: Any):
    (check,) = (check for check in inspected(fitted(table)).checks if check.name == "scaler_features")
    assert (check.passed, check.seen) == (True, "2 names" if table is PATIENTS else "no names")


@pytest.mark.parametrize(
    ("table", "shown"),
    [
        (PATIENTS[["diagnosis_count", "age"]], "(diagnosis_count, age)"),
        (PATIENTS.rename(columns={"age": "weight"}), "(weight, diagnosis_count)"),
        (PATIENTS.rename(columns={"age": "=cmd|' /C calc'!A0"}), "(=cmd|' /C calc'!A0, diagnosis_count)"),
        (PATIENTS.rename(columns={"age": "Age"}), "(Age, diagnosis_count)"),
    ],
    ids=["another order", "another feature", "a spreadsheet's formula", "another case"],
)
def test_a_scaler_that_names_others_is_refused_with_both_lists(table: pd.DataFrame, shown: str):
    inspection = inspected(fitted(table))
    assert inspection.update is None
    (check,) = (check for check in inspection.checks if not check.passed)
    assert check.name == "scaler_features"
    assert shown in check.sentence
    assert "(age, diagnosis_count), in this order" in check.sentence
    assert isinstance(inspection.failure, ScalerFileError)
    assert inspection.failure.sentence == check.sentence


def test_a_digest_of_a_part_that_did_not_arrive_has_a_sentence_of_its_own():
    inspection = inspected(log_sha256=Digest.of(b"a log"))
    (check,) = (check for check in inspection.checks if not check.passed)
    assert (check.name, check.sentence) == ("digests", "The metadata digests a log, but none arrived.")
    assert inspected(log=b'{"epoch": 1}\n', log_sha256=Digest.of(b'{"epoch": 1}\n')).failure is None
    other = inspected(log=b'{"epoch": 1}\n', log_sha256=Digest.of(b"another log")).failure
    assert other is not None
    assert other.sentence == "The log that arrived is not the one that the metadata digests."


def test_every_check_runs_and_the_first_failure_is_what_is_answered():
    inspection = inspected(fitted(PATIENTS[["diagnosis_count", "age"]]), b"no json", base="c" * 64, num_examples=3)
    failed = [check.name for check in inspection.checks if not check.passed]
    assert failed == ["base", "num_examples", "scaler_features", "scaler_agreed", "log"]
    assert isinstance(inspection.failure, BaseUnknownError)


def test_a_key_that_nobody_knows_is_shown_harmlessly():
    unknown: dict[str, Any] = {"\x1b[2J": 1, "k" * 90: 2, "c": 3, "d": 4, "e": 5, "f": 6}
    inspection = inspected(**unknown)
    (check,) = (check for check in inspection.checks if check.name == "metadata")
    assert check.seen == f"\\x1b[2J, {'k' * 40}, c, d, e"
    assert inspection.failure is None


# --- the same through the interface -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["age", "=cmd|' /C calc'!A0", "Diagnosis_count"])
def test_a_scaler_of_another_feature_is_refused_on_arrival(hospital: SimulatedHospital, name: str):
    parcel = hospital.parcel()
    parcel.scaler = fitted(pd.DataFrame({name: hospital.counts}))
    refused = hospital.upload(parcel)
    assert (refused.status_code, refused.json()["code"]) == (422, "scaler_file_invalid")
    assert f"({name}), the task's features are (diagnosis_count)" in refused.json()["detail"]


def test_a_scaler_that_names_the_feature_is_taken(hospital: SimulatedHospital):
    parcel = hospital.parcel()
    parcel.scaler = fitted(pd.DataFrame({"diagnosis_count": hospital.counts}))
    assert hospital.upload(parcel).status_code == 201


def test_a_log_that_was_lost_on_the_way_is_said_to_be_missing(hospital: SimulatedHospital):
    parcel = hospital.parcel()
    assert parcel.log is not None
    parcel.metadata["log_sha256"] = Digest.of(parcel.log)
    parcel.log = None
    refused = hospital.upload(parcel)
    assert (refused.status_code, refused.json()["code"]) == (422, "digest_mismatch")
    assert refused.json()["detail"] == "The metadata digests a log, but none arrived."


def test_no_word_of_a_hospital_steers_or_stops_the_command_that_shows_it(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch
):
    parcel = hospital.parcel()
    parcel.metadata |= {"\x1b[2J": 1, "[/red]": 2}
    receipt = hospital.upload(parcel).json()
    monkeypatch.setenv("DIRECTOR_DATA_DIR", str(federation.folder))
    shown = CliRunner().invoke(app, ["submission", "show", receipt["id"]])
    assert shown.exit_code == 0, shown.output
    assert "\x1b" not in shown.output
    assert "[/red]" in shown.output.replace("\n", "")
