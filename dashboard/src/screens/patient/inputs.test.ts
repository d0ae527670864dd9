import { expect, test } from "vitest";

import { TASK } from "./fixtures";
import { inputsIn, valueIn } from "./inputs";

const COUNT = { name: "n", unit: "diagnoses", source: "x", kind: "count", minimum: 0, maximum: 100 } as const;
const NUMBER = { ...COUNT, kind: "number", minimum: -5 } as const;

test.each(["", " ", "nine", "1,5", "0x10", "1.5", "-1", "101", "1e999", "NaN"])("%s is no count from 0 to 100", (text) => {
  expect(valueIn(text, COUNT)).toBeTypeOf("string");
});

test.each([
  ["0", 0],
  [" 9 ", 9],
  ["100", 100],
  ["9.0", 9],
])("%s is a count", (text, value) => expect(valueIn(text, COUNT)).toBe(value));

test("a number may have decimals and a sign", () => expect(valueIn("-4.5", NUMBER)).toBe(-4.5));

test("a form says what is wrong by the feature's name", () => {
  expect(inputsIn({ diagnosis_count: "9" }, TASK.features)).toEqual({ values: { diagnosis_count: 9 }, wrongs: {} });
  expect(Object.keys(inputsIn({}, TASK.features).wrongs)).toEqual(["diagnosis_count"]);
});
