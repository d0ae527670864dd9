"""``make demo``, whole: a director and five envoys as real processes, on real data and on synthetic."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from contract.names import Digest
from simulation import demo
from tests.real_processes import clean_environment
from tests.warm_processes import warm_python

pytestmark = pytest.mark.slow

NAMES = ["KUTRRH", "MTRH", "KNH", "Embu", "Mbagathi"]


def assert_complete(summary: dict, out: Path, cycles: int = 3) -> None:
    assert [each["name"] for each in summary["hospitals"]] == NAMES
    for each in summary["hospitals"]:
        assert {"accuracy", "macro_f1", "confusion"} <= set(each["local"]) & set(each["global"])
    model = summary["global_model"]
    assert (model["version"], model["strategy"], sorted(model["envoys"])) == (cycles, "clip+fedavg", sorted(NAMES))
    assert model["sha256"] == Digest.of((out / "aggregated" / "model.pt").read_bytes())
    assert summary["infer"]["model"]["scope"] == "envoy"
    assert summary["infer_global"]["model"]["sha256"] == model["sha256"]
    assert summary["quarantined"] == 0


def test_the_demonstration_on_the_mimic_iv_demo(mimic_iv_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", warm_python())  # the other test starts all of them from nothing
    summary = demo.run(tmp_path / "demo")
    assert_complete(summary, tmp_path / "demo")
    assert summary == json.loads((tmp_path / "demo" / "summary.json").read_text())
    assert summary["data"] == "mimic-iv-demo"
    assert sum(each["patients"] for each in summary["hospitals"]) == 100


def test_the_demonstration_on_the_synthetic_consortium(tmp_path: Path):
    out = tmp_path / "demo"
    command = [sys.executable, "-m", "simulation.demo", "--out", str(out), "--cycles", "1"]
    environment = {**clean_environment(), "MIMIC_IV_DIR": "synthetic"}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert all(name in result.stdout for name in NAMES)
    summary = dict(json.loads((out / "summary.json").read_text()))
    assert_complete(summary, out, cycles=1)
    assert summary["data"] == "synthetic"
    assert all(each["patients"] == 2000 for each in summary["hospitals"])
