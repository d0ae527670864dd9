"""Conducting a plan: to the simulation's bytes, also where it was cut off and begun again; every round on record."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.artifacts.model_file import write_model
from contract.errors import FederationError
from contract.messages.global_models import Card
from contract.names import EnvoyName
from flower_apps.coordinator import Coordinator
from flower_apps.errors import RoundFailedError
from flower_apps.plan_folder import Plan
from flower_apps.result_folder import ResultFolder
from flower_apps.wire import Answer, Asked
from simulation.in_process import run_federation
from tests.flower_apps.consortium import TASK, digest_in, real, virtual, waiting, write_plan

HOSPITALS = virtual(4)


class Cut(Exception):
    """The program ended."""


class Homes:
    """The hospitals, asked directly; ends before a round where it shall."""

    def __init__(self, folder: Path, *, until: int = 99) -> None:
        self.hospitals = {each.name: real(folder / each.name, each) for each in HOSPITALS}
        self.until, self.asked = until, 0

    def ask(self, asked: Asked) -> Mapping[EnvoyName, Answer]:
        if asked.lesson.number > self.until:
            raise Cut
        self.asked += 1
        return {name: each.answer(asked.written()) for name, each in self.hospitals.items()}


def conductor(plan: Path, out: Path, run: str = "1", said: list[str] | None = None) -> Coordinator:
    say = (said if said is not None else []).append
    return Coordinator(Plan.read(plan), ResultFolder(out), run, lambda: datetime(2026, 11, 28, tzinfo=UTC), say)


@pytest.mark.parametrize("strategy", ["fedavg", "clip+fedadam", "fedprox"])
def test_it_gives_the_simulations_model_to_the_byte(tmp_path: Path, strategy: str):
    plan = write_plan(tmp_path / "plan", HOSPITALS, rounds=3, strategy=strategy)
    said: list[str] = []
    conductor(plan, tmp_path / "out", said=said).conduct(Homes(tmp_path / "homes").ask)
    simulated = run_federation(TASK, HOSPITALS, rounds=3, strategy=strategy)
    assert (tmp_path / "out" / "model.pt").read_bytes() == write_model(simulated.state, TASK.layout)
    assert said == [f"Round {number} of 3: 4 hospitals count." for number in (1, 2, 3)]


@pytest.mark.parametrize("strategy", ["fedavg", "clip+fedadam"])
def test_cut_off_and_begun_again_it_goes_on_to_the_same_bytes(tmp_path: Path, strategy: str):
    plan, out = write_plan(tmp_path / "plan", HOSPITALS, rounds=4, strategy=strategy), tmp_path / "out"
    with pytest.raises(Cut):
        conductor(plan, out, "1").conduct(Homes(tmp_path / "homes", until=2).ask)
    (out / "round-0003").mkdir()  # as a cut leaves it
    (out / "round-0003" / "model.pt").write_bytes(b"half")
    again = Homes(tmp_path / "homes")
    conductor(plan, out, "2").conduct(again.ask)
    assert again.asked == 2
    assert (out / "model.pt").read_bytes() == write_model(
        run_federation(TASK, HOSPITALS, rounds=4, strategy=strategy).state, TASK.layout
    )
    assert [each["run"] for each in json.loads((out / "rounds.json").read_text())["rounds"]] == ["1", "1", "2", "2"]
    assert sorted(each.name for each in out.glob("round-*")) == ["round-0004"]


def test_what_comes_home_names_each_hospitals_model_and_the_run(tmp_path: Path):
    plan, out = write_plan(tmp_path / "plan", HOSPITALS, rounds=2), tmp_path / "out"
    homes = Homes(tmp_path / "homes")
    conductor(plan, out, "77").conduct(homes.ask)
    card = Card.model_validate_json((out / "card.json").read_bytes())
    assert card.run is not None
    assert (card.run.engine, card.run.id, card.run.rounds) == ("Flower", "77", 2)
    for each in card.inputs:
        assert digest_in(waiting(tmp_path / "homes" / each.envoy_name)) == each.model_sha256
    assert (out / "scaler.pkl").read_bytes() == (plan / "scaler.pkl").read_bytes()


def test_a_round_that_fails_leaves_the_whole_ones(tmp_path: Path):
    plan, out = write_plan(tmp_path / "plan", HOSPITALS, rounds=3), tmp_path / "out"
    homes = Homes(tmp_path / "homes")

    def ask(asked: Asked) -> Mapping[EnvoyName, Answer]:
        return homes.ask(asked) if asked.lesson.number < 2 else {}

    with pytest.raises(RoundFailedError):
        conductor(plan, out).conduct(ask)
    assert len(json.loads((out / "rounds.json").read_text())["rounds"]) == 1
    assert not (out / "model.pt").exists()


def test_a_result_that_is_whole_is_written_again_without_asking_anybody(tmp_path: Path):
    plan, out = write_plan(tmp_path / "plan", HOSPITALS, rounds=1), tmp_path / "out"
    conductor(plan, out).conduct(Homes(tmp_path / "homes").ask)
    before = (out / "card.json").read_bytes()
    again = Homes(tmp_path / "homes")
    conductor(plan, out, "2").conduct(again.ask)
    assert again.asked == 0
    assert (out / "card.json").read_bytes() == before


def test_another_plan_goes_into_another_folder(tmp_path: Path):
    out = tmp_path / "out"
    conductor(write_plan(tmp_path / "one", HOSPITALS), out).conduct(Homes(tmp_path / "homes").ask)
    with pytest.raises(FederationError, match="begun with another plan"):
        conductor(write_plan(tmp_path / "other", HOSPITALS, seed=9), out).conduct(Homes(tmp_path / "homes").ask)
