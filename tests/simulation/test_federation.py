"""A federation in a notebook: whose patients, the same runs as the command line's, and what is refused at once."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulation
from aggregation.errors import TooFewUpdatesError, UnknownStrategyError
from contract.errors import FederationError, InvalidNameError, UnknownTaskError
from contract.tasks import DIAGNOSIS_COUNT
from envoy.errors import DataError
from simulation import Federation, compare
from simulation.consortium import write_consortium
from simulation.errors import ExperimentError


def command_line(*arguments: str) -> dict:
    command = [sys.executable, "-m", "simulation.cli", "run", "--json", *arguments]
    return dict(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def test_the_same_seed_gives_the_model_of_the_command_line_to_the_byte():
    said = command_line(
        "--hospitals", "3", "--patients", "60", "--seed", "4", "--strategy", "fedadam", "--rounds", "3",
        "--parameter", "server_rate=0.05",
    )  # fmt: skip
    history = Federation.synthetic(hospitals=3, patients=60, seed=4).run(
        "fedadam", rounds=3, parameters={"server_rate": 0.05}
    )
    assert history.sha256 == said["sha256"]
    assert [row.metrics for row in history.last if row.model == "global"] == [
        each["global"] for each in said["hospitals"]
    ]


def test_patients_dealt_out_unevenly_are_those_of_the_command_line():
    said = command_line("--patients", "100", "--partition", "dirichlet:0.3", "--rounds", "2", "--seed", "1")
    federation = Federation.synthetic(patients=100, seed=1, concentration=0.3)
    assert federation.frame["num_examples"].tolist() == [each["num_examples"] for each in said["hospitals"]]
    assert federation.run(rounds=2).sha256 == said["sha256"]


def test_folders_are_read_as_the_hospitals_envoys_would(tmp_path: Path):
    folders = write_consortium(tmp_path, hospitals=3, patients=60, seed=2)
    drawn = Federation.synthetic(hospitals=3, patients=60, seed=2)
    for given in (folders, dict(zip(("KUTRRH", "MTRH", "KNH"), map(str, folders), strict=True))):
        read = Federation.from_folders(given, seed=2)
        assert [each.name for each in read.hospitals] == ["KUTRRH", "MTRH", "KNH"]
        assert read.run(rounds=2).sha256 == drawn.run(rounds=2).sha256


def test_the_share_that_is_held_out_and_the_seed_that_chooses_it_are_asked_for(tmp_path: Path):
    folders = write_consortium(tmp_path, hospitals=1, patients=60)
    half, other = (Federation.from_folders(folders, held_out_share=0.5, seed=seed) for seed in (0, 1))
    assert half.frame["held_out"].tolist() == [30]
    assert not np.array_equal(
        half.hospitals[0].split.held_out.subject_ids, other.hospitals[0].split.held_out.subject_ids
    )


def test_a_defect_is_told_as_the_envoy_tells_it(tmp_path: Path):
    (tmp_path / "KNH" / "hosp").mkdir(parents=True)
    (tmp_path / "KNH" / "hosp" / "diagnoses_icd.csv").write_text("subject_id,hadm_id,seq_num,icd_code\n1,1,1,A09\n")
    with pytest.raises(DataError, match=r"hosp/diagnoses_icd.csv, column icd_version") as refused:
        Federation.from_folders([tmp_path / "KNH"])
    assert refused.value.__notes__ == [f"fl-envoy check --data {tmp_path / 'KNH'} names every defect."]


def test_folders_must_be_those_of_hospitals_with_names_of_their_own(tmp_path: Path):
    (folder,) = write_consortium(tmp_path, hospitals=1, patients=20)
    with pytest.raises(ExperimentError, match="One folder is no list"):
        Federation.from_folders(str(folder))
    with pytest.raises(ExperimentError, match="There are no folders"):
        Federation.from_folders([])
    with pytest.raises(ExperimentError, match="Two hospitals have one name"):
        Federation.from_folders({"KNH": folder, "knh": folder})
    with pytest.raises(InvalidNameError, match="not an envoy's name"):
        Federation.from_folders({"K N H": folder})


def test_a_hospital_with_nobody_to_train_on_is_named(tmp_path: Path):
    (table,) = write_consortium(tmp_path, 1, 1)
    with pytest.raises(ExperimentError, match="KUTRRH has no patient to train on"):
        Federation.from_folders([table], held_out_share=0.99)


def test_the_demo_of_mimic_iv_is_a_hospital_like_any_other(mimic_iv_demo: Path):
    federation = Federation.from_folders({"Demo": mimic_iv_demo})
    assert federation.frame[["num_examples", "held_out"]].to_numpy().tolist() == [[80, 20]]
    assert federation.run(rounds=1).sha256 is not None


@pytest.mark.parametrize(
    "asked",
    [
        {"hospitals": 0},
        {"hospitals": 10_001},
        {"patients": 9},
        {"hospitals": 2.5},
        {"patients": "20"},
        {"seed": -1},
        {"seed": None},
        {"concentration": 0.0},
        {"concentration": float("nan")},
    ],
)
def test_a_number_out_of_its_bounds_is_told_with_them(asked: dict):
    (name,) = asked
    with pytest.raises(ExperimentError, match=f"{name} = .* is not possible") as refused:
        Federation.synthetic(**asked)
    assert refused.value.hint.startswith(f"{name} is ")


@pytest.mark.parametrize("share", [0.0, 1.0, float("nan")])
def test_a_share_of_nobody_or_everybody_can_not_be_held_out(tmp_path: Path, share: float):
    with pytest.raises(ExperimentError, match=r"held_out_share = .* is not possible"):
        Federation.from_folders([tmp_path], held_out_share=share)


def test_numbers_of_numpy_give_the_run_that_pythons_own_give():
    numbers: dict[str, Any] = {"hospitals": 2, "patients": 30, "seed": 7}
    ours = Federation.synthetic(**numbers).run(rounds=2)
    of_numpy: dict[str, Any] = {name: np.int64(value) for name, value in numbers.items()}
    rounds: Any = np.int64(2)
    theirs = Federation.synthetic(**of_numpy).run(rounds=rounds)
    assert (theirs.sha256, theirs.seed, type(theirs.rounds)) == (ours.sha256, 7, int)


def test_a_task_is_one_that_there_is_or_ones_own():
    assert Federation.synthetic(1, 20, task="diagnosis_count").task is DIAGNOSIS_COUNT
    with pytest.raises(UnknownTaskError, match="no task 'mortality'"):
        Federation.synthetic(1, 20, task="mortality")


SMALL = Federation.synthetic(hospitals=3, patients=60)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"strategy": "fedadm"}, "no strategy 'fedadm'"),
        ({"strategy": "fedadam", "parameters": {"rate": 1}}, "has no parameter 'rate'"),
        ({"strategy": "fedadam", "parameters": {"beta1": 1}}, "can't have beta1 = 1"),
        ({"rounds": 0}, "rounds = 0 is not possible"),
        ({"rounds": 10_001}, "rounds = 10001 is not possible"),
        ({"rounds": 2.5}, "rounds = 2.5 is not possible"),
    ],
)
def test_what_is_wrong_with_a_run_is_said_before_anything_is_trained(asked: dict, says: str):
    with pytest.raises((UnknownStrategyError, ExperimentError), match=says) as refused:
        Federation(SMALL.task, (), 0).run(**asked)  # training nobody would fail otherwise
    assert refused.value.__notes__ == [refused.value.hint]


@pytest.mark.parametrize("run", [Federation.run_alone, Federation.run_pooled])
def test_so_are_the_rounds_of_a_baseline(run):
    with pytest.raises(ExperimentError, match="rounds = 0 is not possible"):
        run(SMALL, rounds=0)


def test_a_rule_that_takes_more_hospitals_says_so():
    with pytest.raises(TooFewUpdatesError, match="n = 3"):
        SMALL.run("krum", rounds=1)


def test_the_baselines_have_the_same_hospitals_and_columns():
    together, pooled, alone = SMALL.run(rounds=2), SMALL.run_pooled(rounds=2), SMALL.run_alone(rounds=2)
    assert [each.strategy for each in (together, pooled, alone)] == ["fedavg", "pooled", "alone"]
    assert [set(each.frame["model"]) for each in (together, pooled, alone)] == [
        {"local", "global"},
        {"global"},
        {"local"},
    ]
    assert pooled.record.hospitals == alone.record.hospitals == together.record.hospitals
    assert list(pooled.frame.columns) == list(alone.frame.columns) == list(together.frame.columns)
    assert pooled.sha256 == SMALL.all_in_one_place().run(rounds=2).sha256 != together.sha256


def test_no_strategy_is_called_as_the_baselines_are():
    for name in ("alone", "pooled"):
        with pytest.raises(FederationError, match="no strategy"):
            SMALL.run(name)


def test_each_round_is_seen_as_it_ends_and_measured_only_where_it_is_wanted():
    seen: list[int] = []
    history = SMALL.run(rounds=3, every_round=False, on_round=lambda rows: seen.append(len(rows)))
    assert seen == [0, 0, 6]
    assert set(history.frame["round"]) == {3}


def test_a_federation_shows_itself():
    federation = Federation.synthetic(hospitals=2, patients=50, seed=3)
    assert repr(federation) == "Federation(task='diagnosis_count', hospitals=2, patients=100, seed=3)"
    frame = federation.frame
    assert list(frame.columns) == ["hospital", "num_examples", "held_out", "low", "medium", "high"]
    assert frame["hospital"].tolist() == ["KUTRRH", "MTRH"]
    assert (frame[["low", "medium", "high"]].sum(axis=1) == frame["num_examples"]).all()
    page = federation._repr_html_()
    assert "KUTRRH" in page
    assert "not clinical" in page


def test_a_tasks_words_are_no_markup_in_a_notebook():
    task = replace(DIAGNOSIS_COUNT, title="a<script>", notice="b<script>")
    federation = Federation.synthetic(hospitals=1, patients=20, task=task)
    history = federation.run(rounds=1)
    pages = (federation._repr_html_(), history._repr_html_(), compare([history])._repr_html_())
    assert ["<script>" in page for page in pages] == [False] * 3
    assert ["b&lt;script&gt;" in page for page in pages] == [True] * 3


def test_the_package_gives_its_names_without_loading_what_they_need():
    script = (
        "import sys, simulation; from simulation import Federation, History, compare;"
        "print(sorted({'torch', 'pandas', 'matplotlib', 'sklearn'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"


def test_the_package_offers_its_names_for_completion_and_has_no_others():
    assert {"Federation", "History", "compare"} <= set(dir(simulation))
    with pytest.raises(AttributeError, match="module 'simulation' has no attribute 'Federations'"):
        simulation.Federations  # type: ignore[attr-defined]  # noqa: B018
