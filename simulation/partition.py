"""Patients dealt out to hospitals: those of one MIMIC-IV folder evenly, or any patients unevenly by their label.

A folder's every cell stays as it was written.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from contract.names import EnvoyName
from envoy.errors import DataError
from envoy.found_tables import find_table
from envoy.table_files import TableFileError, read_chunks, read_header
from envoy.table_sources import FoundTable
from simulation.table_writer import append_rows, open_table

_DEALS = 20_000
_TABLES = ("patients", "admissions", "diagnoses_icd")


def partition(source: Path, names: Sequence[EnvoyName], out: Path, seed: int = 0) -> tuple[Path, ...]:
    """Deal the patients of one folder out to hospitals, in numbers that differ by one at most.

    Args:
        source: A MIMIC-IV folder; ``diagnoses_icd`` must be there, ``patients`` and ``admissions`` may be.
        names: The hospitals, at least one.
        out: Where ``NAME/hosp/*.csv.gz`` go; existing tables there are replaced.
        seed: Of the shuffle, at least 0.

    Returns:
        The hospitals' folders, in the order of the names.

    Raises:
        DataError: A table can't be read, has no subject_id, or there are fewer patients than hospitals.
    """
    tables = {name: table for name in _TABLES if (table := find_table(source, name)) is not None}
    if "diagnoses_icd" not in tables:
        raise DataError(f"There is no table diagnoses_icd in {source}.", hint="Name the folder that contains hosp.")
    owners = _deal(_subject_ids(tables.values()), len(names), seed)
    folders = tuple(out / name for name in names)
    for name, table in tables.items():
        _deal_table(name, table, owners, folders)
    return folders


def deal_by_label(
    labels: NDArray[np.int64], hospitals: int, concentration: float, draw: np.random.Generator, least: int
) -> NDArray[np.int64]:
    """Give each patient the place of a hospital, the patients of each label in shares that a Dirichlet law draws.

    Source: Hsu, Qi and Brown 2019, section 3, with the shares drawn a label: at a concentration of 0.1 a hospital sees
    hardly more than one label, at 100 all hospitals see the same. Drawn again until every hospital has enough.

    Args:
        labels: Of each patient.
        hospitals: How many, at least one.
        concentration: Of the Dirichlet law, above 0.
        draw: The source of all chance.
        least: Patients that each hospital has at the end.

    Raises:
        DataError: There are not so many, or no draw of many gives every hospital so many.
    """
    if len(labels) < hospitals * least:
        raise DataError(
            f"{len(labels)} patients can't be dealt to {hospitals} hospitals so that each has {least}.",
            hint="Ask for fewer hospitals or more patients.",
        )
    for _ in range(_DEALS):
        owner = np.empty(len(labels), np.int64)
        for label in np.unique(labels):
            rows = draw.permutation(np.flatnonzero(labels == label))
            shares = draw.dirichlet(np.full(hospitals, concentration))
            cuts = np.rint(np.cumsum(shares)[:-1] * len(rows)).astype(np.int64)
            for place, part in enumerate(np.split(rows, cuts)):
                owner[part] = place
        if np.bincount(owner, minlength=hospitals).min() >= least:
            return owner
    raise DataError(
        f"{len(labels)} patients can't be dealt to {hospitals} hospitals with a concentration of {concentration:g} so "
        f"that each has {least}: none of {_DEALS:,} draws did.",
        hint="Ask for fewer hospitals, more patients or a larger concentration.",
    )


def _deal(subject_ids: "pd.Index[str]", hospitals: int, seed: int) -> "pd.Series[int]":
    """Give the place of each subject's hospital."""
    if len(subject_ids) < hospitals:
        raise DataError(
            f"There are {len(subject_ids)} patients for {hospitals} hospitals.", hint="Ask for fewer hospitals."
        )
    order = np.random.default_rng(seed).permutation(len(subject_ids))
    hospital = np.empty(len(subject_ids), dtype=np.int64)
    hospital[order] = np.arange(len(subject_ids)) % hospitals
    return pd.Series(hospital, index=subject_ids)


def _subject_ids(tables: Iterable[FoundTable]) -> "pd.Index[str]":
    """Give every subject of any table, in an order that the tables' order doesn't change."""
    found: set[str] = set()
    for table in tables:
        for frame in _read_as_text(table):
            found.update(frame["subject_id"].unique())
    return pd.Index(sorted(found), dtype=object)


def _deal_table(name: str, table: FoundTable, owners: "pd.Series[int]", folders: Sequence[Path]) -> None:
    with ExitStack() as open_tables:
        streams = [open_tables.enter_context(open_table(folder, name)) for folder in folders]
        is_first = True
        for frame in _read_as_text(table):
            hospital = owners.loc[frame["subject_id"]].to_numpy()
            for place, stream in enumerate(streams):
                append_rows(stream, frame[hospital == place], header=is_first)
            is_first = False


def _read_as_text(table: FoundTable) -> Iterator[pd.DataFrame]:
    try:
        header = read_header(table)
        if "subject_id" not in header:
            raise DataError(f"{table} has no column subject_id.", hint="fl-envoy check names every defect.")
        for chunk in read_chunks(table, header):
            cells = {name: column.texts.to_numpy()[column.codes] for name, column in chunk.columns.items()}
            yield pd.DataFrame(cells, dtype=object)
    except TableFileError as error:
        raise DataError(f"{table}: {error.sentence}", hint=error.hint) from error
