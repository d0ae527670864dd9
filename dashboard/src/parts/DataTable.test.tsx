import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { shown } from "../testing/shown";
import { type ColumnDef, DataTable } from "./DataTable";

interface Row {
  name: string;
  rows: number;
}

const ROWS: Row[] = [
  { name: "KNH", rows: 20 },
  { name: "Embu", rows: 100 },
  { name: "MTRH", rows: 3 },
];
const COLUMNS: ColumnDef<Row>[] = [
  { id: "name", header: "Hospital", accessorFn: ({ name }) => name },
  { id: "rows", header: "Examples", accessorFn: ({ rows }) => rows },
  { id: "more", header: () => "…", cell: () => "x" },
];

const firstCells = () =>
  screen
    .getAllByRole("row")
    .slice(1)
    .map((row) => within(row).getAllByRole("cell")[0]?.textContent);

test("a table stands as it was given until a column is asked to sort it", async () => {
  await shown(<DataTable caption="Hospitals" columns={COLUMNS} rows={ROWS} />);
  expect(firstCells()).toEqual(["KNH", "Embu", "MTRH"]);
});

test("numbers sort as numbers, and the column says which way", async () => {
  await shown(<DataTable caption="Hospitals" columns={COLUMNS} rows={ROWS} />);
  await userEvent.click(screen.getByRole("button", { name: "Examples" }));
  expect(screen.getByRole("columnheader", { name: /Examples/ })).toHaveAttribute("aria-sort", "descending");
  expect(firstCells()).toEqual(["Embu", "KNH", "MTRH"]);
  await userEvent.click(screen.getByRole("button", { name: "Examples" }));
  expect(screen.getByRole("columnheader", { name: /Examples/ })).toHaveAttribute("aria-sort", "ascending");
  expect(firstCells()).toEqual(["MTRH", "KNH", "Embu"]);
});

test("a table is sorted by the keyboard alone", async () => {
  await shown(<DataTable caption="Hospitals" columns={COLUMNS} rows={ROWS} />);
  await userEvent.tab();
  await userEvent.keyboard("{Enter}");
  expect(firstCells()).toEqual(["Embu", "KNH", "MTRH"]);
});

test("each cell knows its column's name, for the narrow form", async () => {
  await shown(<DataTable caption="Hospitals" columns={COLUMNS} rows={ROWS} />);
  const [name, rows, more] = within(screen.getByRole("row", { name: /KNH/ })).getAllByRole("cell");
  expect(name).toHaveAttribute("data-label", "Hospital");
  expect(rows).toHaveAttribute("data-label", "Examples");
  expect(more).toHaveAttribute("data-label", "");
});

test("a table has its caption as its name", async () => {
  await shown(<DataTable caption="Hospitals" columns={COLUMNS} rows={ROWS} />);
  expect(screen.getByRole("table", { name: "Hospitals" })).toBeInTheDocument();
});
