/** Where the lines of a small picture go: in a square of 100 by 100, with the first value's place at the left. */

export interface Bounds {
  least: number;
  most: number;
}

/** Give the least and the most of all values; with a little room where they are all the same. Null: there are none. */
export function boundsOf(series: readonly { values: readonly (number | null)[] }[]): Bounds | null {
  const values = series.flatMap(({ values }) => values.filter((value) => value !== null));
  if (values.length === 0) return null;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = least === most ? Math.abs(least) * 0.05 || 1 : 0;
  return { least: least - room, most: most + room };
}

/** Give the values that no line leads to or from; the others' places stay empty. */
export function lone(values: readonly (number | null)[]): (number | null)[] {
  const isThere = (at: number) => typeof values[at] === "number";
  return values.map((value, at) => (isThere(at - 1) || isThere(at + 1) ? null : value));
}

/** Write a line as a path; where there was nothing to measure it breaks off. A lone value is a dot. */
export function pathOf(values: readonly (number | null)[], { least, most }: Bounds): string {
  const step = values.length > 1 ? 100 / (values.length - 1) : 0;
  const first = values.length > 1 ? 0 : 50;
  let isDrawing = false;
  return values
    .map((value, at) => {
      if (value === null) {
        isDrawing = false;
        return "";
      }
      const place = `${(first + at * step).toFixed(2)} ${(100 - ((value - least) / (most - least)) * 100).toFixed(2)}`;
      const said = isDrawing ? `L${place}` : `M${place}h0.01`;
      isDrawing = true;
      return said;
    })
    .join("");
}
