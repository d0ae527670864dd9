import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { shown } from "../../testing/shown";
import { choicesFor } from "./Deciding";
import { SubmissionView } from "./SubmissionView";

const DIGEST = "a".repeat(64);
const waiting: Schemas["Submission"] = {
  id: "0123456789abcdef",
  envoy_name: "KNH",
  task: "diagnosis_count",
  version: 2,
  verdict: "quarantined",
  created_at: "2026-01-01T00:00:00Z",
  files: { model: { sha256: DIGEST, bytes: 2345 } },
  checks: [
    { name: "base", passed: true, seen: DIGEST, bound: "a start of this task", sentence: "Passed." },
    { name: "update_norm", passed: false, seen: "9.3", bound: "at most 1.2; the others' median is 0.9", sentence: "Too far." },
  ],
  metadata: { task: "diagnosis_count", num_examples: 240, base: DIGEST, metrics: { loss: 0.5, confusion: [[1, 2], [3, 4]] }, software: {} },
};
const view = (submission: Schemas["Submission"], mayDecide: boolean) => (
  <SubmissionView submission={submission} mayDecide={mayDecide} opensHospitals={false} log={null} />
);

test("what did not pass is read first", async () => {
  await shown(view(waiting, true));
  const [first] = within(screen.getByRole("list", { name: "What the gate looked at" })).getAllByRole("listitem");
  expect(first).toHaveTextContent("Too far.");
});

test("who may decide reads what to do, who may not reads who does", async () => {
  const { unmount } = await shown(view(waiting, true));
  expect(screen.getByText(/release it, and it counts/)).toBeVisible();
  unmount();
  await shown(view(waiting, false));
  expect(screen.getByText(/waits for an admin/)).toBeVisible();
});

test("who decided what, and why, stands there", async () => {
  const decision = { verdict: "released", reason: "<b>re-coded</b> in May", by: "admin:1", decided_at: "2026-01-02T00:00:00Z" } as const;
  await shown(view({ ...waiting, verdict: "admitted", decision }, true));
  expect(screen.getByText("<b>re-coded</b> in May")).toBeVisible();
  expect(screen.getByText("admin:1")).toBeVisible();
});

test("only what waits can be released, and what is out stays out", () => {
  expect(choicesFor("quarantined", true, true)).toEqual(["release", "reject"]);
  expect(choicesFor("admitted", true, true)).toEqual(["reject"]);
  expect(choicesFor("rejected", true, true)).toEqual([]);
  expect(choicesFor("quarantined", false, false)).toEqual([]);
});
