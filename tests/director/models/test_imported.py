"""A global model that the admin's own script made, and what of it is not believed."""

import io
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from contract.artifacts.scaler_file import read_scaler
from contract.errors import ArtifactError, ExamplesOutOfBoundsError, FederationError, ScalerFileError
from contract.messages.engine_plans import EngineRun
from contract.messages.global_models import GlobalModel
from contract.names import Digest, EnvoyName
from contract.parts import GLOBAL_FILES
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import ConflictError, MalformedRequestError, NotFoundError
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
    out = tmp_path / "out"
    result = run_script(federation, "--weights", "1", "1", "1", "1", "4", "--scaler", "MTRH", "--out", str(out))
    assert result.returncode == 0, result.stderr
    card = json.loads(result.stdout)
    assert [each["weight"] for each in card["inputs"]] == [0.125, 0.125, 0.125, 0.125, 0.5]
    assert read_scaler((out / "scaler.pkl").read_bytes(), 1) == federation.hospitals["MTRH"].own_scaler


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
    for version, table in ((2, pd.DataFrame({"diagnosis_count": counts})), (3, counts[1:, None])):
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


def card_of(federation: FederationSimulator, weights: Mapping[str, int]) -> dict[str, Any]:
    """Give a card as the script writes it with these weights, in the hospitals' order."""
    total = sum(weights.values())
    inputs = [
        {
            "envoy_name": name,
            "model_sha256": federation.submission(name, 1)["files"]["model"]["sha256"],
            "num_examples": number,
            "weight": number / total,
        }
        for name, number in weights.items()
    ]
    return {"inputs": inputs}


def test_a_card_that_counts_a_hospital_for_more_than_it_may_is_refused_with_weights_that_pass(
    federation: FederationSimulator,
):
    sizes = {"KNH": 10, "MTRH": 100, "KUTRRH": 1000}  # none has sent statistics: the others' claims bound each
    for name in sizes:
        federation.enrol(name).train_and_upload()
    assert federation.aggregate().status_code == 201
    with pytest.raises(ConflictError, match="MTRH with 100 examples; it counts as at most 65") as refused:
        imported(federation, **card_of(federation, sizes))
    words = (refused.value.hint or "").split("--weights ")[1].split(" (")[0]
    weights = dict(zip(sizes, map(int, words.split()), strict=True))
    made = imported(federation, **card_of(federation, weights))
    assert {each.envoy_name: each.num_examples for each in made.inputs} == weights


def test_a_hospital_of_the_size_that_is_expected_may_count_for_it(federation: FederationSimulator):
    sizes = {"KNH": 50, "MTRH": 50, "KUTRRH": 400}
    for name, patients in sizes.items():
        hospital = federation.enrol(name, patients=patients)
        hospital.send_statistics()
        hospital.train_and_upload()
    assert federation.aggregate().status_code == 201
    with pytest.raises(ConflictError, match="it counts as at most 100: the sum of the others"):
        imported(federation, **card_of(federation, sizes))
    federation.director.members.expect(LOCAL_ADMIN, EnvoyName("KUTRRH"), 400)
    assert imported(federation, **card_of(federation, sizes)).num_examples == 500


def test_one_hospital_that_is_counted_twice_is_refused_by_name(averaged: FederationSimulator):
    federation = averaged
    federation.hospitals["KNH"].train_and_upload(nudge=3)
    digests = [federation.submission(*which)["files"]["model"]["sha256"] for which in (("KNH", 1), ("KNH", 2))]
    for names in (("KNH", "KNH"), ("KNH", "KNH-copy"), ("copy", "copy2")):
        for two in (digests, digests[:1] * 2):
            inputs = [
                {"envoy_name": name, "model_sha256": digest, "num_examples": 50, "weight": 0.5}
                for name, digest in zip(names, two, strict=True)
            ]
            with pytest.raises(ConflictError, match=r"card.json counts KNH 2 times"):
                imported(federation, inputs=inputs)


def test_two_claims_of_one_name_are_refused_whosever_the_models_are(averaged: FederationSimulator):
    card = card_of(averaged, {"KNH": 50, "MTRH": 50})
    card["inputs"][1]["envoy_name"] = "knh"
    with pytest.raises(ConflictError, match=r"card.json counts KNH 2 times"):
        imported(averaged, **card)
    for each in card["inputs"]:
        each["envoy_name"] = DIAGNOSIS_COUNT.name  # as a script of before named folders of HOSPITAL/TASK
    assert [each.envoy_name for each in imported(averaged, **card).inputs] == ["KNH", "MTRH"]


def test_a_count_beyond_the_tasks_most_is_refused_as_the_gate_does(federation: FederationSimulator):
    federation.enrol("KNH").train_and_upload()
    assert federation.aggregate().status_code == 201
    with pytest.raises(ExamplesOutOfBoundsError, match="num_examples is 10000001; diagnosis_count takes 10 to"):
        imported(federation, **card_of(federation, {"KNH": 10_000_001}))


