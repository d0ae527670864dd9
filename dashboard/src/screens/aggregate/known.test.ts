import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { isPreview, knownOf } from "./known";

const input = (envoy_name: string, more: Partial<Schemas["ModelInput"]> = {}): Schemas["ModelInput"] => ({
  envoy_name,
  version: 1,
  submission_id: envoy_name,
  model_sha256: "",
  scaler_sha256: "",
  num_examples: 100,
  waits: false,
  weight: 0.25,
  checks: [],
  effect: 0.1,
  ...more,
});

test("three that move are not compared; a fourth that fails is a fourth", () => {
  const three = ["A", "B", "C"].map((name) => input(name));
  expect(knownOf({ inputs: three, quarantined: [] }).isCompared).toBe(false);
  expect(knownOf({ inputs: three, quarantined: [input("D")] })).toMatchObject({ isCompared: true, moving: 4 });
});

test("without a validation table nothing is held out", () => {
  expect(knownOf({ inputs: [input("A")], quarantined: [], held_out: null }).hasTable).toBe(false);
  expect(knownOf({ inputs: [input("A")], quarantined: [], held_out: { loss: 1, accuracy: 0.5 } }).hasTable).toBe(true);
});

test("one that can't be left out leaves the effects unknown", () => {
  expect(knownOf({ inputs: [input("A", { effect: null })], quarantined: [] }).hasEffects).toBe(false);
  expect(knownOf({ inputs: [input("A"), input("B")], quarantined: [] }).hasEffects).toBe(true);
});

test("an answer with a number is no preview", () => {
  expect(isPreview({ version: null })).toBe(true);
  expect(isPreview({ version: 3 })).toBe(false);
});
