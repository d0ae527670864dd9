import type { Schemas } from "../../api/client";

/** A task and an answer for the tests of this folder. */

export const TASK: Schemas["TaskDescription"] = {
  name: "diagnosis_count",
  title: "Risk level from the number of recorded diagnoses",
  notice: "Demonstration task, not clinical.",
  features: [
    { name: "diagnosis_count", unit: "diagnoses", source: "diagnoses_icd", kind: "count", minimum: 0, maximum: 100_000 },
  ],
  label: "diagnosis_count: low below the first cut point, high from the second on",
  risk_levels: ["low", "medium", "high"],
  cut_points: [5, 15],
  architecture: { input_size: 1, hidden_sizes: [32, 16], output_size: 3 },
  layout: [],
  training: { optimizer: "adam", learning_rate: 0.01, batch_size: 64, local_epochs: 2 },
  initial_seed: 1,
  minimum_examples: 10,
  maximum_examples: 1000,
  digest: "d".repeat(64),
};

export const ANSWER: Schemas["Prediction"] = {
  risk_level: "medium",
  probabilities: { low: 0.1, medium: 0.85, high: 0.05 },
  task: "diagnosis_count",
  cut_points: [5, 15],
  notice: TASK.notice,
  model: {
    scope: "global",
    version: 4,
    sha256: "e".repeat(64),
    scaler_sha256: "f".repeat(64),
    envoys: 3,
    trained_at: "2026-01-15T08:00:00Z",
  },
  request_id: "abc123",
};