def test_an_answer_counts_each_hospital_of_an_imported_model_once(averaged: FederationSimulator):
    imported(averaged, **card_of(averaged, {"KNH": 50, "MTRH": 50}))
    answer = averaged.infer_global({"inputs": {"diagnosis_count": 9}}).json()
    assert answer["model"]["envoys"] == 2


def test_two_hospitals_with_one_model_are_refused(federation: FederationSimulator):
    first, second = federation.enrol("KNH"), federation.enrol("MTRH")
    first.train_and_upload()
    assert federation.aggregate().status_code == 201
    assert second.upload(first.parcel()).status_code == 201
    parcel = first.parcel(4)
    first.upload(parcel)
    second.upload(parcel)
    inputs = [
        {"envoy_name": name, "model_sha256": Digest.of(parcel.model), "num_examples": 50, "weight": 0.5}
        for name in ("KNH", "MTRH")
    ]
    with pytest.raises(ConflictError, match="KNH and MTRH hold the same model"):
        imported(federation, inputs=inputs)


def test_the_same_files_again_are_the_same_version_and_nothing_is_published_anew(averaged: FederationSimulator):
    own = [averaged.file("aggregated", name).read_bytes() for name in ("model.pt", "scaler.pkl", "card.json")]

    def take() -> GlobalModel:
        return averaged.director.models.import_model(LOCAL_ADMIN, DIAGNOSIS_COUNT.name, *own)

    assert [take().version for _ in range(3)] == [2, 2, 2]
    assert (take().published, len(averaged.log_lines("model.aggregate"))) == (True, 2)
    averaged.http.post("/global_models/1/publish", headers=averaged.admin)
    known = take()
    assert (known.version, known.published) == (2, False)  # a rollback is not undone by it
    assert averaged.http.get("/global_models/current", headers=averaged.admin).json()["version"] == 1


def test_other_numbers_or_other_claims_are_another_version(averaged: FederationSimulator):
    counts = averaged.hospitals["KNH"].counts
    assert imported(averaged).version == 2
    assert imported(averaged, scaler=fitted(counts[:, None])).version == 3
    assert imported(averaged, strategy="mine").version == 3  # the current one's own files by now: the same numbers
    card = json.loads(averaged.file("aggregated", "card.json").read_bytes())
    fewer = [{**each, "num_examples": each["num_examples"] - 1} for each in card["inputs"]]
    assert imported(averaged, inputs=fewer).version == 4


def test_a_card_that_is_not_the_files_is_refused_though_the_files_are_known(averaged: FederationSimulator):
    assert imported(averaged).version == 2
    with pytest.raises(ArtifactError, match="is not the one that card"):
        imported(averaged, sha256=Digest.of(b"another"))


# --- a run under another engine ---------------------------------------------------------------------------------------

RUN = {"engine": "flower", "id": "1234", "rounds": 10, "seed": 7}
SAYS = (
    "Flower made it in 10 rounds (run 1234): the director checked each hospital's last update by its own upload; what "
    "came before rests on the run's word."
)


def files_of_run(federation: FederationSimulator, folder: Path, **run: Any) -> tuple[bytes, bytes, bytes]:
    """Average what the hospitals sent last, as an engine's coordinator would, and say which run it was."""
    assert run_script(federation, "--out", str(folder)).returncode == 0
    model, scaler, card = ((folder / GLOBAL_FILES[role]).read_bytes() for role in ("model", "scaler", "card"))
    return model, scaler, json.dumps({**json.loads(card), "run": {**RUN, **run}}).encode()


def test_a_runs_model_comes_home_answers_and_is_rolled_back(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital], tmp_path: Path
):
    federation.train_and_upload()
    first = federation.aggregate().json()
    for each in five_hospitals:
        assert each.train_and_upload(nudge=1)["verdict"] == "admitted"
    files = files_of_run(federation, tmp_path / "result")

    made = federation.director.models.import_model(LOCAL_ADMIN, DIAGNOSIS_COUNT.name, *files)
    assert (made.version, made.parent, made.published, made.strategy) == (2, 1, True, "imported:fedavg")
    assert made.engine_run == EngineRun.model_validate(RUN)
    assert made.notes == [SAYS]
    assert made.sha256 == Digest.of(files[0])
    shown = federation.http.get("/global_models/2", headers=federation.admin).json()
    assert (shown["engine_run"], shown["notes"]) == (RUN, [SAYS])
    assert json.loads(federation.file("aggregated", "card.json").read_bytes())["engine_run"] == RUN
    answer = federation.infer_global({"inputs": {"diagnosis_count": 9}}).json()
    assert (answer["model"]["version"], answer["model"]["envoys"]) == (2, 5)

    again = federation.director.models.import_model(LOCAL_ADMIN, DIAGNOSIS_COUNT.name, *files)
    assert (again.version, len(federation.log_lines("model.aggregate"))) == (2, 2)
    back = federation.http.post("/global_models/1/publish", headers=federation.admin).json()
    assert (back["sha256"], back["published"]) == (first["sha256"], True)
    assert federation.infer_global({"inputs": {"diagnosis_count": 9}}).json()["model"]["version"] == 1


