"""``make demo``, whole: a director and five envoys as real processes, on real data and on synthetic."""

import json
import subprocess
import sys
from pathlib import Path

from contract.names import Digest
from tests.real_processes import clean_environment

NAMES = ["KUTRRH", "MTRH", "KNH", "Embu", "Mbagathi"]


def demo(out: Path, mimic_iv_dir: str, cycles: int = 3) -> dict:
    command = [sys.executable, "-m", "simulation.demo", "--out", str(out), "--cycles", str(cycles)]
    environment = {**clean_environment(), "MIMIC_IV_DIR": mimic_iv_dir}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=out.parent)
    assert result.returncode == 0, result.stderr
    assert all(name in result.stdout for name in NAMES)
    return dict(json.loads((out / "summary.json").read_text()))


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


def test_the_demonstration_on_the_mimic_iv_demo(mimic_iv_demo: Path, tmp_path: Path):
    summary = demo(tmp_path / "demo", str(mimic_iv_demo.resolve()))
    assert_complete(summary, tmp_path / "demo")
    assert summary["data"] == "mimic-iv-demo"
    assert sum(each["patients"] for each in summary["hospitals"]) == 100


def test_the_demonstration_on_the_synthetic_consortium(tmp_path: Path):
    summary = demo(tmp_path / "demo", "synthetic", cycles=1)
    assert_complete(summary, tmp_path / "demo", cycles=1)
    assert summary["data"] == "synthetic"
    assert all(each["patients"] == 2000 for each in summary["hospitals"])
