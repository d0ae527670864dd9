import { expect, test } from "vitest";

import { fromNow, span } from "./When";

test.each([
  [-30, "30 seconds ago"],
  [-3 * 3600 - 50, "3 hours ago"],
  [2 * 86_400, "in 2 days"],
  [-86_400, "yesterday"],
])("%i seconds from now is %s", (seconds, said) => {
  const now = Date.UTC(2026, 0, 15);
  expect(fromNow(new Date(now + seconds * 1000), now)).toBe(said);
});

test.each([
  [7800, "2 h 10 min"],
  [59, "59 s"],
  [3600, "1 h"],
  [0, "0 s"],
  [-5, "0 s"],
  [90_061, "1 d 1 h"],
])("%i seconds are %s", (seconds, said) => expect(span(seconds)).toBe(said));
