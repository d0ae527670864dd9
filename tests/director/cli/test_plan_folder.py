"""The folder that a run's plan is written into."""

from pathlib import Path

import pytest

from contract.messages.engine_plans import EnginePlan
from contract.names import Digest
from contract.tasks import DIAGNOSIS_COUNT
from director.cli.plan_folder import require_room_for_plan, write_plan
from director.errors import UsageError
from director.models.engine_plan import PlanChoice, PlannedRun
from tests.federation_simulator import FederationSimulator

FILES = {"plan.json", "model.pt", "scaler.pkl"}


@pytest.fixture
def planned(federation: FederationSimulator, five_hospitals: object) -> PlannedRun:
    return federation.director.models.plan_run(DIAGNOSIS_COUNT.name, PlanChoice(10))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "plan"
    folder.mkdir()
    return folder


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def test_a_plan_and_its_starts_files_lie_in_a_new_folder_byte_for_byte(planned: PlannedRun, tmp_path: Path) -> None:
    folder = tmp_path / "below" / "plan"
    write_plan(folder, planned)
    assert names(folder) == FILES
    plan = EnginePlan.model_validate_json((folder / "plan.json").read_bytes())
    assert plan == planned.plan
    assert Digest.of((folder / "model.pt").read_bytes()) == plan.start.model_sha256
    assert Digest.of((folder / "scaler.pkl").read_bytes()) == plan.start.scaler_sha256


def test_an_earlier_plan_is_written_over(planned: PlannedRun, folder: Path) -> None:
    for name in FILES:
        (folder / name).write_bytes(b"of before")
    write_plan(folder, planned)
    assert names(folder) == FILES
    assert (folder / "model.pt").read_bytes() == planned.model


def test_a_folder_with_anything_else_is_left_as_it_is(planned: PlannedRun, folder: Path) -> None:
    for name in ("card.json", "notes.txt", "a", "b", "model.pt"):
        (folder / name).write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"an earlier plan: a, b, card.json and 1 more\."):
        write_plan(folder, planned)
    assert (folder / "model.pt").read_bytes() == b"mine"
    assert not (folder / "plan.json").exists()


def test_a_file_or_a_folder_of_a_plans_name_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(UsageError, match="is no folder"):
        require_room_for_plan(tmp_path / "file")
    (tmp_path / "plan" / "plan.json").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"plan\.json"):
        require_room_for_plan(tmp_path / "plan")


def test_where_writing_breaks_off_there_is_no_plan(
    planned: PlannedRun, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_plan(folder, planned)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("director.records.files.reach", full)
    with pytest.raises(OSError, match="No space left"):
        write_plan(folder, planned)
    assert names(folder) == {"model.pt", "scaler.pkl"}
