"""``fl-envoy check``: the hospital's tables, before anything is made of them."""

import typer
from rich.table import Table

from envoy.cli.program import EXIT_DATA, AsJson, Data, out, print_json, says_what_failed, tables_source
from envoy.settings import read_settings


@says_what_failed
def check(data: Data = None, as_json: AsJson = False) -> None:
    """Read the tables and name every defect; sends nothing."""
    from envoy.tables import inspect_tables  # late: pandas takes half a second

    defects = inspect_tables(tables_source(read_settings(), data))
    if as_json:
        print_json([vars(defect) for defect in defects])
    elif defects:
        table = Table("file", "column", "row", "how many", "what")
        for defect in defects:
            row = str(defect.row) if defect.row else ""
            table.add_row(defect.file, defect.column or "", row, str(defect.count), defect.sentence)
        out.print(table)
    else:
        out.print("No defects.")
    if defects:
        raise typer.Exit(EXIT_DATA)
