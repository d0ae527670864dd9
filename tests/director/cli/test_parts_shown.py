"""A line for each hospital in a preview, at a terminal's usual width and wide."""

import pytest

from contract.messages.global_models import GlobalModel, HeldOut
from director.cli import main
from director.cli.parts_shown import as_words, table_of_parts
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator, SimulatedHospital
from tests.streams import run_main

TABLE = b"diagnosis_count,label\n" + b"3,low\n9,medium\n30,high\n" * 10


@pytest.fixture
def trained(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]) -> FederationSimulator:
    for each in five_hospitals:
        each.train_and_upload()
    return federation


def preview(*options: str, columns: int | None = 80) -> list[str]:
    ended = run_main(main, "aggregate", "--dry-run", *options, columns=columns)
    assert ended.code == 0, ended.err
    return ended.out.splitlines()


@pytest.mark.parametrize("with_table", [False, True])
def test_a_preview_is_a_line_a_hospital_at_80_columns(
    served: Run, trained: FederationSimulator, tmp_path_factory: pytest.TempPathFactory, with_table: bool
) -> None:
    if with_table:
        table = tmp_path_factory.mktemp("table") / "held_out.csv"
        table.write_bytes(TABLE)
        assert served("validation", "set", table).exit_code == 0
    lines = preview()
    for name in trained.hospitals:
        (line,) = (each for each in lines if each.startswith(f"{name} "))
        assert len(line) <= 80
    assert ("validation" in "".join(lines)) is with_table
    assert "norm" not in "".join(lines)


def test_it_is_a_line_a_hospital_also_with_the_longest_names_and_on_the_narrowest_terminal(
    served: Run, federation: FederationSimulator
) -> None:
    names = [f"A-hospital-with-a-name-of-33-char-{number}" for number in range(3)]
    for name in names:
        federation.enrol(name).train_and_upload()
    for columns in (80, 30):
        lines = preview(columns=columns)
        assert [sum(each.startswith(f"{name} ") for each in lines) for name in names] == [1, 1, 1]
    assert all(len(line) <= 85 for line in preview() if line.startswith("A-hospital"))


def test_wide_has_the_rest_of_the_columns(served: Run, trained: FederationSimulator) -> None:
    (head,) = (each for each in preview("--wide", columns=200) if each.startswith("hospital "))
    for name in ("version", "examples", "counted", "weight", "norm", "cosine", "distance", "moves by"):
        assert name in head
    served("aggregate")
    shown = run_main(main, "model", "show", "1", "--wide").out
    assert "counted" in shown
    assert "moves by" not in shown


def test_a_preview_of_nobody_has_no_line(served: Run, trained: FederationSimulator) -> None:
    found = GlobalModel.model_validate_json(served("aggregate", "--dry-run", "--json").stdout)
    table = table_of_parts(found.model_copy(update={"inputs": [], "standing": [], "quarantined": []}), wide=True)
    assert table.row_count == 0


def test_a_result_is_said_in_words() -> None:
    assert as_words(HeldOut(loss=0.5, accuracy=0.75)) == "loss 0.5000, accuracy 0.750"
    assert as_words(None) == ""
