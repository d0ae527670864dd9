import { expect, test } from "vitest";

import { roundLike, runLike } from "./fixtures";
import { waitOf } from "./waits";

test("an open round waits for the updates of those who have not returned", () => {
  expect(waitOf(runLike({ current: roundLike() }), null)).toEqual({ for: "updates", names: ["Embu"] });
});

test("a paused run's round under way still waits for updates", () => {
  expect(waitOf(runLike({ state: "paused", current: roundLike() }), null).for).toBe("updates");
});

test("a paused run whose round failed waits for somebody to resume it", () => {
  expect(waitOf(runLike({ state: "paused", current: roundLike({ state: "failed" }) }), null)).toEqual({ for: "resume" });
});

test("an invitation waits for those who have not answered", () => {
  expect(waitOf(runLike({ state: "inviting" }), null)).toEqual({ for: "answers", names: ["Embu"] });
});

test("a hospital sees of an invitation only whether it waits for itself", () => {
  expect(waitOf(runLike({ state: "inviting" }), "Embu")).toEqual({ for: "answers", names: ["Embu"] });
  expect(waitOf(runLike({ state: "inviting" }), "KNH")).toEqual({ for: "answersOfOthers" });
});

test("a version that is not confirmed is what a run waits for", () => {
  const current = roundLike({ state: "waiting", global_version: 5 });
  expect(waitOf(runLike({ current }), null)).toEqual({ for: "confirmation", version: 5 });
});

test.each(["finished", "closed"] as const)("a run that is %s waits for nobody", (state) => {
  expect(waitOf(runLike({ state, current: roundLike({ state: "published" }) }), null)).toEqual({ for: "nobody" });
});

test("between two rounds the director is awaited", () => {
  expect(waitOf(runLike({ current: roundLike({ state: "published" }) }), null)).toEqual({ for: "next" });
  expect(waitOf(runLike({ current: roundLike({ state: "aggregating" }) }), null)).toEqual({ for: "director" });
});
