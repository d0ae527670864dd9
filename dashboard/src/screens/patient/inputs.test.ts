import { expect, test } from "vitest";

import type { Feature } from "../../parts/tasks";
import { FALLS, TASK } from "./fixtures";
import { inputsIn, type Typed, valueIn } from "./inputs";

const typed = (text: string): Typed => ({ text, isUnknown: false });
const UNKNOWN: Typed = { text: "9", isUnknown: true };
const COUNT: Feature = { name: "n", unit: "diagnoses", source: "x", kind: "count", minimum: 0, maximum: 100, categories: [] };
const NUMBER: Feature = { ...COUNT, kind: "number", minimum: -5 };
const FLAG: Feature = { ...COUNT, kind: "flag", maximum: 1 };
const WARD: Feature = { ...COUNT, kind: "category", maximum: 1, categories: ["medical", "unknown"] };

test.each(["", " ", "nine", "1,5", "0x10", "1.5", "-1", "101", "1e999", "NaN"])("%s is no count from 0 to 100", (text) => {
  expect(valueIn(typed(text), COUNT)).toHaveProperty("wrong");
});

test.each([
  ["0", 0],
  [" 9 ", 9],
  ["100", 100],
  ["9.0", 9],
])("%s is a count", (text, value) => expect(valueIn(typed(text), COUNT)).toEqual({ value }));

test("a number may have decimals and a sign", () => expect(valueIn(typed("-4.5"), NUMBER)).toEqual({ value: -4.5 }));

test("a flag is chosen: yes, no, and nothing else", () => {
  expect(valueIn(typed("1"), FLAG)).toEqual({ value: 1 });
  expect(valueIn(typed("0"), FLAG)).toEqual({ value: 0 });
  expect(valueIn(typed(""), FLAG)).toHaveProperty("wrong");
});

test("a category is one of its list, whatever it is called", () => {
  expect(valueIn(typed("unknown"), WARD)).toEqual({ value: "unknown" });
  expect(valueIn(typed("surgical"), WARD)).toHaveProperty("wrong");
});

test.each([COUNT, NUMBER, FLAG, WARD])("not known is an answer where a value may be missing, and there alone: $kind", (feature) => {
  expect(valueIn({ ...UNKNOWN, text: "" }, feature)).toHaveProperty("wrong");
  expect(valueIn(UNKNOWN, { ...feature, missing: 0 })).toEqual({ value: null });
});

test("a form says what is wrong by the feature's name", () => {
  const nine = new Map([["diagnosis_count", typed("9")]]);
  expect(inputsIn(nine, TASK.features)).toEqual({ values: { diagnosis_count: 9 }, wrongs: {} });
  expect(Object.keys(inputsIn(new Map(), TASK.features).wrongs)).toEqual(["diagnosis_count"]);
});

test("left empty is not the same as not known", () => {
  expect(Object.keys(inputsIn(new Map(), FALLS.features).wrongs)).toEqual(["age", "earlier_falls", "walks_alone", "ward"]);
});
