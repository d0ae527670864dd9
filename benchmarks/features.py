"""A hospital's tables → the features of a task of admissions, beside the same by plain pandas."""

import json
from pathlib import Path
from typing import TypedDict

import numpy as np

from benchmarks.full_size_tables import FULL, QUICK, write_tables
from benchmarks.program import run
from benchmarks.report import Figure, Row

_TARGET_SECONDS, _TARGET_MEBIBYTES = 10.0, 1500.0
_MEBIBYTE = 2**20
_HOW = (
    "Generated tables in MIMIC-IV's format (patients, admissions, diagnoses_icd, compressed with gzip, no defect) to "
    "the cohort of mortality_in_hospital, all checks made, in a process of its own on one core; beside what an analyst "
    "would write with pandas, which checks nothing. Both give the same columns. Seconds are those of the core, so that "
    "what else runs does not count. Memory is the process's peak, its libraries included; the ratio of speed says how "
    "many times as fast it is, that of memory how many times as much it takes."
)


class _Found(TypedDict):
    seconds: float
    bytes: int
    rows: int
    sums: list[float]


def measure(folder: Path, *, is_quick: bool) -> Figure:
    """Write the tables, then let a process each make the features."""
    size = QUICK if is_quick else FULL
    write_tables(folder, size)
    ours, plain = _ask(folder, "ours"), _ask(folder, "pandas")
    assert ours["rows"] == plain["rows"] == size.admissions
    np.testing.assert_allclose(ours["sums"], plain["sums"], rtol=1e-9)
    what = f"{size.admissions:,} admissions, {size.diagnoses / 1e6:.1f} million diagnoses"
    return Figure("Features", _HOW, (_speed(what, ours, plain), _memory(f"memory for {what}", ours, plain)))


def _ask(folder: Path, who: str) -> _Found:
    found: _Found = json.loads(run("benchmarks.features_process", [who], folder))
    return found


def _speed(what: str, ours: _Found, plain: _Found) -> Row:
    return Row(
        what,
        f"{ours['seconds']:.1f} s",
        f"{plain['seconds']:.1f} s (pandas)",
        f"{plain['seconds'] / ours['seconds']:.1f}",
        f"≤ {_TARGET_SECONDS:.0f} s",
        ours["seconds"] <= _TARGET_SECONDS,
    )


def _memory(what: str, ours: _Found, plain: _Found) -> Row:
    used, beside = ours["bytes"] / _MEBIBYTE, plain["bytes"] / _MEBIBYTE
    return Row(
        what,
        f"{used:.0f} MiB",
        f"{beside:.0f} MiB (pandas)",
        f"{used / beside:.2f}",
        f"≤ {_TARGET_MEBIBYTES:.0f} MiB",
        used <= _TARGET_MEBIBYTES,
    )
