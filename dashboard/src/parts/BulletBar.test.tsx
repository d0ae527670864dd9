import { expect, test } from "vitest";

import { placesIn } from "./BulletBar";

test.each([
  [0.9, 1.2],
  [-0.8, -0.5],
  [-0.8, 0.5],
  [0, 0],
  [1e7, 1e-6],
])("%d against %d lies within the picture, in its order", (seen, bound) => {
  const at = placesIn(seen, bound);
  for (const place of Object.values(at)) {
    expect(place).toBeGreaterThanOrEqual(0);
    expect(place).toBeLessThanOrEqual(100);
  }
  expect(Math.sign(at.seen - at.bound)).toBe(Math.sign(seen - bound));
});

test("below zero lies at the left of zero", () => expect(placesIn(-1, 0.5).seen).toBeLessThan(placesIn(-1, 0.5).zero));
