"""Two versions beside each other, from values alone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.distance import Distance, ModelDistance
from contract.messages.comparisons import MOST_TENSORS
from contract.messages.global_models import GlobalModel, HeldOut, ModelInput
from contract.names import AliasName, Digest, EnvoyName
from contract.tasks import DIAGNOSIS_COUNT
from director.models.compared import Side, compare, line_from

A, B, C = (Digest(letter * 64) for letter in "abc")
NO_WEIGHTS = "Nobody looked."


def part(name: str, model: Digest = A) -> ModelInput:
    return ModelInput(
        envoy_name=EnvoyName(name),
        version=1,
        submission_id="s",
        model_sha256=model,
        scaler_sha256=B,
        num_examples=50,
        weight=None,
    )


def side(
    version: int = 1, *, definition: Digest = A, table: Digest | None = None, line: Any = (0,), **model: Any
) -> Side:
    said: dict[str, Any] = {
        "task": DIAGNOSIS_COUNT.name,
        "version": version,
        "sha256": C,
        "scaler_sha256": B,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "published": False,
        "notice": "",
        "strategy": "fedavg",
        "parameters": {},
        "scaler": "merged",
        "num_examples": 50,
        "inputs": [part(name) for name in model.get("metrics", {})],
        "metrics": {},
    }
    return Side(GlobalModel(**{**said, **model}), definition, [version, *line], table)


def test_each_hospitals_scores_stand_beside_each_other():
    a = side(1, metrics={"KNH": {"accuracy": 0.5, "loss": 1.0, "confusion": [[1]], "held_out": 9}, "embu": {}})
    b = side(2, metrics={"KNH": {"accuracy": 0.75}, "MTRH": {"accuracy": 0.25, "loss": 2.0}})
    found = compare(a, b, NO_WEIGHTS)
    assert [each.envoy_name for each in found.hospitals] == ["embu", "KNH", "MTRH"]
    knh = found.hospitals[1].scores
    assert {name: (each.a, each.b, each.difference) for name, each in knh.items()} == {
        "accuracy": (0.5, 0.75, 0.25),
        "loss": (1.0, None, None),
    }
    assert {name: (each.a, each.b, each.difference) for name, each in found.mean.items()} == {
        "accuracy": (0.5, 0.5, 0),
        "loss": (1.0, 2.0, 1.0),
    }
    assert {name: (each.a, each.b) for name, each in found.worst.items()} == {"accuracy": (0.5, 0.25), "loss": (1, 2)}
    assert (found.a.measured, found.b.measured) == (2, 2)


def test_each_hospital_is_in_both_or_one_and_moved_stood_still_or_was_left_out():
    a = side(1, inputs=[part("Embu"), part("KNH", A)], standing=[part("MTRH", C)], quarantined=[part("Liar")])
    b = side(2, inputs=[part("KNH", B), part("Liar", B)], standing=[part("Embu"), part("MTRH", C)])
    found = compare(a, b, NO_WEIGHTS).hospitals
    assert [(each.envoy_name, each.part_in_a, each.part_in_b, each.same_update) for each in found] == [
        ("Embu", "moves", "stands_still", True),
        ("KNH", "moves", "moves", False),
        ("Liar", "quarantined", "moves", False),
        ("MTRH", "stands_still", "stands_still", True),
    ]
    only = compare(a, side(2), NO_WEIGHTS).hospitals
    assert {(each.part_in_b, each.same_update) for each in only} == {(None, False)}


PARENTS = {1: None, 2: 1, 3: 2, 4: 2, 5: None}


@pytest.mark.parametrize(
    ("a", "b", "ancestor", "common"),
    [
        pytest.param(1, 3, "a", 1, id="the first is where the other comes from"),
        pytest.param(3, 1, "b", 1, id="the other is"),
        pytest.param(3, 4, None, 2, id="two of one parent"),
        pytest.param(3, 5, None, 0, id="two of the shared start"),
        pytest.param(3, 3, None, 3, id="one version"),
    ],
)
def test_it_says_how_they_are_related(a: int, b: int, ancestor: str | None, common: int):
    sides = [side(version, line=line_from(version, PARENTS)[1:]) for version in (a, b)]
    found = compare(sides[0], sides[1], NO_WEIGHTS)
    assert (found.ancestor, found.common_ancestor) == (ancestor, common)


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=40), st.data())
def test_the_nearest_common_ancestor_is_in_both_lines_and_nothing_newer_is(draws: list[int], data: st.DataObject):
    parents = {version: (drawn % version) or None for version, drawn in enumerate(draws, start=1)}
    a, b = (data.draw(st.sampled_from(sorted(parents))) for _ in range(2))
    lines = [line_from(each, parents) for each in (a, b)]
    assert all(line[-1] == 0 and line == sorted(line, reverse=True) for line in lines)
    found = compare(side(a, line=lines[0][1:]), side(b, line=lines[1][1:]), NO_WEIGHTS)
    assert found.common_ancestor == max(set(lines[0]) & set(lines[1]))


def test_the_validation_tables_results_are_compared_where_it_is_the_same_table():
    worse, better = HeldOut(loss=1.5, accuracy=0.5), HeldOut(loss=1.0, accuracy=0.75)
    same = compare(side(1, table=A, held_out=worse), side(2, table=A, held_out=better), NO_WEIGHTS)
    assert {name: (each.a, each.b, each.difference) for name, each in same.held_out.items()} == {
        "loss": (1.5, 1.0, -0.5),
        "accuracy": (0.5, 0.75, 0.25),
    }
    assert same.not_comparable == [NO_WEIGHTS]
    other = compare(side(1, table=A, held_out=worse), side(2, table=B, held_out=better), NO_WEIGHTS)
    assert {(each.a, each.difference) for each in other.held_out.values()} == {(1.5, None), (0.5, None)}
    assert other.not_comparable[0] == "Global models 1 and 2 were held against different validation tables."
    one = compare(side(1, table=None), side(2, table=B, held_out=better), NO_WEIGHTS)
    assert (one.held_out["loss"].a, one.held_out["loss"].b, one.not_comparable) == (None, 1.0, [NO_WEIGHTS])
    assert compare(side(1), side(2), NO_WEIGHTS).held_out == {}


def test_what_was_made_for_another_definition_is_shown_and_not_compared():
    one = side(1, metrics={"KNH": {"loss": 1.0}}, held_out=HeldOut(loss=1.0, accuracy=0.5))
    other = side(2, definition=B, metrics={"KNH": {"loss": 3.0}}, held_out=HeldOut(loss=2.0, accuracy=0.5))
    found = compare(one, other, NO_WEIGHTS)
    pairs = [found.hospitals[0].scores["loss"], found.mean["loss"], found.worst["loss"], found.held_out["loss"]]
    assert [(each.a, each.b, each.difference) for each in pairs] == [(1, 3, None)] * 3 + [(1, 2, None)]
    assert (found.ancestor, found.common_ancestor) == (None, None)
    assert "different definitions of the task" in found.not_comparable[0]
    assert found.not_comparable[1:] == [NO_WEIGHTS]


def test_of_many_tensors_the_farthest_are_told():
    near, far = Distance(1, 1, 0.5, 0.9), Distance(2, 1, 4, None)
    tensors = {"far": far} | {f"t{number}": near for number in range(MOST_TENSORS)}
    found = compare(side(1), side(2), ModelDistance(far, tensors))
    assert found.weights is not None
    assert (found.weights.distance, found.weights.relative, found.weights.cosine) == (4, 2, None)
    assert (found.weights.norm_a, found.weights.norm_b) == (2, 1)
    assert [each.tensor for each in found.weights.tensors] == [*tensors][:MOST_TENSORS]
    assert (found.weights.tensors[1].relative, found.weights.tensors[1].cosine) == (0.5, 0.9)
    assert found.not_comparable == []


def test_in_short_it_says_what_each_is():
    aliases = [AliasName("champion")]
    model: dict[str, Any] = {
        "parent": 4,
        "aliases": aliases,
        "parameters": {"f": 1.0},
        "published": True,
        "metrics": {"KNH": {}},
    }
    short = compare(side(5, **model), side(6), NO_WEIGHTS).a
    assert (short.version, short.parent, short.aliases, short.published) == (5, 4, aliases, True)
    assert (short.strategy, short.parameters, short.measured) == ("fedavg", {"f": 1.0}, 1)
