import { expect, test } from "vitest";

import { listedOf, matching } from "./listing";
import { stateChips } from "./stateChips";

const tile = (envoy_name: string, state: "silent" | "in_touch" | "enrolled" | null) => ({ envoy_name, state, last_seen_at: null, version: null, stale: false, awaited_in: [] });
const tiles = [tile("Meru", "in_touch"), tile("KNH", "silent"), tile("Embu", "in_touch"), tile("Garissa", "enrolled")];

test("what needs a look comes first, then by name", () => {
  expect(listedOf(tiles, []).map(({ envoy_name }) => envoy_name)).toEqual(["KNH", "Garissa", "Embu", "Meru"]);
});

test("what the admin expects comes from the list of hospitals", () => {
  const described = { envoy_name: "KNH", state: "active" as const, last_seen_at: null, current: [], expected_examples: 500 };
  expect(listedOf(tiles, [described])[0]?.expected).toBe(500);
});

test("a search and a state choose together", () => {
  const hospitals = listedOf(tiles, []);
  expect(matching(hospitals, " m", "").map(({ envoy_name }) => envoy_name)).toEqual(["Embu", "Meru"]);
  expect(matching(hospitals, "m", "silent")).toEqual([]);
});

test("each state that somebody is in is a choice with its number", () => {
  expect(stateChips(tiles).map(({ label }) => label)).toEqual(["all: 4", "! silent: 1", "○ not joined: 1", "✓ in touch: 2"]);
});
