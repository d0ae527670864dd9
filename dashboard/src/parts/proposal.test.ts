import { expect, test } from "vitest";

import { isProposal } from "./proposal";

test("a proposal is told from what was asked for", () => {
  expect(isProposal({ id: 1, proposed_at: "2026-01-01T00:00:00Z", expires_at: "2026-01-08T00:00:00Z" })).toBe(true);
  expect(isProposal({ envoy_name: "KNH", state: "disabled" })).toBe(false);
});
