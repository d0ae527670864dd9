import { expect, test } from "vitest";

import { categoriesOf, columnsOf, type Feature, isBinary, isOfRecords, isZeroOrOne, standInOf, unitOf } from "./tasks";

const AGE = { name: "age", unit: "years", source: "age", kind: "number", minimum: 0, maximum: 110, categories: [] } satisfies Feature;
const PAIN: Feature = { ...AGE, name: "pain", unit: "none", kind: "category", categories: ["none", "some"], missing: "none" };
const FALLS: Feature = { ...AGE, name: "falls", unit: "falls", kind: "count", missing: 0 };
const ALONE: Feature = { ...AGE, name: "alone", unit: "none", kind: "flag" };

test("what the director leaves out is as usual: levels, of no records, no categories, nothing missing", () => {
  expect(isBinary({})).toBe(false);
  expect(isOfRecords({})).toBe(false);
  expect(categoriesOf({})).toEqual([]);
  expect(standInOf({})).toBeNull();
});

test("a task is binary, or of records, by what it says", () => {
  expect(isBinary({ outcome: { kind: "binary", source: "fell" } })).toBe(true);
  expect(isOfRecords({ index: "admission" })).toBe(true);
  expect(isOfRecords({ source: "table", index: "admission to the ward" })).toBe(false);
});

test("columns are those of the model: one a category, and one more where a value may be missing", () => {
  const columns = columnsOf([AGE, PAIN, FALLS, ALONE]);
  expect(columns.map(({ name }) => name)).toEqual(["age", "pain=none", "pain=some", "pain:missing", "falls", "falls:missing", "alone"]);
  expect(columns.map(isZeroOrOne)).toEqual([false, true, true, true, false, true, true]);
});

test("a stand-in of 0 is one", () => expect(standInOf(FALLS)).toBe(0));

test("where there is no unit none is said", () => {
  expect([AGE, PAIN, ALONE].map(unitOf)).toEqual(["years", "", ""]);
});
