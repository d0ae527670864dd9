"""What hospital IT lives through, with the real commands, a real director and real HTTP."""

import json
import shutil
import stat
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import pytest
import requests
import torch

from tests.real_processes import RealDirector, RealEnvoy
from tests.unruly_proxy import UnrulyProxy

Tables = dict[str, Path]


@pytest.fixture
def envoy(director: RealDirector, tables: Tables, tmp_path: Path) -> RealEnvoy:
    return director.enrol("MTRH", tables["MTRH"], tmp_path / "mtrh")


def test_join_keeps_the_token_for_its_owner_alone(envoy: RealEnvoy):
    mode = stat.S_IMODE((envoy.home / "token.json").stat().st_mode)
    assert mode == 0o600


def test_a_code_that_was_used_is_refused_with_its_exit_code(director: RealDirector, tables: Tables, tmp_path: Path):
    code = director.json("envoy", "add", "KNH")["code"]
    first, second = (RealEnvoy(tmp_path / name, tables["KNH"]) for name in ("a", "b"))
    first.run("join", "--director", director.url, "--code", code)
    refused = second.run("join", "--director", director.url, "--code", code, check=False)
    assert refused.returncode == 4
    assert "ask the admin for a new one" in refused.stderr
    assert not (second.home / "token.json").exists()


def test_statistics_train_status_and_evaluate(director: RealDirector, envoy: RealEnvoy):
    receipt = envoy.json("statistics")
    assert (receipt["num_examples"], receipt["version"]) == (160, 1)
    trained = envoy.json("train")
    assert (trained["patients"], trained["num_examples"]) == (200, 160)
    assert trained["submission"]["verdict"] == "admitted"
    counts_by_cell = trained["local"].pop("confusion")
    assert trained["submission"]["metadata"]["metrics"] == trained["local"]  # all but what is the hospital's own
    seen = envoy.json("status")
    assert [each["id"] for each in seen["submissions"]] == [trained["submission"]["id"]]
    assert seen["envoy"]["current"][0]["version"] == 1
    requests.post(f"{director.url}/aggregations", json={}, headers=director.admin, timeout=30).raise_for_status()
    # one hospital alone: the global model is its own
    assert envoy.json("evaluate")["global"]["confusion"] == counts_by_cell


def test_training_twice_from_the_same_start_is_one_version(envoy: RealEnvoy):
    first, again = (envoy.json("train")["submission"] for _ in range(2))
    assert first == again


