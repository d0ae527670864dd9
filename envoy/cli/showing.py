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
from contract.moments import shown_moment
from contract.parts import PART_OF, Parcel
from envoy.answers import JudgedVersion
from envoy.cli.program import (
    out,
    print_json,
)
from envoy.home_lock import is_held
from envoy.participation.status import read_status
from envoy.sending import Sent
from envoy.submission import LocalData, Trained


def print_trained(
    data: LocalData,
    trained: Trained,
    statistics: StatisticsReceipt | None = None,
    sent: Sent | None = None,
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
                "submission": sent.receipt.model_dump(mode="json") if sent else None,
            }
        )
        return
    if statistics is not None:
        print_statistics(statistics)
    out.print(f"{data.patients} patients, trained on {data.num_examples}.")
    rows = {"this hospital's model": trained.after}
    out.print(metrics_table({"common model before": trained.before, **rows} if trained.before else rows))
    if sent is not None:
        print_sent(sent)


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


def print_sent(sent: Sent) -> None:
    """Print what the director said of an upload, and whether it knew it already."""
    out.print(sent_in_words(sent))
    print_failed(sent.receipt.checks)


def sent_in_words(sent: Sent) -> str:
    """Say what became of an upload, in half a line."""
    return f"{_known(sent) if sent.was_known else _taken(sent.receipt)} (submission {sent.receipt.id})"


def _taken(receipt: Submission) -> str:
    return f"{receipt.verdict}, version {receipt.version}" if receipt.version else receipt.verdict


def _known(sent: Sent) -> str:
    receipt = sent.receipt
    verdict = "" if receipt.verdict == "admitted" else f", {receipt.verdict}"
    which = f"known already as version {receipt.version}{verdict}"
    if sent.current is None:
        return which
    return f"{which}, which is current" if sent.current == receipt.version else f"{which}; current is {sent.current}"


def sent_facts(sent: Sent) -> dict[str, object]:
    """Give the same for a program: the receipt, and beside it what is known of versions."""
    facts = {"was_known": sent.was_known, "current_version": sent.current}
    return {**sent.receipt.model_dump(mode="json"), **facts}


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
        report = statistics.model_dump(mode="json") if statistics else None
        print_json({"answers": _answers(answers), "statistics": report, **_parcel_facts(parcel)})
        return
    for each in answers:
        out.print(f"--- word on version {each.version}, sent first")
        out.print(each.request.model_dump_json())
    if statistics is not None:
        out.print("--- statistics, sent first")
        out.print(statistics.model_dump_json())
    _print_parts(parcel)
    out.print("Nothing was sent.")


def show_parcels(parcels: Sequence[Parcel], as_json: bool) -> None:
    """Show the same of several."""
    if as_json:
        print_json([_parcel_facts(each) for each in parcels])
        return
    for each in parcels:
        _print_parts(each)
    out.print("Nothing was sent.")


def _parcel_facts(parcel: Parcel) -> dict[str, object]:
    sizes = {role: len(data) for role, data in parcel.parts.items()}
    log = (parcel.get("log") or b"").decode(errors="backslashreplace")
    return {"metadata": json.loads(parcel["metadata"]), "bytes": sizes, "log": log}


def _print_parts(parcel: Parcel) -> None:
    for role, data in parcel.parts.items():
        out.print(f"--- {role}: {len(data):,} bytes")
        if PART_OF[role].is_text:
            for line in data.decode(errors="backslashreplace").split("\n"):
                out.print(line)


def participation_line(home: Path, now: datetime) -> str | None:
    """Say what a participating envoy of this home is doing, or did last; None: it never took part."""
    found = read_status(home)
    if found is None:
        return None
    age = (now - (found.last_contact or found.since)).total_seconds()
    where = f", round {found.number} of {found.rounds} (run {found.run})" if found.number else ""
    if not is_held(home):
        return f"Does not participate now; it last did so as {found.state}{where}, {age:.0f} s ago."
    told = f"Participates: {found.state}{where} since {shown_moment(found.since, seconds=True)}; heard {age:.0f} s ago."
    return " ".join(part for part in (told, found.waits_for, found.last_error) if part)


def participation_facts(home: Path) -> dict[str, object] | None:
    """Give the same for a program; None: it never took part."""
    found = read_status(home)
    return None if found is None else {"is_running": is_held(home), **found.model_dump(mode="json")}
