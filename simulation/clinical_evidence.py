"""Real outcomes in ``docs/evidence.md``: who learns what, by hospital, and what a hospital's size changes.

Everything is judged on fresh patients of the same hospitals, drawn from the same truth, whom nobody trained on.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from simulation.clinical_consortium import CLINICAL_HOSPITALS, TASK, clinical_hospitals, hospital_of
from simulation.clinical_hospital import ClinicalHospital
from simulation.sharing import FEDERATED, LOCAL, ORACLE, POOLED, Answering, Figures, ways_to_answer
from simulation.sharing_table import EVERYBODY, Row, as_markdown, measured, rows_over

ROUNDS, SEEDS, FRESH = 20, 5, 20_000
PICTURE = "images/gain-by-size.png"


def rows_of(seeds: int, *, admissions: int | None = None, fresh: int = FRESH, rounds: int = ROUNDS) -> list[Row]:
    """Train and judge every way with every seed.

    Args:
        seeds: How many, from 0 on; each draws other patients, another split and another order of training.
        admissions: Of each hospital; None: as its profile says.
        fresh: Admissions a hospital to judge on.
        rounds: Of the federation.
    """
    names = [str(profile.name) for profile in CLINICAL_HOSPITALS]
    found = []
    for seed in range(seeds):
        found.append(_measured(seed, names, admissions=admissions, fresh=fresh, rounds=rounds))
        print(f"seed {seed}: {found[-1][EVERYBODY, FEDERATED]}", file=sys.stderr)
    return rows_over(found, names)


def section(rows: Sequence[Row], seeds: int) -> str:
    """Write the part of the page, in Markdown."""
    by_name = {(row.hospital, row.way): row for row in rows}
    overall = {way: by_name[EVERYBODY, way] for way in (ORACLE, POOLED, FEDERATED, LOCAL)}
    gaps = {
        "pooled below the oracle": _gap(overall[ORACLE], overall[POOLED]),
        "federated below pooled": _gap(overall[POOLED], overall[FEDERATED]),
        "every hospital by itself below federated": _gap(overall[FEDERATED], overall[LOCAL]),
    }
    told = "\n".join(f"| {what} | {auroc:+.4f} | {auprc:+.4f} |" for what, (auroc, auprc) in gaps.items())
    sizes = ", ".join(f"{each.name} {each.admissions:,}" for each in CLINICAL_HOSPITALS)
    return _SECTION.format(
        task=TASK.name,
        sizes=sizes,
        fresh=f"{FRESH:,}",
        seeds=seeds,
        rounds=ROUNDS,
        table=as_markdown(rows, ("auroc", "auprc", "brier")),
        gaps=told,
        picture=PICTURE,
    )


def draw_gain(rows: Sequence[Row], out: Path) -> None:
    """Draw what the federated model has over each hospital's own one, by the hospital's size."""
    from matplotlib.figure import Figure  # late: the table needs no pictures

    by_name = {(row.hospital, row.way): row for row in rows}
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots()
    for profile in CLINICAL_HOSPITALS:
        pairs = zip(by_name[profile.name, FEDERATED].figures, by_name[profile.name, LOCAL].figures, strict=True)
        gains = [together.auroc - alone.auroc for together, alone in pairs]
        axes.plot([profile.admissions] * len(gains), gains, "o", color="#0072b2", alpha=0.6)
        axes.annotate(
            str(profile.name), (profile.admissions, max(gains)), (0, 6), textcoords="offset points", ha="center"
        )
    axes.axhline(0, color="#767676", linewidth=1)
    axes.set_xscale("log")
    axes.margins(x=0.15, y=0.2)
    axes.set_xlabel("admissions that the hospital trains on its own share of (log scale)")
    axes.set_ylabel("AUROC, federated less local")
    axes.set_title("What joining brings, by the hospital's size: a point a seed", loc="left", fontsize=10)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=120, metadata={"Software": None})


def _measured(
    seed: int, names: Sequence[str], *, admissions: int | None, fresh: int, rounds: int
) -> Mapping[tuple[str, str], Figures]:
    ways = ways_to_answer(TASK, clinical_hospitals(seed, admissions), rounds=rounds, seed=seed)
    others = [hospital_of(place, seed, fresh, is_fresh=True) for place in range(len(CLINICAL_HOSPITALS))]
    return measured({**ways, ORACLE: _oracle(others)}, names, [each.cohort(TASK) for each in others])


def _oracle(hospitals: Sequence[ClinicalHospital]) -> Answering:
    """Answer by the law that the outcomes were drawn from."""
    return lambda place, _: hospitals[place].log_odds


def _gap(better: Row, worse: Row) -> tuple[float, float]:
    auroc, auprc = ((better.mean(figure) or 0) - (worse.mean(figure) or 0) for figure in ("auroc", "auprc"))
    return auroc, auprc


_SECTION = """
## Real outcomes: who learns what

Task `{task}`, its own plan, {rounds} rounds. Data: five synthetic hospitals ({sizes} admissions)
that differ in case mix, in the mix of ICD-9 and ICD-10 and, by a factor of three, in how much they code. Deaths, about
8 in 100 admissions, are drawn from a published logistic law over what is *recorded* (`simulation/clinical_truth.py`),
so what nobody can do better is known: the oracle answers by the law itself. Judged on {fresh} fresh admissions a
hospital, {seeds} seeds from 0 on, mean ± standard deviation. The pooled model is scikit-learn's logistic regression on
everybody's training rows.

| over all hospitals | AUROC | AUPRC |
|---|---:|---:|
{gaps}

{table}
![What joining brings, by the hospital's size]({picture})

Invented patients: the figures say that the federation loses next to nothing against pooling and what joining brings to
a small hospital where all share one law; they say nothing of how well deaths can be foreseen in any real hospital.
"""
