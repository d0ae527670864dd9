import { expect, test } from "vitest";

import { keeps, measuresIn, numberIn } from "./measure";

const DIGEST = "12".repeat(32);

test.each([
  ["0.93", 0.93],
  ["12,000", 12_000],
  ["1,234,567.5", 1_234_567.5],
  ["1e+06", 1_000_000],
  ["-0.5", -0.5],
  ["−3", -3],
  ["0", 0],
])("%s is a number", (text, value) => expect(numberIn(text)).toBe(value));

test.each(["", " ", "-", ".", "1,2", "12,34", "1 2", "0x10", "3 updates", "Infinity", "NaN", "1e999", "1.2.3", DIGEST, "10e5f", "240a"])(
  "%s is no number",
  (text) => expect(numberIn(text)).toBeNull(),
);

test.each([
  // as the director writes them (aggregation/screening.py, director/submissions/arrival.py)
  ["0.93", "at most 1.2; the others' median is 0.9", [[0.93, 1.2, "most"]]],
  ["1e+07", "at most 1e+06", [[1e7, 1e6, "most"]]],
  ["0.61", "at most 1.4; the current model has 0.9, one that knows no input 1.1", [[0.61, 1.4, "most"]]],
  ["12,000", "counts as 9,000: its newest statistics", [[12_000, 9_000, "most"]]],
  ["240", "11 to 1000000000", [[240, 11, "least"]]],
  ["3", "11 to 1000000000", [[3, 11, "least"]]],
  ["2000000000", "11 to 1000000000", [[2e9, 1e9, "most"]]],
  ["3 updates", "4 or more", [[3, 4, "least"]]],
  ["feature 2: 4.2 standard deviations from the others", "at most 3.5 standard deviations", [[4.2, 3.5, "most"]]],
  ["feature 1: 12 × the others'", "at most 10 × the others' median", [[12, 10, "most"]]],
  ["3 ≥ 2", "n ≥ 2f", [[3, 2, "least"]]],
  ["5 <= 7", "", [[5, 7, "most"]]],
  ["0.9", "0.5", [[0.9, 0.5, "most"]]],
  [
    "cosine -0.812, 4.4 against",
    "cosine at least -0.5 with the others' median, at most 3.1 against it",
    [[-0.812, -0.5, "least"], [4.4, 3.1, "most"]],
  ],
])("%s against %s", (seen, bound, found) => {
  expect(measuresIn(seen, bound)).toEqual(found.map(([value, limit, side]) => ({ seen: value, bound: limit, side })));
});

test.each([
  ["1234 bytes", "8 tensors of task diagnosis_count, finite"],
  ["1234 bytes", "a StandardScaler of 3 features"],
  ["240 rows", "a merged scaler, or the hospital's own"],
  ["5 metrics", "known metrics within their ranges"],
  [DIGEST, DIGEST],
  [DIGEST, "as in the metadata"],
  ["1.5.2", "any version"],
  ["no direction", "cosine at least -0.5 with the others' median, at most 3.1 against it"],
  ["means 3.1, 4.2", "at most 10"],
  ["", ""],
  ["240", "20 to 10"],
  ["240", "at most 10abc"],
])("%s against %s is told in words alone", (seen, bound) => expect(measuresIn(seen, bound)).toEqual([]));

test("what is read keeps to its bound or doesn't", () => {
  expect(keeps({ seen: 1, bound: 1, side: "most" })).toBe(true);
  expect(keeps({ seen: 1.1, bound: 1, side: "most" })).toBe(false);
  expect(keeps({ seen: -0.6, bound: -0.5, side: "least" })).toBe(false);
});
