import type { Schemas } from "../../api/client";

/** Runs and rounds for the tests of this folder. */

const at = "2026-01-15T08:00:00Z";

export function runLike(change: Partial<Schemas["Run"]> = {}): Schemas["Run"] {
  return {
    id: 3,
    task: "diagnosis_count",
    state: "running",
    reason: null,
    rounds: 5,
    published: 2,
    quorum: 2,
    deadline_seconds: 7200,
    strategy: "clip+fedavg",
    parameters: {},
    late: "refuse",
    seed: 0,
    patience: null,
    best_version: 4,
    hospitals: [
      { envoy_name: "KNH", choice: "take_part", reason: null, patients: 240, answered_at: at },
      { envoy_name: "Embu", choice: null, reason: null, patients: null, answered_at: null },
    ],
    current: null,
    history: [],
    opened_at: at,
    ended_at: null,
    ...change,
  };
}

export function roundLike(change: Partial<Schemas["RoundDescription"]> = {}): Schemas["RoundDescription"] {
  return {
    n: 7,
    run: 3,
    number: 3,
    attempt: 1,
    task: "diagnosis_count",
    state: "collecting",
    reason: null,
    details: null,
    base: "b".repeat(64),
    model_sha256: "c".repeat(64),
    scaler_sha256: null,
    opened_at: at,
    closes_at: at,
    closed_at: null,
    returned: ["KNH"],
    awaited: ["Embu"],
    changed_cohorts: [],
    global_version: null,
    ...change,
  };
}

export function recordLike(change: Partial<Schemas["RoundRecord"]> = {}): Schemas["RoundRecord"] {
  return {
    n: 6,
    number: 2,
    attempt: 1,
    state: "published",
    reason: null,
    opened_at: at,
    closes_at: "2026-01-15T10:00:00Z",
    closed_at: "2026-01-15T08:30:00Z",
    global_version: 5,
    awaited: [],
    refused: [],
    bytes: 12_540,
    mean: { accuracy: 0.9, loss: 0.2 },
    worst: { accuracy: 0.8, loss: 0.3 },
    held_out: null,
    parts: [partLike("KNH", 0.95), partLike("Embu", 0.85)],
    ...change,
  };
}

export function partLike(envoy: string, accuracy: number | null, change: Partial<Schemas["RoundPart"]> = {}): Schemas["RoundPart"] {
  return {
    envoy_name: envoy,
    submission_id: envoy === "KNH" ? "0123456789abcdef" : "fedcba9876543210",
    returned_at: at,
    bytes: 6270,
    num_examples: 240,
    weight: 0.5,
    verdict: "admitted",
    is_late: false,
    metrics: { accuracy, held_out: 60, confusion: [[1]] },
    ...change,
  };
}
