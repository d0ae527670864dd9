import { expect, test } from "vitest";

import type { Schemas } from "../api/client";
import { shown } from "../testing/shown";
import { Ladder } from "./Ladder";
import { climbOf, holdUps, type Rung, RUNGS } from "./climbing";
import { listed } from "./listed";

const rung = (envoy_name: string, more: Partial<Rung> = {}): Rung => ({
  envoy_name,
  step: "training",
  since: null,
  last_seen_at: null,
  is_silent: false,
  ...more,
});
const ladder = (rungs: Rung[], state: Schemas["RoundLadder"]["state"] = "collecting"): Schemas["RoundLadder"] => ({
  n: 12,
  run: 3,
  number: 6,
  attempt: 1,
  state,
  closes_at: "2026-01-15T08:00:00Z",
  rungs,
});

test("each rung is higher than the one before", () => {
  expect(RUNGS.map((step) => climbOf(step).reached)).toEqual([1, 2, 3, 4, 5]);
});

test("whom a round waits for, the silent first", () => {
  const waited = holdUps([rung("A"), rung("B", { step: "counted" }), rung("C", { is_silent: true }), rung("D", { step: "refused" })]);
  expect(waited.map(({ envoy_name }) => envoy_name)).toEqual(["C", "A"]);
});

test("the ladder says what holds up the round", async () => {
  const { container } = await shown(<Ladder ladder={ladder([rung("KNH", { is_silent: true }), rung("Embu"), rung("Meru", { step: "counted" })])} />);
  expect(container.textContent).toContain("Round 6 of run 3 is held up by KNH and Embu. Silent: KNH. It closes");
});

test("a round that takes nothing more waits for nobody", async () => {
  const { container } = await shown(<Ladder ladder={ladder([rung("KNH", { step: "missed" })], "published")} />);
  expect(container.textContent).toContain("It takes no further update.");
  expect(container.textContent).not.toContain("held up");
});

test("a judged update leads to its submission, with its verdict", async () => {
  const { getByRole } = await shown(<Ladder ladder={ladder([rung("KNH", { step: "judged", submission_id: "s1", verdict: "admitted" })])} />);
  expect(getByRole("link", { name: "its submission" })).toHaveAttribute("href", "/submissions/s1");
});

test("of many names the first are said, and how many there are beside", () => {
  expect(listed(["a", "b", "c", "d"], 3)).toBe("a, b, and 2 others");
  expect(listed(["a", "b"], 3)).toBe("a and b");
});
