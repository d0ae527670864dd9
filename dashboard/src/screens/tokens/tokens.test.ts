import { expect, test } from "vitest";

import { byTag, mayDo, type Operation } from "./permissions";
import { overlapOf, requestOf, stateOf, type Token, type TokenForm } from "./tokens";

const NOW = Date.parse("2026-01-15T08:00:00Z");
const TOKEN: Token = {
  id: "1a2b3c4d5e6f",
  role: "admin",
  envoy_name: null,
  person: null,
  created_at: "2026-01-01T08:00:00Z",
  expires_at: "2026-02-01T08:00:00Z",
  revoked_at: null,
  successor_id: null,
  last_used_at: null,
};

test.each([
  [{}, "holds"],
  [{ expires_at: "2026-01-15T08:00:00Z" }, "ended"],
  [{ successor_id: "a" }, "replaced"],
  [{ successor_id: "a", expires_at: "2026-01-10T08:00:00Z" }, "ended"],
  [{ revoked_at: "2026-01-10T08:00:00Z", successor_id: "a" }, "revoked"],
])("%o stands as: %s", (change, state) => expect(stateOf({ ...TOKEN, ...change }, NOW)).toBe(state));

const form = (change: Partial<TokenForm>): TokenForm => ({ role: "admin", hospital: "", person: "", days: "", ...change });

test("staff must have a hospital and a person", () => {
  expect(requestOf(form({ role: "staff" }))).toEqual({
    complaints: { hospital: expect.any(String) as string, person: expect.any(String) as string },
  });
});

test("a hospital's machine has no person, also where one was typed before", () => {
  expect(requestOf(form({ role: "hospital", hospital: "KNH", person: "Wanjiru" }))).toEqual({
    request: { role: "hospital", envoy_name: "KNH", person: null, expires_in_seconds: null },
  });
});

test("an admin is of no hospital, also where one was chosen before", () => {
  expect(requestOf(form({ hospital: "KNH", person: " Wanjiru ", days: "30" }))).toEqual({
    request: { role: "admin", envoy_name: null, person: "Wanjiru", expires_in_seconds: 2_592_000 },
  });
});

test.each(["0", "-1", "1.5", "soon", "3651"])("%s days are none", (days) => {
  expect(requestOf(form({ days }))).toHaveProperty("complaints.days");
});

test.each([
  ["", undefined],
  ["0", 0],
  ["1.5", 5400],
  ["-1", null],
  ["a day", null],
])("an overlap of %o hours is %o seconds", (hours, seconds) => expect(overlapOf(hours)).toBe(seconds));

const operation = (change: Partial<Operation>): Operation => ({ name: "a", method: "GET", path: "/a", tag: "x", summary: "A.", roles: ["admin"], ...change });

test("what is open to anybody every role may do, and what no role has none may", () => {
  expect(mayDo(operation({ roles: null }), "staff")).toBe(true);
  expect(mayDo(operation({ roles: [] }), "admin")).toBe(false);
  expect(mayDo(operation({}), "staff")).toBe(false);
});

test("operations stand by their tags in the director's order, of a role alone where one is named", () => {
  const all = [operation({}), operation({ tag: "y", roles: null }), operation({ name: "b" })];
  expect([...byTag(all, undefined)].map(([tag, group]) => [tag, group.length])).toEqual([
    ["x", 2],
    ["y", 1],
  ]);
  expect([...byTag(all, "staff").keys()]).toEqual(["y"]);
});
