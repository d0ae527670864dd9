"""Rounds under the real Flower: a SuperLink and five hospitals' nodes as processes, encrypted and signed in."""

import json
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPSConnection
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest

if find_spec("flwr") is None:
    pytest.skip("Flower has an environment of its own: make test-flower", allow_module_level=True)

from benchmarks.flower_processes import WAIT, RealFlower, family, real_flower
from contract.artifacts.model_file import write_model
from flower_apps.superlink import SuperLink
from flower_apps.surroundings import program
from simulation.consortium import write_consortium
from simulation.in_process import Hospital, run_federation
from tests.flower_apps.consortium import TASK, digest_in, virtual, waiting, write_home, write_plan

pytestmark = pytest.mark.slow

PATIENTS = 60


@dataclass
class Running:
    """A consortium that is there."""

    flower: RealFlower
    hospitals: list[Hospital]
    folder: Path

    def start_node(self, envoy: str, program: list[str] | None = None, *, port: int | None = None) -> None:
        folder = self.folder
        self.flower.start_node(envoy, folder / "homes" / envoy, folder / "tables" / envoy, program, port=port)

    def plan(self, name: str, **changes: object) -> tuple[Path, Path]:
        return write_plan(self.folder / name, self.hospitals, **changes), self.folder / f"{name}-result"

    def simulated(self, rounds: int, hospitals: list[Hospital] | None = None, strategy: str = "fedavg") -> bytes:
        run = run_federation(TASK, hospitals or self.hospitals, rounds=rounds, strategy=strategy)
        return write_model(run.state, TASK.layout)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("consortium")
    write_consortium(folder / "tables", hospitals=5, patients=PATIENTS, seed=0)
    with real_flower(folder / "flower") as flower:
        there = Running(flower, virtual(5, PATIENTS), folder)
        flower.start_superlink()
        for each in there.hospitals:
            flower.admit(each.name)
            write_home(folder / "homes" / each.name, each.name)
            there.start_node(each.name)
        yield there


def rounds_of(out: Path) -> list[dict]:
    try:
        return list(json.loads((out / "rounds.json").read_text())["rounds"])
    except FileNotFoundError:
        return []


def wait_for_round(out: Path, number: int) -> None:
    deadline = time.monotonic() + 2 * WAIT
    while len(rounds_of(out)) < number:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_ten_rounds_of_five_hospitals_give_the_model_of_the_simulation_to_the_byte(running: Running):
    plan, out = running.plan("ten", rounds=10, strategy="clip+fedadam")
    code, said = running.flower.run(plan, out)
    assert code == 0, said
    assert (out / "model.pt").read_bytes() == running.simulated(10, strategy="clip+fedadam")
    card = json.loads((out / "card.json").read_text())
    assert card["run"]["engine"] == "Flower"
    assert card["run"]["rounds"] == 10
    assert {each["envoy_name"] for each in card["inputs"]} == {str(each.name) for each in running.hospitals}
    for each in running.hospitals:  # what each hospital brings home is what the card names
        named = next(part for part in card["inputs"] if part["envoy_name"] == each.name)
        assert digest_in(waiting(running.folder / "homes" / each.name)) == named["model_sha256"]


def test_a_node_that_is_killed_in_round_three_and_begun_again_changes_no_bit(running: Running):
    plan, out = running.plan("node-killed", rounds=5)
    program = running.flower.begin(plan, out)
    wait_for_round(out, 2)
    running.flower.kill("KNH")
    running.start_node("KNH")
    said, failed = program.communicate(timeout=4 * WAIT)
    assert program.returncode == 0, said + failed + (out / "run.log").read_text() + running.flower.said("KNH")
    assert (out / "model.pt").read_bytes() == running.simulated(5)


def test_a_liar_is_quarantined_and_keeps_its_share_still(running: Running):
    running.flower.stop("Embu")
    running.start_node("Embu", [sys.executable, "-m", "tests.flower_apps.lying_node", "node"])
    plan, out = running.plan("liar", rounds=2, quorum=4)
    code, said = running.flower.run(plan, out)
    assert code == 0, said + (out / "run.log").read_text()
    for each in rounds_of(out):
        (liar,) = each["quarantined"]
        assert liar["envoy_name"] == "Embu"
        assert not all(check["passed"] for check in liar["checks"])
        assert len(each["inputs"]) == 4
        assert sum(part["weight"] for part in each["inputs"]) == pytest.approx(0.8)
    running.flower.stop("Embu")
    running.start_node("Embu")


