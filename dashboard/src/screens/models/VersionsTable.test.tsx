import { expect, test } from "vitest";

import { marksOf, stateOf } from "./VersionsTable";

test("a version is the current one, stale, waits, or none of these", () => {
  const plain = { published: false, stale: false, waiting: false };
  const said = [{ ...plain, published: true }, { ...plain, stale: true }, { ...plain, waiting: true }, plain].map(stateOf);
  expect(said).toEqual([
    "★ the current one",
    "⊘ stale: made for another definition of the task",
    "… waits to be confirmed",
    "not current",
  ]);
});

test("a version says from whom it learned that has left since", () => {
  expect(marksOf({ withdrawn: ["KNH"] })).toEqual(["† learned from KNH, which has left"]);
  expect(marksOf({})).toEqual([]);
});
