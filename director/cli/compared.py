"""``fl-director model compare``: how two versions beside each other look on a terminal."""

from collections.abc import Mapping

from rich.table import Table

from contract.messages.comparisons import ComparedVersion, HospitalComparison, Pair, VersionComparison, WeightDistance
from contract.moments import shown_moment
from director.cli.program import out

_PARTS = {"moves": "moves", "stands_still": "stands still", "quarantined": "quarantined", None: "is not in it"}
_MOST_TENSORS = 6
_OF_HOSPITALS = ("accuracy", "loss")
"""The scores that are told of each hospital."""


def print_comparison(found: VersionComparison) -> None:
    """Print it: what each is, how they are related, what hospitals report, the validation table, the weights."""
    a, b = found.a.version, found.b.version
    out.print(f"global models {a} and {b} of {found.task}. {_relation(found)}")
    out.print(_in_short(found.a, found.b))
    if found.hospitals:
        out.print(_hospitals(found))
        for score in _OF_HOSPITALS:  # one by one: beside each other they are wider than a terminal
            out.print(_reported(found, score))
    if found.mean:
        out.print(_scores(found))
    if found.held_out:
        out.print("on the validation table:")
        out.print(_pairs("score", found.held_out, a, b))
    if found.weights is not None:
        _print_weights(found.weights, a, b)
    for sentence in found.not_comparable:
        out.print(sentence)


def _relation(found: VersionComparison) -> str:
    a, b = found.a.version, found.b.version
    if found.ancestor is not None:
        older, newer = (a, b) if found.ancestor == "a" else (b, a)
        return f"{newer} comes from {older}."
    if a == b or found.common_ancestor is None:
        return ""
    return f"Both come from {f'global model {found.common_ancestor}' if found.common_ancestor else 'the shared start'}."


def _in_short(a: ComparedVersion, b: ComparedVersion) -> Table:
    table = Table("", str(a.version), str(b.version))
    cells_a, cells_b = _traits(a), _traits(b)
    for name, cell in cells_a.items():
        table.add_row(name, cell, cells_b[name])
    return table


def _traits(version: ComparedVersion) -> dict[str, str]:
    parameters = (f"{name}={value:g}" for name, value in sorted(version.parameters.items()))
    return {
        "aliases": ", ".join(version.aliases),
        "comes from": "the shared start" if version.parent is None else f"global model {version.parent}",
        "strategy": " ".join([version.strategy, *parameters]),
        "scaler": f"{version.scaler}, {version.scaler_sha256[:12]}",
        "hospitals": str(version.measured),
        "examples": str(version.num_examples),
        "sha256": version.sha256[:12],
        "made": shown_moment(version.created_at),
    }


def _hospitals(found: VersionComparison) -> Table:
    a, b = found.a.version, found.b.version
    table = Table("hospital", f"in {a}", f"in {b}", "update")
    for each in found.hospitals:
        table.add_row(each.envoy_name, _PARTS[each.part_in_a], _PARTS[each.part_in_b], _update(each))
    return table


def _reported(found: VersionComparison, score: str) -> Table:
    table = Table("hospital", f"{score} {found.a.version}", f"{score} {found.b.version}", "difference")
    for each in found.hospitals:
        table.add_row(each.envoy_name, *_cells(each.scores.get(score)))
    return table


def _update(each: HospitalComparison) -> str:
    if each.part_in_a is None or each.part_in_b is None:
        return ""
    return "the same" if each.same_update else "another"


def _scores(found: VersionComparison) -> Table:
    a, b = found.a.version, found.b.version
    table = Table("score", f"mean {a}", f"mean {b}", "difference", f"worst {a}", f"worst {b}", "difference")
    for name, mean in found.mean.items():
        table.add_row(name, *_cells(mean), *_cells(found.worst.get(name)))
    return table


def _pairs(what: str, pairs: Mapping[str, Pair], a: int, b: int) -> Table:
    table = Table(what, str(a), str(b), "difference")
    for name, pair in pairs.items():
        table.add_row(name, *_cells(pair))
    return table


def _print_weights(found: WeightDistance, a: int, b: int) -> None:
    out.print(
        f"weights, {b} behind the scaler of {a}: distance {found.distance:.4f}, "
        f"relative {_number(found.relative)}, cosine {_number(found.cosine)}"
    )
    table = Table("tensor", "distance", "relative", "cosine")
    for each in found.tensors[:_MOST_TENSORS]:
        table.add_row(each.tensor, _number(each.distance), _number(each.relative), _number(each.cosine))
    out.print(table)


def _cells(pair: Pair | None) -> list[str]:
    if pair is None:
        return ["", "", ""]
    difference = "" if pair.difference is None else f"{pair.difference:+.4f}"
    return [_number(pair.a), _number(pair.b), difference]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
