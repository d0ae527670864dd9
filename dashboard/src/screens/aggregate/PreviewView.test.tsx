import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { shown } from "../../testing/shown";
import { PreviewView } from "./PreviewView";

const DIGEST = "a".repeat(64);
const input = (envoy_name: string, more: Partial<Schemas["ModelInput"]> = {}): Schemas["ModelInput"] => ({
  envoy_name,
  version: 2,
  submission_id: `${envoy_name}-2`,
  model_sha256: DIGEST,
  scaler_sha256: DIGEST,
  num_examples: 100,
  waits: false,
  weight: 0.5,
  checks: [],
  ...more,
});

const preview = (more: Partial<Schemas["GlobalModel"]>): Schemas["GlobalModel"] => ({
  aliases: [],
  answers: [],
  created_at: "2026-01-01T00:00:00Z",
  inputs: [input("KNH"), input("MTRH")],
  metrics: {},
  notes: [],
  notice: "",
  num_examples: 200,
  parameters: {},
  published: false,
  quarantined: [],
  scaler: "merged",
  scaler_sha256: DIGEST,
  sha256: DIGEST,
  standing: [],
  strategy: "clip+fedavg",
  task: "diagnosis_count",
  version: null,
  stale: false,
  withdrawn: [],
  waiting: false,
  ...more,
});

test("below four that move it says what can't be known, and why", async () => {
  await shown(<PreviewView preview={preview({})} />);
  expect(screen.getByText(/2 models move, and it takes four to compare them/)).toBeVisible();
  expect(screen.getByText(/There is no validation table, so/)).toBeVisible();
  expect(screen.getAllByText("Not compared: it takes four models that move.")).toHaveLength(3);
});

test("who would go into quarantine stands there with the check that says it", async () => {
  const check = { name: "update_norm", passed: false, seen: "9.3", bound: "at most 1.2; the others' median is 0.9", sentence: "Too far." };
  const others = ["A", "B", "C", "D"].map((name) => input(name, { norm: 1, cosine: 0.9, distance: 0.2, effect: 0.1 }));
  await shown(<PreviewView preview={preview({ inputs: others, quarantined: [input("Odd", { checks: [check], norm: 9.3 })] })} />);
  expect(screen.getByText("Too far.")).toBeVisible();
  expect(screen.getByRole("img", { name: "How far the model moved: 9.3, at most 1.2" })).toBeInTheDocument();
  expect(screen.queryByText(/it takes four to compare them/)).toBeNull();
});

test("who stands still says why", async () => {
  await shown(<PreviewView preview={preview({ standing: [input("Embu", { reason: "It waits in quarantine." })] })} />);
  expect(screen.getByText("It waits in quarantine.")).toBeVisible();
  expect(screen.getByRole("status")).toHaveTextContent("2 hospitals move the model, one stands still");
});
