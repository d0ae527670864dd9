import { UnstyledButton } from "@mantine/core";
import { type ColumnDef, flexRender, getCoreRowModel, getSortedRowModel, type SortingState, useReactTable } from "@tanstack/react-table";
import { useState } from "react";

import classes from "./DataTable.module.css";

export type { ColumnDef };

interface DataTableProps<T> {
  /** What the table holds, for a screen reader and, where `showsCaption`, for all. */
  caption: string;
  // the library's own type of a column whose cells hold anything
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- cells of many types stand in one list
  columns: ColumnDef<T, any>[];
  rows: T[];
  rowId?: (row: T) => string;
  showsCaption?: boolean;
}

const SORTED = { asc: "ascending", desc: "descending" } as const;
const ARROWS = { asc: " ▲", desc: " ▼" } as const;

/** A table that sorts what is shown; on a narrow screen each row is a block with its columns' names. */
export function DataTable<T>({ caption, columns, rows, rowId, showsCaption = false }: DataTableProps<T>) {
  const [sorting, setSorting] = useState<SortingState>([]);
  // eslint-disable-next-line react-hooks/incompatible-library -- the compiler is not used here
  const table = useReactTable({
    data: rows,
    columns,
    state: { sorting },
    onSortingChange: setSorting,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    ...(rowId ? { getRowId: rowId } : {}),
  });
  return (
    // Roles are said once more because the narrow form, which is no table to the browser, takes them away.
    /* eslint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role -- as said above */
    <div className={classes.scroll}>
      <table className={classes.table} role="table">
        <caption className={showsCaption ? classes.caption : classes.hidden}>{caption}</caption>
        <thead role="rowgroup">
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} role="row">
              {group.headers.map(({ id, column, getContext }) => {
                const sorted = column.getIsSorted();
                const head = flexRender(column.columnDef.header, getContext());
                return (
                  <th key={id} role="columnheader" scope="col" aria-sort={sorted ? SORTED[sorted] : undefined}>
                    {column.getCanSort() ? (
                      <UnstyledButton className={classes.sort} onClick={column.getToggleSortingHandler()}>
                        {head}
                        <span aria-hidden>{sorted ? ARROWS[sorted] : ""}</span>
                      </UnstyledButton>
                    ) : (
                      head
                    )}
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody role="rowgroup">
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id} role="row">
              {row.getVisibleCells().map(({ id, column, getContext }) => (
                <td key={id} role="cell" data-label={typeof column.columnDef.header === "string" ? column.columnDef.header : ""}>
                  {/* one element: in the narrow form a cell is a grid of its name and what it holds */}
                  <div>{flexRender(column.columnDef.cell, getContext())}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
    /* eslint-enable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role */
  );
}
