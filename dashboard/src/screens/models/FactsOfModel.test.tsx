import { expect, test } from "vitest";

import { originText } from "./FactsOfModel";

test("a version says what it came of: another engine's run, a round, an aggregate", () => {
  const run = { engine: "flower", id: "1234", rounds: 10, seed: 0 };
  expect(originText({ engine_run: run, round: null })).toBe("10 rounds under flower, run 1234");
  expect(originText({ engine_run: { ...run, rounds: 1 }, round: null })).toBe("1 round under flower, run 1234");
  expect(originText({ round: 3 })).toBe("round 3");
  expect(originText({ round: null })).toBe("an aggregate");
});