def test_what_was_uploaded_opens_with_torch_and_joblib_and_holds_no_patient(director: RealDirector, envoy: RealEnvoy):
    envoy.run("statistics")
    envoy.run("train")
    folder = director.folder / "received_results" / "MTRH"
    state = torch.load(folder / "model.pt", weights_only=True)
    assert [tuple(tensor.shape) for tensor in state.values()] == [(32, 1), (32,), (16, 32), (16,), (3, 16), (3,)]
    assert joblib.load(folder / "scaler.pkl").n_samples_seen_ == 160
    lines = [json.loads(line) for line in (folder / "training.log").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [0, 1, 2]  # the start, then each epoch
    assert all({"validation", "seed", "software"} <= set(line) for line in lines)
    assert ["loss" in line for line in lines] == [False, True, True]  # nothing was trained for the start
    left = b"".join(path.read_bytes() for path in folder.glob("*.*"))
    assert b"11000" not in left  # no subject_id of MTRH, which all begin so


def test_own_scaler(director: RealDirector, envoy: RealEnvoy):
    envoy.run("statistics")
    receipt = envoy.json("train", "--scaler", "own")["submission"]
    scaler = joblib.load(director.folder / "received_results" / "MTRH" / "scaler.pkl")
    assert receipt["verdict"] == "admitted"
    assert type(scaler).__name__ == "StandardScaler"


def test_a_dry_run_shows_all_and_sends_nothing(director: RealDirector, envoy: RealEnvoy):
    shown = envoy.json("train", "--dry-run")
    assert shown["metadata"]["num_examples"] == 160
    assert set(shown["bytes"]) == {"metadata", "model", "scaler", "log"}
    assert '"epoch": 1' in shown["log"]
    report = json.loads(envoy.run("statistics", "--dry-run").stdout)
    assert set(report) == {"task", "num_examples", "mean", "m2"}
    assert envoy.json("status")["submissions"] == []


def test_days_without_a_link(director: RealDirector, envoy: RealEnvoy, tmp_path: Path):
    envoy.run("statistics")
    envoy.run("evaluate")  # fetches the start
    director.stop()
    parcel = tmp_path / "parcel"
    envoy.run("train", "--offline", str(parcel))
    assert sorted(path.name for path in parcel.iterdir()) == ["metadata.json", "model.pt", "scaler.pkl", "training.log"]
    impatient = RealEnvoy(envoy.home, envoy.data, {"ENVOY_ATTEMPTS": "0"})
    away = impatient.run("send", str(parcel), check=False)
    assert away.returncode == 3
    assert "does not answer" in away.stderr
    director.start()
    assert envoy.json("send", str(parcel))["version"] == 1
    assert envoy.json("send", str(parcel))["version"] == 1


def test_a_director_killed_while_a_hospital_trains_costs_no_training(director: RealDirector, envoy: RealEnvoy):
    impatient = RealEnvoy(envoy.home, envoy.data, {"ENVOY_ATTEMPTS": "0"})
    with ThreadPoolExecutor() as beside:
        training = beside.submit(impatient.run, "train", check=False)
        while not (envoy.home / "starts" / "diagnosis_count.json").exists():  # torch is loaded only behind it
            assert not training.done(), training.result().stderr
            time.sleep(0.002)
        director.kill()
        ended = training.result()
    assert (ended.returncode, "To send it: fl-envoy send" in ended.stderr) == (3, True), ended.stderr
    director.start()
    (waiting,) = envoy.json("status")["waiting"]
    assert waiting in ended.stderr
    (sent,) = envoy.json("send")
    assert (sent["verdict"], sent["version"], sent["was_known"]) == ("admitted", 1, False)
    assert envoy.json("status")["waiting"] == []
    assert "known already as version 1, which is current" in envoy.run("train").stdout


def test_a_hospital_that_never_saw_a_start_trains_offline_from_the_shared_one(
    director: RealDirector, envoy: RealEnvoy, tmp_path
):
    parcel = tmp_path / "parcel"
    envoy.run("train", "--offline", str(parcel))
    assert envoy.json("send", str(parcel))["verdict"] == "admitted"


def test_every_upload_arrives_once_over_a_link_that_cuts(director: RealDirector, tables: Tables, tmp_path: Path):
    with UnrulyProxy(director.port, seed=3, cut_share=0.7) as proxy:
        code = director.json("envoy", "add", "Embu")["code"]
        envoy = RealEnvoy(tmp_path / "embu", tables["Embu"], {"ENVOY_ATTEMPTS": "30"})
        envoy.run("join", "--director", director.url, "--code", code)
        membership = json.loads((envoy.home / "token.json").read_text())
        (envoy.home / "token.json").write_text(json.dumps({**membership, "director": proxy.url}))
        parcel = tmp_path / "parcel"
        envoy.run("train", "--offline", str(parcel))
        for _ in range(6):
            assert envoy.json("send", str(parcel))["version"] == 1
        assert proxy.cuts > 0
    kept = requests.get(f"{director.url}/submissions", headers=director.admin, timeout=10).json()["items"]
    assert [each["version"] for each in kept] == [1]


def test_training_alone_sends_statistics_first_and_all_that_left_stands_in_the_ledger(
    director: RealDirector, envoy: RealEnvoy
):
    trained = envoy.json("train")
    assert (trained["statistics"]["version"], trained["submission"]["verdict"]) == (1, "admitted")
    scaler = joblib.load(director.folder / "received_results" / "MTRH" / "scaler.pkl")
    assert scaler.n_samples_seen_ == 160
    assert envoy.json("train")["statistics"] is None
    left = envoy.json("ledger")
    assert [(each["kind"], each["outcome"]) for each in left] == [
        ("join", "joined"),
        ("statistics", "admitted"),
        ("upload", "admitted"),
        ("upload", "admitted"),
    ]
    assert {each["to"] for each in left} == {director.url}
    kept = envoy.json("status")["submissions"][0]["files"]
    assert {role: file["sha256"] for role, file in kept.items()} == left[2]["parts"]


def test_cut_points_that_the_consortium_moved_wait_for_the_hospitals_word(tables: Tables, tmp_path: Path):
    moved = {"DIRECTOR_TASKS": '{"diagnosis_count": {"cut_points": [4, 12]}}'}
    director = RealDirector(tmp_path / "director", moved)
    director.start()
    try:
        envoy = director.enrol("MTRH", tables["MTRH"], tmp_path / "mtrh")
        refused = envoy.run("train", check=False)
        assert (refused.returncode, "fl-envoy task accept diagnosis_count" in refused.stderr) == (6, True)
        assert "to 4 and 12" in envoy.run("task", "accept").stdout
        assert envoy.json("train")["submission"]["verdict"] == "admitted"
    finally:
        director.stop()


def test_what_a_parcel_holds_beside_its_label_stays_at_the_hospital(
    director: RealDirector, envoy: RealEnvoy, tmp_path: Path
):
    parcel = tmp_path / "parcel"
    envoy.run("train", "--offline", str(parcel))
    file = parcel / "metadata.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "patients": [11000001]}))
    receipt = envoy.json("send", str(parcel))
    assert (receipt["verdict"], [each["name"] for each in receipt["checks"] if each["name"] == "metadata"]) == (
        "admitted",
        [],
    )
    assert "11000001" not in (director.folder / "received_results" / "MTRH" / "metadata.json").read_text()


def test_check_names_the_defect_and_train_refuses(envoy: RealEnvoy, tmp_path: Path):
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "diagnoses_icd.csv").write_text(
        "subject_id,hadm_id,seq_num,icd_code,icd_version\n1,10,1,4280,9\n2,20,1,4.28E+03,9\n"
    )
    envoy.data = damaged
    found = envoy.run("check", "--json", check=False)
    assert found.returncode == 5
    assert [(each["kind"], each["column"], each["row"]) for each in json.loads(found.stdout)["defects"]] == [
        ("damaged_code", "icd_code", 3)
    ]
    refused = envoy.run("train", check=False)
    assert refused.returncode == 5
    assert "icd_code" in refused.stderr
    assert envoy.json("status")["submissions"] == []