def test_a_superlink_that_is_killed_ends_the_run_and_the_next_goes_on_behind_the_last_round(running: Running):
    plan, out = running.plan("superlink-killed", rounds=5)
    program = running.flower.begin(plan, out)
    wait_for_round(out, 3)
    running.flower.kill("superlink")
    _, failed = program.communicate(timeout=WAIT)
    assert program.returncode == 4
    assert "SuperLink" in failed
    done = len(rounds_of(out))
    assert done >= 3
    running.flower.start_superlink()
    code, said = running.flower.run(plan, out)
    assert code == 0, said + (out / "run.log").read_text()
    assert (out / "model.pt").read_bytes() == running.simulated(5)
    runs = [each["run"] for each in rounds_of(out)]
    assert len(set(runs[:done])) == 1
    assert runs[done:] == [] or runs[-1] != runs[0]


@pytest.mark.skipif(which("caddy") is None, reason="no caddy here")
def test_through_the_proxy_a_hospital_reaches_its_own_part_alone(running: Running):
    port = running.flower.start_proxy()
    trust = ssl.create_default_context(cafile=str(running.flower.authority))
    for path in ("/v1/control/list-runs", "/v1/runtime/acquire-task", "/v1/fleet/../control/list-runs", "/"):
        link = HTTPSConnection("localhost", port, context=trust, timeout=20)
        link.request("POST", path, body=b"")
        assert link.getresponse().status == 404
    running.flower.stop("Mbagathi")
    running.start_node("Mbagathi", port=port)
    plan, out = running.plan("proxied", rounds=1)
    code, said = running.flower.run(plan, out)
    assert code == 0, said + running.flower.said("Mbagathi") + running.flower.said("caddy")
    assert len(rounds_of(out)[0]["inputs"]) == 5


HOSTILE = {
    "pyproject.toml": """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "hostile"
version = "1.0.0"
description = "What somebody who broke into the coordinator would send."
license = { file = "LICENSE" }
dependencies = ["flwr>=1.42"]
[tool.flwr.app]
publisher = "nobody"
fab-format-version = 1
flwr-version-target = "1.42.0"
[tool.flwr.app.components]
serverapp = "hostile.server:app"
clientapp = "hostile.client:app"
[tool.flwr.app.config]
out = ""
""",
    "LICENSE": "none",
    "hostile/__init__.py": "",
    "hostile/client.py": """
from pathlib import Path
from flwr.clientapp import ClientApp
Path("{marker}").write_text("it was executed")
app = ClientApp()
""",
    "hostile/server.py": """
import time
from pathlib import Path
from flwr.app import Message, MessageType, RecordDict
from flwr.serverapp import ServerApp
app = ServerApp()

@app.main()
def main(grid, context):
    while len(nodes := list(grid.get_node_ids())) < 5:
        time.sleep(0.2)
    asked = [Message(RecordDict(), node, MessageType.TRAIN) for node in nodes]
    replies = list(grid.send_and_receive(asked, timeout=90))
    said = [reply.content["answered"]["refusal"] if reply.has_content() else "an error" for reply in replies]
    Path(context.run_config["out"]).write_text("\\n".join(said))
""",
}


def test_code_that_the_superlink_sends_is_executed_at_no_hospital(running: Running, tmp_path: Path):
    marker, out = tmp_path / "marker", tmp_path / "out"
    for name, text in HOSTILE.items():
        place = tmp_path / "app" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("{marker}", str(marker)))
    there = SuperLink(running.flower.link, running.flower.port)
    settings = ["--run-config", f'out="{out}"', "--format", "json"]
    command = [program("flwr"), "run", str(tmp_path / "app"), "here", *settings]
    begun = subprocess.run(command, env=there.surroundings, capture_output=True, text=True, check=True)
    ended = there.ended(str(json.loads(begun.stdout)["run-id"]))
    assert ended == "finished:completed", running.flower.said("superlink")
    assert out.read_text().splitlines() == ["task is missing, or not what it should be (bytes)."] * 5
    assert not marker.exists()


def test_stopped_a_node_takes_its_supernode_with_it(running: Running):
    processes = family(running.flower.running["MTRH"].pid)
    assert len(processes) > 1
    assert running.flower.stop("MTRH") == 0
    assert not any(Path(f"/proc/{each}").exists() for each in processes)
    running.start_node("MTRH")
