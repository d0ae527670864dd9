import { expect, test } from "vitest";

import { isOpenTo, placeOf, PLACES, placesOf } from "./navigation";

test("whoever may do nothing is shown no place", () => expect(placesOf([])).toEqual([]));

test("an analyst is shown no place of the admin's", () => {
  const shown = placesOf(["list_envoys", "list_lineage", "infer", "infer_global", "get_permissions"]).map(({ to }) => to);
  expect(shown).toEqual(["/hospitals", "/models", "/patient", "/roles"]);
});

test("whoever may do all is shown every place, in order", () => {
  expect(placesOf(PLACES.map(({ operation }) => operation))).toEqual(PLACES);
});

test("an operation's name must be whole", () => expect(placesOf(["list_audits", "audit"])).toEqual([]));

test.each([
  ["/", "/"],
  ["/hospitals/KNH", "/hospitals"],
  ["/runs/open", "/runs"],
  ["/runsaway", undefined],
  ["/no/such", undefined],
])("%s belongs to %s", (path, to) => expect(placeOf(path)?.to).toBe(to));

test.each([
  ["/hospitals", true],
  ["/hospitals/KNH", true],
  ["/hospitals/add", false],
  ["/hospitals/add/", false],
  ["/runs/open", false],
  ["/tokens", false],
  ["/no/such/page", true],
])("of who may only look at hospitals and runs, %s is theirs: %s", (path, isTheirs) => {
  expect(isOpenTo(path, ["list_envoys", "list_runs"])).toBe(isTheirs);
});
