import { expect, test } from "vitest";

import { featuresOf } from "./reported";

test("the deviation is the root of the mean square", () => {
  expect(featuresOf({ mean: [10], m2: [400], num_examples: 100 }, ["diagnosis_count"])).toEqual([
    { name: "diagnosis_count", mean: 10, deviation: 2 },
  ]);
});

test("a feature that nobody names has its number", () => {
  expect(featuresOf({ mean: [1, 2], m2: [0, 0], num_examples: 5 }, ["age"])[1]?.name).toBe("Feature 2");
});
