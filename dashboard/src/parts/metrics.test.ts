import { expect, test } from "vitest";

import { saidOf, wayOf } from "./metrics";

test.each([
  ["accuracy", 0.5, 0.6, "better"],
  ["accuracy", 0.6, 0.5, "worse"],
  ["auroc", 0.7, 0.8, "better"],
  ["loss", 0.3, 0.4, "worse"],
  ["loss", 0.4, 0.3, "better"],
  ["brier", 0.1, 0.2, "worse"],
  ["calibration_in_the_large", -0.1, 0.02, "better"],
  ["calibration_in_the_large", 0.02, 0.1, "worse"],
  ["calibration_in_the_large", 0.02, -0.02, "unchanged"],
  ["loss", 0.3, 0.3, "unchanged"],
])("%s from %d to %d is %s", (score, from, to, way) => expect(wayOf(score, from, to)).toBe(way));

test("known metrics have words, others their own name, whatever it is", () => {
  expect(saidOf("auroc")).toBe("AUROC");
  expect(saidOf("calibration_in_the_large")).toBe("calibration in the large");
  expect(saidOf("constructor")).toBe("constructor");
});
