import { expect, test } from "vitest";

import { isInUse } from "./tokens";

const token = {
  id: "t",
  role: "hospital" as const,
  envoy_name: "KNH",
  person: null,
  created_at: "2026-01-01T00:00:00Z",
  expires_at: "2026-04-01T00:00:00Z",
  last_used_at: null,
  revoked_at: null,
  successor_id: null,
};
const now = Date.parse("2026-02-01T00:00:00Z");

test("a token that holds is in use", () => expect(isInUse(token, now)).toBe(true));

test.each([{ revoked_at: "2026-01-02T00:00:00Z" }, { successor_id: "u" }, { expires_at: "2026-01-31T00:00:00Z" }])("one with %o is not", (more) => {
  expect(isInUse({ ...token, ...more }, now)).toBe(false);
});