def test_too_few_patients_are_a_matter_of_policy(envoy: RealEnvoy, tmp_path: Path):
    few = tmp_path / "few"
    few.mkdir()
    rows = "".join(f"{patient},{patient}0,1,4280,9\n" for patient in range(1, 6))
    (few / "diagnoses_icd.csv").write_text("subject_id,hadm_id,seq_num,icd_code,icd_version\n" + rows)
    envoy.data = few
    assert envoy.run("train", check=False).returncode == 6


@pytest.mark.parametrize(
    ("arguments", "environment", "code"),
    [
        (["train"], {"ENVOY_HOME": "/nonexistent/home"}, 4),
        (["train", "--scaler", "mine"], {}, 2),
        (["train", "--no-such-option"], {}, 2),
        (["status"], {"ENVOY_COLOUR": "blue"}, 2),
        (["train", "--data", "/nonexistent"], {}, 5),
    ],
    ids=["not joined", "no such scaler", "no such option", "no such setting", "no such folder"],
)
def test_each_failure_has_its_exit_code_and_no_traceback(envoy: RealEnvoy, arguments, environment, code: int):
    envoy.environment = environment
    result = envoy.run(*arguments, check=False)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr


def test_the_analysts_example_runs(director: RealDirector, envoy: RealEnvoy):
    import subprocess

    envoy.run("statistics")
    envoy.run("train")
    director.run("aggregate")
    token = director.json("token", "issue", "--role", "analyst", "--expires", "1h")["token"]
    example = Path(__file__).parents[2] / "examples" / "infer.py"
    result = subprocess.run(
        [sys.executable, str(example), director.url, "9", "MTRH"],
        env={"FL_TOKEN": token, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "/infer: " in result.stdout
    assert "/infer_global: " in result.stdout
    assert "not clinical" in result.stdout


def test_what_the_cli_changes_the_server_knows_at_once(director: RealDirector, envoy: RealEnvoy):
    issued = director.json("token", "issue", "--role", "analyst")
    headers = {"Authorization": f"Bearer {issued['token']}"}
    assert requests.get(f"{director.url}/tasks", headers=headers, timeout=10).status_code == 200
    director.run("token", "revoke", issued["id"], "--yes")
    assert requests.get(f"{director.url}/tasks", headers=headers, timeout=10).status_code == 401
    envoy.run("statistics")
    for expected in (1, 2):
        envoy.run("train")
        director.run("aggregate")
        body = {"inputs": {"diagnosis_count": 3}}
        answer = requests.post(f"{director.url}/infer_global", json=body, headers=director.admin, timeout=10).json()
        assert answer["model"]["version"] == expected
    director.run("model", "publish", "1")
    answer = requests.post(f"{director.url}/infer_global", json=body, headers=director.admin, timeout=10).json()
    assert answer["model"]["version"] == 1
    assert director.run("fsck").stdout.strip() == "clean"


def test_the_admins_script_and_import(director: RealDirector, envoy: RealEnvoy, tmp_path: Path):
    import subprocess

    envoy.run("statistics")
    envoy.run("train")
    out = tmp_path / "averaged"
    folder = director.folder / "received_results" / "MTRH"
    subprocess.run(
        [sys.executable, "-m", "aggregation", str(folder), "--out", str(out)], check=True, capture_output=True
    )
    assert director.json("model", "import", str(out))["strategy"] == "imported:fedavg"
    (out / "model.pt").write_bytes(b"something else")
    refused = director.run("model", "import", str(out), check=False)
    assert refused.returncode == 4
    assert "Traceback" not in refused.stderr
    shutil.rmtree(out)
    assert director.run("model", "import", str(out), check=False).returncode == 2
