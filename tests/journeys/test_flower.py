"""A run under the real Flower, from the director's plan and back to it: gate, lineage, answers, rollback."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from benchmarks.flower_processes import RealFlower, real_flower
from contract.artifacts.model_file import write_model
from contract.tasks import DIAGNOSIS_COUNT
from simulation.consortium import write_consortium
from simulation.in_process import run_federation, synthetic_hospitals
from tests.real_processes import ForkedDirector, RealDirector, RealEnvoy

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-flower" / "bin" / "python"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason="Flower has an environment of its own: make test-flower"),
]

HOSPITALS, PATIENTS, ROUNDS = 5, 100, 3


@dataclass
class Consortium:
    """A director with hospitals that have a version behind them, and Flower beside it."""

    director: RealDirector
    envoys: dict[str, RealEnvoy]
    flower: RealFlower
    folder: Path


@pytest.fixture
def consortium(tmp_path: Path, director: ForkedDirector) -> Iterator[Consortium]:
    tables = {each.name: each for each in write_consortium(tmp_path / "tables", HOSPITALS, PATIENTS, seed=0)}
    envoys = {name: director.enrol(name, folder, tmp_path / "homes" / name) for name, folder in tables.items()}
    for envoy in envoys.values():
        envoy.run("statistics")
    with real_flower(tmp_path / "flower", str(PYTHON)) as flower:
        flower.start_superlink()
        for name, envoy in envoys.items():
            flower.admit(name)
            flower.start_node(name, envoy.home, envoy.data)
        yield Consortium(director, envoys, flower, tmp_path)


def test_a_run_under_flower_comes_home_and_is_a_version_as_any_other(consortium: Consortium):
    director, envoys, flower = consortium.director, consortium.envoys, consortium.flower
    plan, out = consortium.folder / "plan", consortium.folder / "result"
    director.run("run", "plan", str(plan), "--rounds", str(ROUNDS), "--strategy", "fedavg")
    code, said = flower.run(plan, out)
    assert code == 0, said

    simulated = run_federation(
        DIAGNOSIS_COUNT, synthetic_hospitals(DIAGNOSIS_COUNT, HOSPITALS, PATIENTS, 0), rounds=ROUNDS
    )
    assert (out / "model.pt").read_bytes() == write_model(simulated.state, DIAGNOSIS_COUNT.layout)

    early = director.run("model", "import", str(out), check=False)  # before the hospitals have said that it is theirs
    assert early.returncode != 0
    assert "has not sent itself" in early.stderr
    assert "fl-envoy send" in early.stderr

    for envoy in envoys.values():
        envoy.run("send")
        lines = envoy.json("ledger")
        assert sum(each["kind"] == "flower" for each in lines) == ROUNDS
        assert lines[-1]["kind"] == "upload"
    director.run("model", "import", str(out))
    version = director.json("model", "show", "1")
    card = json.loads((out / "card.json").read_text())
    assert version["published"] is True
    assert version["sha256"] == simulated.sha256
    assert version["engine_run"] == {"engine": "Flower", "id": card["run"]["id"], "rounds": ROUNDS, "seed": 0}
    assert {each["envoy_name"]: each["model_sha256"] for each in version["inputs"]} == {
        each["envoy_name"]: each["model_sha256"] for each in card["inputs"]
    }
    assert any(f"in {ROUNDS} rounds" in note for note in version["notes"])

    answered = requests.post(
        f"{director.url}/infer_global",
        headers=envoys["KNH"].headers,
        json={"inputs": {"diagnosis_count": 3}},
        timeout=20,
    )
    assert answered.json()["model"]["version"] == 1
    assert answered.json()["model"]["sha256"] == simulated.sha256

    for envoy in envoys.values():  # the next cycle moves on from it
        envoy.run("train")
    director.run("aggregate")
    assert director.json("model", "show", "2")["parent"] == 1
    director.run("model", "publish", "1", "--reason", "The second is worse.")
    again = requests.post(
        f"{director.url}/infer_global",
        headers=envoys["KNH"].headers,
        json={"inputs": {"diagnosis_count": 3}},
        timeout=20,
    )
    assert again.json()["model"]["version"] == 1
    assert director.run("audit", "verify").stdout.startswith("whole")
