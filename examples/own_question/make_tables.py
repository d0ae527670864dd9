"""The made-up tables of ``examples/own_question``: four hospitals that don't exist, the same bytes each time.

Usage: ``python examples/own_question/make_tables.py [FOLDER]``. The outcome follows the logistic law below and nothing
else: figures that are reached on these tables say how the programs work, and nothing of any child.
"""

import csv
import sys
from pathlib import Path

import numpy as np

HOSPITALS = {
    "KUTRRH": (900, -0.9, 0.05),
    "MTRH": (420, -1.4, 0.25),
    "Embu": (170, -1.9, 0.4),
    "Mbagathi": (90, 2.2, 0.3),
}
"""Name → rows, how much likelier oxygen is there, share of empty cells where a cell may be empty."""
FEEDING, CAME_FROM = ("normal", "poor", "none"), ("home", "clinic", "hospital")
COLUMNS = (
    *("patient", "age_months", "hiv_exposed", "days_ill", "breaths", "temperature", "muac", "saturation"),
    *("chest_indrawing", "convulsions", "vomits_everything", "feeding", "came_from", "oxygen"),
)
MAY_BE_EMPTY = frozenset({"hiv_exposed", "temperature", "muac", "saturation", "feeding"})


def rows_of(name: str, draw: np.random.Generator) -> list[dict[str, str]]:
    """Invent the rows of a hospital; a few children come twice."""
    rows, likelier, empty = HOSPITALS[name]
    severe = likelier / 3
    child = np.where(draw.random(rows) < 0.08, np.maximum(np.arange(rows) - 1, 0), np.arange(rows))
    values = {
        "age_months": np.clip(draw.gamma(2.0, 11.0, rows) + 2, 2, 59).round(),
        "hiv_exposed": draw.random(rows) < 0.07,
        "days_ill": draw.poisson(3.5, rows),
        "breaths": np.clip(draw.normal(49 + 3 * severe, 10, rows), 20, 110).round(),
        "temperature": np.clip(draw.normal(37.8, 0.9, rows), 34.5, 41).round(1),
        "muac": np.clip(draw.normal(141 - 3 * severe, 14, rows), 85, 200).round(),
        "saturation": np.clip(100 - draw.gamma(2.2, 2.6 + 0.6 * severe, rows), 60, 100).round(),
        "chest_indrawing": draw.random(rows) < 0.32 + 0.12 * severe,
        "convulsions": draw.random(rows) < 0.06,
        "vomits_everything": draw.random(rows) < 0.1,
        "feeding": draw.choice(3, rows, p=[0.55, 0.35, 0.1]),
        "came_from": draw.choice(3, rows, p=[0.7, 0.2, 0.1] if likelier < 1 else [0.1, 0.3, 0.6]),
    }
    illness = (
        -0.03 * (values["age_months"] - 20)
        + 0.8 * values["hiv_exposed"]
        + 0.08 * (values["days_ill"] - 3)
        + 0.08 * (values["breaths"] - 50)
        + 0.3 * (values["temperature"] - 37.8)
        - 0.03 * (values["muac"] - 140)
        - 0.28 * (values["saturation"] - 94)
        + 1.5 * values["chest_indrawing"]
        + 1.0 * values["convulsions"]
        + 0.6 * values["vomits_everything"]
        + np.array([-0.4, 0.5, 1.6])[values["feeding"]]
        + np.array([-0.1, 0.3, 0.8])[values["came_from"]]
    )
    happened = draw.random(rows) < 1 / (1 + np.exp(-(likelier + illness)))
    made = []
    for row in range(rows):
        cells = {"patient": f"{name[:2].upper()}-{child[row] + 1:04d}", "oxygen": str(int(happened[row]))}
        for column, found in values.items():
            words = {"feeding": FEEDING, "came_from": CAME_FROM}.get(column)
            cells[column] = words[found[row]] if words else f"{float(found[row]):g}"
            if column in MAY_BE_EMPTY and draw.random() < empty:
                cells[column] = ""
        made.append(cells)
    return made


def as_embu_writes(cells: dict[str, str]) -> dict[str, str]:
    """Write a row as a hospital with its own words does: other names, degrees Fahrenheit, Swahili."""
    celsius = cells["temperature"]
    words = {"normal": "kawaida", "poor": "hafifu", "none": "hapana", "": ""}
    renamed = {"patient": "namba", "breaths": "pumzi", "temperature": "temp_f", "feeding": "kula"}
    changed = {
        **cells,
        "temperature": f"{float(celsius) * 1.8 + 32:.1f}" if celsius else "",
        "feeding": words[cells["feeding"]],
    }
    return {renamed.get(column, column): value for column, value in changed.items()}


def main(folder: Path) -> None:
    """Write one CSV a hospital."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(HOSPITALS):
        rows = [
            {column: cells[column] for column in COLUMNS}
            for cells in rows_of(name, np.random.default_rng(100 + number))
        ]
        if name == "Embu":
            rows = [as_embu_writes(cells) for cells in rows]
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "tables")
