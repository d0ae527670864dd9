"""One upload judged by itself, and every refusal in words that can be shown anywhere."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
import torch
from sklearn.preprocessing import StandardScaler
from torch.utils.serialization import config as torch_config
from typer.testing import CliRunner

from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import ScalerFile
from contract.errors import MetricError, ScalerFileError
from contract.messages.base import MetricValue
from contract.metadata_file import MAX_METADATA_BYTES
from contract.names import Digest, TaskName
from contract.parts import FileRole, Parcel
from contract.tasks import DIAGNOSIS_COUNT, Feature
from director.cli import app
from director.errors import BaseUnknownError, DigestMismatchError, MalformedRequestError
from director.submissions.arrival import Expectations, Inspection, inspect, read_metadata
from envoy.parcel import own_scaler_file, pack
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"metrics": [["\x1b[2J", 0.5]]}, "metrics"),
        ({"metrics": {"accuracy": "\x1b[2J"}}, "metrics.accuracy.float"),
        ({"software": "\x1b[2J"}, "software"),
        ({"task": "\x1b[2J"}, "task"),
        ({"trained_at": "\x1b[2J"}, "trained_at"),
    ],
)
def test_a_refusal_of_metadata_is_in_our_own_words_only(said: dict[str, Any], field: str):
    needed = {"task": "diagnosis_count", "num_examples": 20, "base": "0" * 64}
    with pytest.raises(MalformedRequestError) as refusal:
        read_metadata(json.dumps({**needed, **said}).encode())
    assert refusal.value.facts["field"] == field
    assert refusal.value.sentence.isprintable()
    assert "[2J" not in refusal.value.sentence


def test_unknown_metadata_is_left_out_and_said(hospital: SimulatedHospital):
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


def inspected(
    scaler: bytes | None = None, log: bytes | None = None, metadata: bytes | None = None, **said: Any
) -> Inspection:
    """Inspect an upload of the task of two features that is sound but for what is given."""
    if metadata is None:
        metadata = json.dumps({"task": "two_features", "num_examples": 40, "base": BASE, **said}).encode()
    parts: dict[FileRole, bytes] = {
        "metadata": metadata,
        "model": write_model(TWO_FEATURES.initial_state(), TWO_FEATURES.layout),
        "scaler": scaler or fitted(PATIENTS),
    }
    if log is not None:
        parts["log"] = log
    read = read_metadata(metadata)
    return inspect(Parcel(parts), read, Expectations(TWO_FEATURES, read.base == BASE, lambda scaler: False))


def identity_of(inspection: Inspection) -> Digest:
    assert inspection.update is not None
    return inspection.update.identity


def test_a_sound_upload_passes_every_check_and_is_known_by_what_counts():
    inspection = inspected(log=b'{"epoch": 1}\n')
    assert inspection.failure is None
    assert all(check.passed for check in inspection.checks)
    assert [check.name for check in inspection.checks] == [
        "digests", "base", "num_examples", "metrics", "model", "scaler", "scikit_learn", "scaler_features",
        "scaler_possible", "scaler_agreed", "log", "metadata_kept", "log_kept",
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


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_metadata_as_an_editor_saved_it_passes_and_is_kept_in_utf_8(hospital: SimulatedHospital, encoding: str):
    parcel = hospital.parcel()
    text = json.dumps({**parcel.metadata, "hospital": "Köln"}, ensure_ascii=False)
    files = {**parcel.files, "metadata": ("metadata.json", text.encode(encoding), "application/json")}
    answer = hospital.http.post(f"/upload/{hospital.name}", files=files, headers=hospital.headers)
    assert answer.status_code == 201, answer.text
    (left_out,) = (check["seen"] for check in answer.json()["checks"] if check["name"] == "metadata")
    assert left_out == "hospital"
    kept = inspected(metadata=json.dumps({"task": "two_features", "num_examples": 40, "base": BASE}).encode(encoding))
    assert kept.update is not None
    assert json.loads(kept.update.parcel["metadata"].decode("utf-8"))["num_examples"] == 40


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('"num_examples": 50', '"num_examples": 50, "num_examples": 51'), "num_examples: the key is there twice"),
        (('"num_examples": 50', '"num_examples": true'), "num_examples: a truth value or a text is no number"),
        (('"num_examples": 50', '"num_examples": Infinity'), "num_examples: Input should be a finite number"),
        (('"num_examples": 50', '"num_examples": 50, "seed": true'), "seed: a truth value or a text is no number"),
        (('"num_examples": 50', '"num_examples": 50, "x": ' + "9" * 5000), "Invalid JSON: number out of range"),
    ],
)
def test_metadata_that_two_readers_could_read_in_two_ways_is_refused(hospital: SimulatedHospital, change, says: str):
    parcel = hospital.parcel()
    text = json.dumps(parcel.metadata).replace(*change)
    assert text != json.dumps(parcel.metadata)
    files = {**parcel.files, "metadata": ("metadata.json", text.encode(), "application/json")}
    answer = hospital.http.post(f"/upload/{hospital.name}", files=files, headers=hospital.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
    assert says in answer.json()["detail"]


def test_a_scaler_that_was_told_how_to_show_its_output_passes():
    file = io.BytesIO()
    joblib.dump(StandardScaler().set_output(transform="pandas").fit(PATIENTS), file)
    inspection = inspected(file.getvalue())
    assert inspection.failure is None
    assert inspection.update is not None
    assert inspection.update.parcel["scaler"] == file.getvalue()


def test_a_model_of_a_wrapper_is_refused_with_what_to_save_instead(hospital: SimulatedHospital):
    parcel = hospital.parcel()
    state, file = torch.load(io.BytesIO(parcel.model), weights_only=True), io.BytesIO()
    torch.save({f"module.{name}": tensor for name, tensor in state.items()}, file)
    parcel.model = file.getvalue()
    problem = hospital.upload(parcel).json()
    assert problem["code"] == "layout_mismatch"
    assert "begin with 'module.'" in problem["detail"]
    assert "torch.save(model.module.state_dict(), 'model.pt')" in problem["hint"]


def test_what_was_admitted_before_names_were_asked_for_still_opens_and_serves(
    federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch
):
    hospital = federation.enrol("KNH")
    parcel = hospital.parcel()
    parcel.scaler = fitted(pd.DataFrame({"length_of_stay_hours": hospital.counts}))
    assert hospital.upload(parcel).json()["code"] == "scaler_file_invalid"
    with monkeypatch.context() as before:
        before.setattr(ScalerFile, "require_features", lambda file, names: None)
        assert hospital.upload(parcel).status_code == 201
    federation.restart()
    assert hospital.infer({"diagnosis_count": 9}).status_code == 200
    assert federation.aggregate().status_code == 201
    assert federation.infer_global({"inputs": {"diagnosis_count": 9}}).status_code == 200


def test_a_digest_of_a_part_that_did_not_arrive_has_a_sentence_of_its_own():
    inspection = inspected(log_sha256=Digest.of(b"a log"))
    (check,) = (check for check in inspection.checks if not check.passed)
    assert (check.name, check.sentence) == ("digests", "No log arrived, though the metadata names one by its digest.")
    assert inspected(log=b'{"epoch": 1}\n', log_sha256=Digest.of(b'{"epoch": 1}\n')).failure is None
    other = inspected(log=b'{"epoch": 1}\n', log_sha256=Digest.of(b"another log")).failure
    assert other is not None
    assert other.sentence == "The log that arrived is not the one that the metadata digests."
    empty = inspected(log=b"", log_sha256=Digest.of(b"another log")).failure
    assert empty is not None
    assert empty.sentence == "Of the log nothing arrived but its name."


def test_every_check_runs_and_the_first_failure_is_what_is_answered():
    inspection = inspected(fitted(PATIENTS[["diagnosis_count", "age"]]), b"no json", base="c" * 64, num_examples=3)
    failed = [check.name for check in inspection.checks if not check.passed]
    assert failed == ["base", "num_examples", "scaler_features", "scaler_agreed", "log"]
    assert isinstance(inspection.failure, BaseUnknownError)


def test_a_key_that_nobody_knows_is_shown_harmlessly():
    unknown: dict[str, Any] = {"\x1b[2J": 1, "k" * 90: 2, "c": 3, "d": 4, "e": 5, "f": 6}
    inspection = inspected(**unknown)
    (check,) = (check for check in inspection.checks if check.name == "metadata")
    assert check.seen == f"\\x1b[2J, {'k' * 40}, c, d, e, …"
    assert inspection.failure is None


# --- what is kept of the texts ----------------------------------------------------------------------------------------

SOFTWARE = {
    "fl-director": "0.1.0", "torch": "2.13.0+cpu", "scikit-learn": "1.9.1", "numpy": "2.4.6", "python": "3.11.7"
}  # fmt: skip
METRICS: dict[str, MetricValue] = {
    "accuracy": 0.58, "macro_f1": 0.33904761904761904, "f1_low": 0.0, "f1_medium": None, "f1_high": 0.8571428571428571,
    "loss": 0.6843160934880972, "held_out": 50.0, "confusion": [[0, 12, 0], [0, 2, 9], [0, 0, 27]],
}  # fmt: skip
LINE = {"epoch": 1, "loss": 1.003862169129508, "validation": METRICS, "seed": 3, "software": SOFTWARE}
LOG_OF_AN_ENVOY = b"".join(json.dumps({**LINE, "epoch": epoch}).encode() + b"\n" for epoch in (1, 2))
"""As version 0.1.0 writes it; so is the metadata below."""


def metadata_of_an_envoy(**changes: Any) -> bytes:
    said = {
        "task": "two_features", "num_examples": 40, "base": BASE, "metrics": METRICS, "seed": 3, "local_epochs": 2,
        "software": SOFTWARE, "model_sha256": None, "scaler_sha256": None, "log_sha256": Digest.of(LOG_OF_AN_ENVOY),
        "trained_at": "2026-11-25T09:03:04.567000Z",
    }  # fmt: skip
    return json.dumps({**said, **changes}, indent=2).encode()


def checks_of(inspection: Inspection, name: str) -> list[tuple[str, str]]:
    return [(check.seen, check.bound) for check in inspection.checks if check.name == name]


def kept_of(inspection: Inspection, role: FileRole) -> bytes:
    assert inspection.update is not None, inspection.failure
    return inspection.update.parcel[role]


def test_what_an_envoy_of_the_version_before_writes_is_kept_byte_for_byte():
    sent = metadata_of_an_envoy()
    inspection = inspected(log=LOG_OF_AN_ENVOY, metadata=sent)
    assert (kept_of(inspection, "metadata"), kept_of(inspection, "log")) == (sent, LOG_OF_AN_ENVOY)
    assert checks_of(inspection, "metadata_kept") == [(Digest.of(sent), Digest.of(sent))]
    assert checks_of(inspection, "log_kept") == [(Digest.of(LOG_OF_AN_ENVOY), Digest.of(LOG_OF_AN_ENVOY))]
    assert {check.sentence for check in inspection.checks[-2:]} == {"Kept as it was sent."}
    assert not checks_of(inspection, "metadata") + checks_of(inspection, "log_keys")


def test_what_this_envoy_packs_is_kept_byte_for_byte():
    parcel = pack(
        task=DIAGNOSIS_COUNT,
        base=BASE,
        state=DIAGNOSIS_COUNT.initial_state(),
        scaler=own_scaler_file(DIAGNOSIS_COUNT, PATIENTS[["diagnosis_count"]].to_numpy()),
        num_examples=40,
        metrics=METRICS,
        log=[{"epoch": 1, "loss": 0.5, "validation": METRICS, "seed": 3}],
        seed=3,
        trained_at=datetime(2026, 11, 25, 9, 3, tzinfo=UTC),
    )
    expected = Expectations(DIAGNOSIS_COUNT, is_base_known=True, is_agreed=lambda scaler: False)
    inspection = inspect(parcel, read_metadata(parcel["metadata"]), expected)
    assert inspection.update is not None, inspection.failure
    assert inspection.update.parcel == parcel


def test_of_metadata_only_what_is_known_is_kept_and_the_rest_is_named():
    sent = metadata_of_an_envoy(
        patients=["Jane Doe, born 1950"],
        metrics={**METRICS, "gmean": 0.9, "by_ward": {"Jane Doe": 1}},
        software={**SOFTWARE, "note": "Jane Doe is a patient", "build": 7},
    )
    inspection = inspected(log=LOG_OF_AN_ENVOY, metadata=sent)
    kept = kept_of(inspection, "metadata")
    assert kept == metadata_of_an_envoy()
    assert checks_of(inspection, "metadata_kept") == [(Digest.of(sent), Digest.of(kept))]
    named = "patients, metrics.gmean, metrics.by_ward, software.note, software.build"
    assert checks_of(inspection, "metadata") == [(named, "known keys")]
    assert "Jane" not in str(inspection.metadata) + str(inspection.checks)


def test_of_a_log_only_what_is_known_is_kept_and_the_rest_is_named():
    sent = b'{"epoch": 1, "note": "Jane Doe", "validation": {"gmean": 0.9, "loss": 1}, "software": {"os": "Jane"}}\n'
    inspection = inspected(log=sent, log_sha256=Digest.of(sent))
    kept = kept_of(inspection, "log")
    assert kept == b'{"epoch": 1, "validation": {"loss": 1}, "software": {}}\n'
    assert checks_of(inspection, "log_kept") == [(Digest.of(sent), Digest.of(kept))]
    assert inspection.checks[-1].sentence == "Kept as the director writes it: what it knows, nothing else."
    assert checks_of(inspection, "log_keys") == [("note, validation.gmean, software.os", "known keys")]
    assert "Jane" not in str(inspection.checks)


def test_no_key_of_a_sender_steers_whoever_reads_the_checks():
    inspection = inspected(metrics={"\x1b[2J": 1}, software={"\x1b[3J\u202e": "1.0"})
    assert checks_of(inspection, "metadata") == [("metrics.\\x1b[2J, software.\\x1b[3J\\u202e", "known keys")]
    assert all(text.isprintable() for check in inspection.checks for text in (check.seen, check.sentence))


def test_the_digests_that_are_claimed_are_of_what_was_sent():
    sent = b'{"epoch":1,"note":"x"}'
    kept = kept_of(inspected(log=sent), "log")
    assert inspected(log=sent, log_sha256=Digest.of(sent)).failure is None
    claims_the_kept = inspected(log=sent, log_sha256=Digest.of(kept))
    assert isinstance(claims_the_kept.failure, DigestMismatchError)


def test_what_is_left_out_does_not_make_it_another_submission():
    log = b'{"epoch": 1}\n'
    assert identity_of(inspected(log=log)) == identity_of(inspected(log=log, patients=[1], metrics={"gmean": 1}))


@pytest.mark.parametrize(
    "metrics",
    [{"accuracy": 999}, {"loss": -1}, {"f1_low": 1.5}, {"held_out": 0.5}, {"confusion": [[1]]}, {"accuracy": [[1]]}],
    ids=str,
)
def test_a_metric_that_can_not_be_is_refused_beside_all_else_and_nothing_is_kept(metrics: dict[str, Any]):
    inspection = inspected(metrics={"macro_f1": 0.5, **metrics})
    assert isinstance(inspection.failure, MetricError)
    assert inspection.update is None
    assert [check.name for check in inspection.checks if not check.passed] == ["metrics"]
    assert not checks_of(inspection, "metadata_kept")


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
    assert refused.json()["detail"] == "No log arrived, though the metadata names one by its digest."


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


def test_padding_is_refused_however_well_the_model_inside_reads(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    """Hundreds of kilobytes of nothing were once kept for ever for five of a model."""
    sound = hospital.parcel()
    padded, tensors = io.BytesIO(), read_model(sound.model, DIAGNOSIS_COUNT.layout)
    state = {name: torch.from_numpy(values.copy()) for name, values in tensors.items()}
    before = torch_config.save.storage_alignment
    torch_config.save.storage_alignment = 2**15  # as a machine may be set
    try:
        torch.save(state, padded)
    finally:
        torch_config.save.storage_alignment = before
    assert len(padded.getvalue()) > 2**17
    read_model(padded.getvalue(), DIAGNOSIS_COUNT.layout)
    refused = hospital.upload(replace(sound, model=padded.getvalue()))
    assert (refused.status_code, refused.json()["code"]) == (422, "model_file_invalid")
    assert "bytes beyond its tensors" in refused.json()["detail"]
    assert hospital.upload(sound).status_code == 201
