import { expect, test } from "vitest";

import { columnsOf, type Feature } from "../../parts/tasks";
import { featuresOf } from "./reported";

const AGE: Feature = { name: "age", unit: "years", source: "age", kind: "number", minimum: 0, maximum: 110, categories: [] };
const PAIN: Feature = { ...AGE, name: "pain", kind: "category", categories: ["none", "some"], missing: "none" };

test("the deviation is the root of the mean square", () => {
  expect(featuresOf({ mean: [10], m2: [400], num_examples: 100 }, columnsOf([AGE]))).toEqual([{ name: "age", mean: 10, deviation: 2 }]);
});

test("what nobody names is numbered", () => {
  expect(featuresOf({ mean: [1, 2], m2: [0, 0], num_examples: 5 }, columnsOf([AGE]))[1]?.name).toBe("Column 2");
});

test("figures belong to columns, and what is 0 or 1 has none", () => {
  const told = featuresOf({ mean: [0, 0, 0, 60], m2: [9, 9, 9, 36], num_examples: 9 }, columnsOf([PAIN, AGE]));
  expect(told).toEqual([
    { name: "pain=none", mean: null, deviation: null },
    { name: "pain=some", mean: null, deviation: null },
    { name: "pain:missing", mean: null, deviation: null },
    { name: "age", mean: 60, deviation: 2 },
  ]);
});
