"""How what left, or would leave, is shown to a person or as JSON."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rich.table import Table

from contract.messages.base import MetricValue
from contract.messages.problems import Check
from contract.messages.statistics import StatisticsReceipt, StatisticsReport
from contract.messages.uploads import Submission
from contract.parts import PART_OF, Parcel
from envoy.answers import JudgedVersion
from envoy.cli.program import (
    out,
    print_json,
)
from envoy.home_lock import is_held
from envoy.participation.status import read_status
from envoy.submission import LocalData, Trained


def print_trained(
    data: LocalData,
    trained: Trained,
    statistics: StatisticsReceipt | None = None,
    receipt: Submission | None = None,
    answered: Sequence[JudgedVersion] = (),
    *,
    as_json: bool,
) -> None:
    """Print what training gave, and the director's receipts for what was sent."""
    if as_json:
        print_json(
            {
                "patients": data.patients,
                "answers": _answers(answered),
                "num_examples": data.num_examples,
                "local": trained.after,
                "start": trained.before,
                "statistics": statistics.model_dump(mode="json") if statistics else None,
                "submission": receipt.model_dump(mode="json") if receipt else None,
            }
        )
        return
    if statistics is not None:
        print_statistics(statistics)
    out.print(f"{data.patients} patients, trained on {data.num_examples}.")
    rows = {"this hospital's model": trained.after}
    out.print(metrics_table({"common model before": trained.before, **rows} if trained.before else rows))
    if receipt is not None:
        print_receipt(receipt)


def print_statistics(receipt: StatisticsReceipt) -> None:
    """Print what the director said of statistics."""
    out.print(f"Statistics of {receipt.num_examples} patients are with the director, version {receipt.version}.")
    if receipt.verdict == "quarantined":
        out.print("They are in quarantine: they count once the consortium's admin releases them.")
    print_failed(receipt.checks)


def _answers(judged: Sequence[JudgedVersion]) -> list[dict[str, object]]:
    return [{"version": each.version, **each.request.model_dump(mode="json")} for each in judged]


_OF_LEVELS = {"accuracy": "accuracy", "macro_f1": "macro-F1"}
_OF_BINARY = {"auroc": "AUROC", "auprc": "AUPRC", "brier": "Brier", "loss": "log-loss"}


def metrics_table(rows: Mapping[str, Mapping[str, MetricValue]]) -> Table:
    """Draw how models do on held-out patients, a line each."""
    names = _OF_BINARY if any("auroc" in metrics for metrics in rows.values()) else _OF_LEVELS
    table = Table("on held-out patients", "rows" if names is _OF_BINARY else "patients", *names.values())
    for name, metrics in rows.items():
        held_out, *figures = (_figure(metrics[key]) for key in ("held_out", *names))
        too_few = names is _OF_BINARY and held_out is None
        count = "too few outcomes to judge" if too_few else f"{held_out or 0:.0f}"
        table.add_row(name, count, *("none" if figure is None else f"{figure:.3f}" for figure in figures))
    return table


def _figure(value: MetricValue) -> float | None:
    return value if isinstance(value, float) else None


def print_receipt(receipt: Submission) -> None:
    """Print what the director said of an upload."""
    version = f", version {receipt.version}" if receipt.version else ""
    out.print(f"{receipt.verdict}{version} (submission {receipt.id})")
    print_failed(receipt.checks)


def print_failed(checks: Sequence[Check]) -> None:
    """Print the checks that did not pass."""
    for each in checks:
        if not each.passed:
            out.print(f"  {each.name}: {each.sentence}")


def show_parcel(
    parcel: Parcel,
    as_json: bool,
    *,
    statistics: StatisticsReport | None = None,
    answers: Sequence[JudgedVersion] = (),
) -> None:
    """Show what an upload would carry, byte for byte where it is text, and what would go before it."""
    if as_json:
        sizes = {role: len(data) for role, data in parcel.parts.items()}
        log = (parcel.get("log") or b"").decode(errors="backslashreplace")
        report = statistics.model_dump(mode="json") if statistics else None
        before = {"answers": _answers(answers), "statistics": report}
        print_json({**before, "metadata": json.loads(parcel["metadata"]), "bytes": sizes, "log": log})
        return
    for each in answers:
        out.print(f"--- word on version {each.version}, sent first")
        out.print(each.request.model_dump_json())
    if statistics is not None:
        out.print("--- statistics, sent first")
        out.print(statistics.model_dump_json())
    for role, data in parcel.parts.items():
        out.print(f"--- {role}: {len(data)} bytes")
        if PART_OF[role].is_text:
            for line in data.decode(errors="backslashreplace").split("\n"):
                out.print(line)
    out.print("Nothing was sent.")


def participation_line(home: Path, now: datetime) -> str | None:
    """Say what a participating envoy of this home is doing, or did last; None: it never took part."""
    found = read_status(home)
    if found is None:
        return None
    age = (now - (found.last_contact or found.since)).total_seconds()
    where = f", round {found.number} of {found.rounds} (run {found.run})" if found.number else ""
    if not is_held(home):
        return f"Does not participate now; it last did so as {found.state}{where}, {age:.0f} s ago."
    told = f"Participates: {found.state}{where} since {found.since:%Y-%m-%d %H:%M:%S} UTC; heard {age:.0f} s ago."
    return " ".join(part for part in (told, found.waits_for, found.last_error) if part)


def participation_facts(home: Path) -> dict[str, object] | None:
    """Give the same for a program; None: it never took part."""
    found = read_status(home)
    return None if found is None else {"is_running": is_held(home), **found.model_dump(mode="json")}
