import { expect, test } from "vitest";

import { wayOf } from "./better";

test.each([
  ["accuracy", 0.1, "better"],
  ["accuracy", -0.1, "worse"],
  ["loss", 0.1, "worse"],
  ["loss", -0.1, "better"],
  ["loss", 0, "unchanged"],
])("%s by %d is %s", (score, difference, way) => expect(wayOf(score, difference)).toBe(way));