def test_whose_run_it_was_is_a_field_for_the_admin_and_a_note_for_all(averaged: FederationSimulator):
    """A program of the version before takes no further field."""
    imported(averaged, run=RUN)
    for headers in (averaged.analyst, averaged.hospitals["KNH"].headers):
        seen = averaged.http.get("/global_models/2", headers=headers).json()
        assert "engine_run" not in seen
        assert SAYS in seen["notes"]


def test_what_no_engine_made_says_nothing_of_one(averaged: FederationSimulator):
    assert imported(averaged).engine_run is None
    for version in (1, 2):
        assert "engine_run" not in averaged.http.get(f"/global_models/{version}", headers=averaged.admin).json()


def test_an_update_that_its_hospital_never_sent_itself_is_refused_by_name(averaged: FederationSimulator):
    card = card_of(averaged, {"KNH": 50, "MTRH": 50})
    card["inputs"][0]["envoy_name"] = "Nyeri"  # the bytes are there, of KNH: a script's card may call it so
    assert imported(averaged, **card).version == 2
    fewer: dict[str, Any] = {"inputs": [{**each, "num_examples": 49} for each in card["inputs"]]}
    with pytest.raises(
        NotFoundError, match="counts an update of 'Nyeri' in flower's run 1234 that 'Nyeri' has not sen"
    ):
        imported(averaged, run=RUN, **fewer)
    fewer["inputs"][0]["envoy_name"] = "KUTRRH"  # one that is there, and has sent another one
    with pytest.raises(NotFoundError, match="update of 'KUTRRH'") as refused:
        imported(averaged, run=RUN, **fewer)
    assert "Let KUTRRH send its bundle of the run: fl-envoy send BUNDLE" in (refused.value.hint or "")
    assert len(averaged.http.get("/global_models", headers=averaged.admin).json()["items"]) == 2


def test_a_runs_update_that_was_rejected_since_does_not_count(averaged: FederationSimulator):
    averaged.decide("reject", averaged.submission("KNH", 1)["id"])
    with pytest.raises(NotFoundError, match="or that is not admitted"):
        imported(averaged, run=RUN)


def test_a_run_says_whose_each_input_is(averaged: FederationSimulator):
    card = card_of(averaged, {"KNH": 50, "MTRH": 49})
    del card["inputs"][1]["envoy_name"]
    with pytest.raises(MalformedRequestError, match="does not say whose an input is"):
        imported(averaged, run=RUN, **card)


@pytest.mark.parametrize(
    "run", [{**RUN, "rounds": 0}, {**RUN, "engine": "\x1b[2J"}, {"engine": "flower"}, "flower"], ids=str
)
def test_a_run_that_says_nothing_one_can_keep_is_refused(averaged: FederationSimulator, run: object):
    with pytest.raises(MalformedRequestError, match=r"card\.json"):
        imported(averaged, run=run)


def test_the_caps_hold_for_a_run_and_it_is_planned_anew(federation: FederationSimulator):
    sizes = {"KNH": 50, "MTRH": 50, "KUTRRH": 400}
    for name, patients in sizes.items():
        hospital = federation.enrol(name, patients=patients)
        hospital.send_statistics()
        hospital.train_and_upload()
    assert federation.aggregate().status_code == 201
    with pytest.raises(ConflictError, match="it counts as at most 100") as refused:
        imported(federation, run=RUN, **card_of(federation, sizes))
    assert (refused.value.hint or "").startswith("Plan the run anew: fl-director run plan FOLDER; or")
    allowed = imported(federation, run=RUN, **card_of(federation, {**sizes, "KUTRRH": 100}))
    assert allowed.engine_run is not None


def test_a_run_in_which_one_went_too_far_is_refused_and_planned_without_it(
    federation: FederationSimulator, liar: SimulatedHospital, tmp_path: Path
):
    files = files_of_run(federation, tmp_path / "result")
    with pytest.raises(ConflictError, match=r"^KNH: ") as refused:
        federation.director.models.import_model(LOCAL_ADMIN, DIAGNOSIS_COUNT.name, *files)
    assert "fl-director envoy disable KNH" in (refused.value.hint or "")


def test_a_run_that_another_version_overtook_says_what_may_be_lost(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital], tmp_path: Path
):
    federation.train_and_upload()
    files = files_of_run(federation, tmp_path / "result", rounds=1)
    assert federation.aggregate().status_code == 201
    notes = federation.director.models.import_model(LOCAL_ADMIN, DIAGNOSIS_COUNT.name, *files).notes
    assert notes[0].startswith("Flower made it in 1 round (run 1234)")
    assert "It averages models of other starts than the current version" in notes[1]
