"""How two versions beside each other look on a terminal."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contract.messages.comparisons import (
    ComparedVersion,
    HospitalComparison,
    Pair,
    TensorDistance,
    VersionComparison,
    WeightDistance,
)
from contract.names import AliasName, Digest, EnvoyName, TaskName
from director.cli import program
from director.cli.compared import print_comparison

A, B = (Digest(letter * 64) for letter in "ab")


def version(number: int, **more: Any) -> ComparedVersion:
    said: dict[str, Any] = {
        "version": number,
        "sha256": A,
        "scaler_sha256": B,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "published": False,
        "aliases": [],
        "strategy": "trimmed_mean",
        "parameters": {"f": 1.0},
        "scaler": "merged",
        "num_examples": 90,
        "parent": None,
        "measured": 2,
    }
    return ComparedVersion(**{**said, **more})


def pair(a: float | None, b: float | None, difference: float | None) -> Pair:
    return Pair(a=a, b=b, difference=difference)


def comparison(**more: Any) -> VersionComparison:
    said: dict[str, Any] = {
        "task": TaskName("diagnosis_count"),
        "a": version(3, aliases=[AliasName("champion")]),
        "b": version(4, parent=3),
        "ancestor": None,
        "common_ancestor": 2,
        "hospitals": [],
        "mean": {},
        "worst": {},
        "held_out": {},
        "weights": None,
        "not_comparable": [],
    }
    return VersionComparison(**{**said, **more})


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setattr(program.out, "_width", 300)

    def shown(**more: Any) -> str:
        print_comparison(comparison(**more))
        return capsys.readouterr().out

    return shown


def cells(shown: str, first: str) -> list[str]:
    """Give the cells of the row that begins so."""
    row = next(line for line in shown.splitlines() if line.strip("│ ┃").startswith(first))
    return [each.strip() for each in row.replace("┃", "│")[1:-1].split("│")]


def rows(shown: str, hospital: str) -> list[list[str]]:
    """Give the further cells of a hospital's row in each table."""
    found = [line for line in shown.splitlines() if line.strip("│ ").startswith(hospital)]
    return [[each.strip() for each in line[1:-1].split("│")][1:] for line in found]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        pytest.param({"ancestor": "a"}, "4 comes from 3.", id="the other comes from the first"),
        pytest.param({"ancestor": "b"}, "3 comes from 4.", id="the first comes from the other"),
        pytest.param({"common_ancestor": 2}, "Both come from global model 2.", id="two of one"),
        pytest.param({"common_ancestor": 0}, "Both come from the shared start.", id="two of the shared start"),
        pytest.param({"common_ancestor": None}, "", id="of two definitions"),
        pytest.param({"b": version(3), "common_ancestor": 3}, "", id="one version"),
    ],
)
def test_it_says_where_both_come_from(printed: Any, said: dict[str, Any], sentence: str) -> None:
    number = 3 if "b" in said else 4
    first = printed(**said).splitlines()[0]
    assert first.strip() == f"global models 3 and {number} of diagnosis_count. {sentence}".strip()


def test_it_says_what_each_is(printed: Any) -> None:
    shown = printed()
    assert cells(shown, "comes from") == ["comes from", "the shared start", "global model 3"]
    assert cells(shown, "strategy") == ["strategy", "trimmed_mean f=1", "trimmed_mean f=1"]
    assert cells(shown, "aliases") == ["aliases", "champion", ""]


def test_each_hospital_has_its_row_and_each_score_its_summary(printed: Any) -> None:
    scores = {"accuracy": pair(0.5, 0.75, 0.25), "loss": pair(1.5, None, None)}
    knh = HospitalComparison(
        envoy_name=EnvoyName("KNH"), part_in_a="moves", part_in_b="stands_still", same_update=True, scores=scores
    )
    mtrh = knh.model_copy(update={"envoy_name": EnvoyName("MTRH"), "same_update": False, "part_in_a": "quarantined"})
    embu = knh.model_copy(update={"envoy_name": EnvoyName("Embu"), "part_in_a": None, "scores": {}})
    shown = printed(hospitals=[knh, mtrh, embu], mean=scores, worst={"accuracy": pair(0.25, 0.125, -0.125)})
    accuracy, loss = ["0.5000", "0.7500", "+0.2500"], ["1.5000", "", ""]
    assert rows(shown, "KNH") == [["moves", "stands still", "the same"], accuracy, loss]
    assert rows(shown, "MTRH") == [["quarantined", "stands still", "another"], accuracy, loss]
    assert rows(shown, "Embu") == [["is not in it", "stands still", ""], [""] * 3, [""] * 3]
    assert cells(shown, "accuracy")[:7] == ["accuracy", "0.5000", "0.7500", "+0.2500", "0.2500", "0.1250", "-0.1250"]
    assert cells(shown, "loss") == ["loss", "1.5000", "", "", "", "", ""]


def test_the_validation_table_the_weights_and_what_can_not_be_compared(printed: Any) -> None:
    weights = WeightDistance(
        norm_a=2,
        norm_b=3,
        distance=1,
        relative=0.5,
        cosine=None,
        tensors=[TensorDistance(tensor=f"t{place}", distance=1, relative=None, cosine=1) for place in range(9)],
    )
    shown = printed(weights=weights, held_out={"loss": pair(1, 2, 1)}, not_comparable=["Nobody knows."])
    assert "weights, 4 behind the scaler of 3: distance 1.0000, relative 0.5000, cosine " in shown
    assert cells(shown, "t0") == ["t0", "1.0000", "", "1.0000"]
    assert "t5" in shown
    assert "t6" not in shown
    assert cells(shown, "loss") == ["loss", "1.0000", "2.0000", "+1.0000"]
    assert shown.endswith("Nobody knows.\n")
    assert "validation table" not in printed()


def test_a_terminal_of_80_columns_shows_every_figure_in_one_line(printed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program.out, "_width", 80)
    scores = {"accuracy": pair(0.5, 0.75, 0.25), "loss": pair(1.5, 2.5, 1.0)}
    mbagathi = HospitalComparison(
        envoy_name=EnvoyName("Mbagathi"),
        part_in_a="quarantined",
        part_in_b="stands_still",
        same_update=False,
        scores=scores,
    )
    shown = printed(hospitals=[mbagathi], mean=scores, worst=scores)
    assert rows(shown, "Mbagathi")[1:] == [["0.5000", "0.7500", "+0.2500"], ["1.5000", "2.5000", "+1.0000"]]
    assert cells(shown, "loss") == ["loss", *["1.5000", "2.5000", "+1.0000"] * 2]
