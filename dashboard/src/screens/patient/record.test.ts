import { expect, test } from "vitest";

import { FALLS, READMITTED } from "./fixtures";
import type { Typed } from "./inputs";
import { askedAbout, codesIn, EMPTY_RECORD, emptyStay, fieldOf, recordIn, timeIn, topFeatures, type TypedStay } from "./record";

const typed = (text: string): Typed => ({ text, isUnknown: false });
const TOP = new Map([
  ["age", typed("71")],
  ["sex", typed("F")],
  ["admission_location", { text: "", isUnknown: true }],
]);
const FIRST: TypedStay = { key: 1, admitted: "2026-01-02", discharged: "2026-01-05 10:00", type: "", icd10: "I50.9, N179", icd9: "4280" };
const LAST: TypedStay = { key: 2, admitted: "2026-02-24 14:38", discharged: "2026-02-26 09:00", type: "EW EMER.", icd10: "", icd9: "" };

test("a record is what the director reads", () => {
  expect(recordIn({ top: TOP, stays: [LAST, FIRST] }, READMITTED)).toEqual({
    values: {
      age: 71,
      sex: "F",
      admission_location: null,
      admission_type: "EW EMER.",
      admissions: [
        { admitted: "2026-02-24 14:38", discharged: "2026-02-26 09:00", admission_type: "EW EMER.", diagnoses: [] },
        {
          admitted: "2026-01-02",
          discharged: "2026-01-05 10:00",
          diagnoses: [
            { icd_code: "I50.9", icd_version: 10 },
            { icd_code: "N179", icd_version: 10 },
            { icd_code: "4280", icd_version: 9 },
          ],
        },
      ],
    },
    wrongs: {},
  });
});

test("the stay that begins last is asked about, in whatever order they stand", () => {
  expect(askedAbout([FIRST, LAST])).toBe(1);
  expect(askedAbout([LAST, FIRST])).toBe(0);
  expect(askedAbout([emptyStay(1)])).toBe(-1);
});

test("only the last may go on, and at discharge not even that", () => {
  const open = { ...LAST, discharged: "" };
  const wrongsOf = (stays: TypedStay[], index: string) => Object.keys(recordIn({ top: TOP, stays }, { ...READMITTED, index }).wrongs);
  expect(wrongsOf([FIRST, open], "admission")).toEqual([]);
  expect(wrongsOf([FIRST, open], "discharge")).toEqual([fieldOf(LAST, "discharged")]);
  expect(wrongsOf([{ ...FIRST, discharged: "" }, LAST], "admission")).toEqual([fieldOf(FIRST, "discharged")]);
});

test("the type that is asked for is that of the last stay", () => {
  expect(Object.keys(recordIn({ top: TOP, stays: [FIRST] }, READMITTED).wrongs)).toEqual([fieldOf(FIRST, "type")]);
});

test.each([
  [{ admitted: "" }, "admitted"],
  [{ admitted: "24.02.2026" }, "admitted"],
  [{ discharged: "2026-02-30" }, "discharged"],
  [{ discharged: "2026-02-23" }, "discharged"],
  [{ icd10: "I50.9 <b>" }, "icd10"],
  [{ icd9: "4".repeat(21) }, "icd9"],
] as const)("%j is wrong", (change, field) => {
  expect(Object.keys(recordIn({ top: TOP, stays: [{ ...LAST, ...change }] }, READMITTED).wrongs)).toContain(fieldOf(LAST, field));
});

test("an empty form sends nothing: each field that is needed is wrong", () => {
  const { wrongs } = recordIn(EMPTY_RECORD, READMITTED);
  expect(Object.keys(wrongs)).toEqual(["age", "sex", "admission_location", fieldOf({ key: 1 }, "admitted")]);
});

test("what a record says by itself is found by where a feature comes from, not by its name", () => {
  expect(topFeatures(READMITTED).map(({ name }) => name)).toEqual(["years", "sex", "came_from"]);
  expect(topFeatures({ features: FALLS.features.slice(1) })).toEqual([]);
});

test.each([
  ["2026-02-24", true],
  ["2196-02-24 14:38", true],
  ["2026-02-24T14:38:59", true],
  ["2024-02-29", true],
  ["2026-02-29", false],
  ["2026-13-01", false],
  ["2026-02-24 24:00", false],
  ["2026-02-24 14:60", false],
  ["2026-02-24 14:38Z", false],
  ["", false],
])("that %j is a time is %s", (text, isTime) => expect(timeIn(text) !== null).toBe(isTime));

test("times have their order", () => {
  expect(timeIn("2026-02-24")).toBeLessThan(timeIn("2026-02-24 00:01") ?? NaN);
});

test("codes stand with commas, spaces or lines between them", () => {
  expect(codesIn(" I50.9,N179;4280\nE11 ")).toEqual(["I50.9", "N179", "4280", "E11"]);
});
