"""What a page shows in Python does what the page says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from aggregation.__main__ import main
from contract.artifacts.scaler_file import read_scaler
from contract.network import forward, softmax
from contract.tasks import DIAGNOSIS_COUNT, RISK_LEVELS
from tests.federation_simulator import FederationSimulator, SimulatedHospital
from tests.hospital_folders import model_of, state_in, write_folder
from tests.snippets.blocks import blocks_of, page_text

pytestmark = pytest.mark.slow

PATIENTS = (3, 9, 21)
SECTION = page_text("docs/analyst.md").partition("\n### The model without the director\n")[2].partition("\n## ")[0]
BLOCKS = [block.text for block in blocks_of("docs/analyst.md", SECTION) if block.language == "python"]


def probabilities_from(block: str, folder: Path) -> np.ndarray:
    """Run a block where ``aggregated`` lies, in a process of its own; give what it found."""
    script = f"{block}\nimport json\nprint(json.dumps(probabilities.tolist()))"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return np.array(json.loads(result.stdout.splitlines()[-1]))


def test_there_are_two_ways_and_the_first_has_ten_lines():
    assert ["torch.load" in block for block in BLOCKS] == [True, False]
    assert len([line for line in BLOCKS[0].splitlines() if line]) == 10


@pytest.mark.parametrize("block", BLOCKS, ids=["torch", "contract"])
def test_the_model_answers_without_the_director_as_with_it(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital], block: str
):
    federation.train_and_upload()
    assert federation.aggregate().status_code == 201
    answers = [federation.infer_global({"inputs": {"diagnosis_count": count}}).json() for count in PATIENTS]
    said = [[each["probabilities"][level] for level in RISK_LEVELS] for each in answers]
    assert np.allclose(probabilities_from(block, federation.folder), said, rtol=0, atol=1e-6)


@pytest.mark.parametrize("block", BLOCKS, ids=["torch", "contract"])
def test_so_does_what_the_script_on_plain_folders_wrote(tmp_path: Path, block: str):
    folders = [write_folder(tmp_path / name, model_of(row), 30) for name, row in (("A", [1, 0, 2]), ("B", [0, 3, 1]))]
    out = tmp_path / "aggregated"
    assert main([*map(str, folders), "--out", str(out)]) == 0
    scaler = read_scaler((out / "scaler.pkl").read_bytes(), 1)
    x = scaler.transform(np.array(PATIENTS, np.float64)[:, np.newaxis])
    expected = softmax(forward(DIAGNOSIS_COUNT.architecture, state_in(out), x))
    assert np.allclose(probabilities_from(block, tmp_path), expected, rtol=0, atol=1e-6)


def test_the_page_for_data_scientists_can_be_followed_from_top_to_bottom(tmp_path: Path):
    found = list(blocks_of("docs/simulation.md", page_text("docs/simulation.md")))
    steps = [
        block.text
        if block.language == "python"
        else f"import subprocess\nsubprocess.run(['sh', '-e', '-c', {block.text!r}], check=True)"
        for block in found
    ]
    assert {block.language for block in found} == {"python", "sh"}
    command = [sys.executable, "-W", "error", "-c", "\n".join(steps)]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # where fl-simulate is
    result = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path}
    )
    assert result.returncode == 0, result.stderr
    for folder in ("fedadam", "fedavgm"):
        assert {"history.json", "rounds.csv", "model.pt", "scaler.pkl"} <= {
            path.name for path in (tmp_path / "out" / folder).iterdir()
        }
    assert (tmp_path / "runs.png").is_file()
    assert "held_out" in result.stdout
