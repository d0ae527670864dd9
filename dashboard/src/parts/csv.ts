type Cell = string | number | boolean | null | undefined;

/** A spreadsheet takes such a beginning for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

function written(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell !== "string") return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Write rows as the lines of a CSV, without a head. */
export function toLines(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(written).join(",")}\r\n`).join("");
}

/** Write rows as CSV (RFC 4180); a text that a spreadsheet would take for a formula stays text. */
export function toCsv(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return toLines([head, ...rows]);
}

/** Let the browser save a text as a file. */
export function saveText(name: string, text: string, type = "text/csv"): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
