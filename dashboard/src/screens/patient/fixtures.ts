import type { Schemas } from "../../api/client";
import type { Feature, Task } from "../../parts/tasks";
import type { BinaryAnswer } from "./answers";

/** A task and an answer for the tests of this folder. */

/** As the director gives it: what is as usual is not there, whatever the generated types say. */
export const TASK = {
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
} as unknown as Task;

const COLUMN: Feature = { name: "", unit: "none", source: "", kind: "flag", minimum: 0, maximum: 1, categories: [] };

/** A table's question with each kind of feature, of which some may be missing. */
export const FALLS: Task = {
  ...TASK,
  name: "falls",
  title: "A fall during the stay",
  source: "table",
  index: "admission to the ward",
  features: [
    { ...COLUMN, name: "age", source: "age", unit: "years", kind: "number", maximum: 110 },
    { ...COLUMN, name: "earlier_falls", source: "earlier_falls", unit: "falls", kind: "count", maximum: 50, missing: 0 },
    { ...COLUMN, name: "walks_alone", source: "walks_alone" },
    { ...COLUMN, name: "ward", source: "ward", kind: "category", categories: ["medical", "surgical", "unknown"], missing: "medical" },
  ],
  label: "fell during the stay",
  cut_points: [0.1, 0.3],
  outcome: { kind: "binary", source: "fell" },
  out_of_bounds: "abstain",
};

/** A question that is a patient's record. */
export const READMITTED: Task = {
  ...FALLS,
  name: "readmission_30d",
  source: "mimic-iv",
  index: "discharge",
  features: [
    { ...COLUMN, name: "years", source: "age", unit: "years", kind: "number", maximum: 110 },
    { ...COLUMN, name: "sex", source: "sex", kind: "category", categories: ["F", "M"] },
    { ...COLUMN, name: "came_by", source: "admission_type", kind: "category", categories: ["ELECTIVE", "EW EMER."] },
    { ...COLUMN, name: "came_from", source: "admission_location", kind: "category", categories: ["WALK-IN/SELF REFERRAL"], missing: "WALK-IN/SELF REFERRAL" },
    { ...COLUMN, name: "earlier", source: "earlier_admissions", unit: "admissions", kind: "count", maximum: 100 },
  ],
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

export const FELL: BinaryAnswer = {
  probability: 0.1234,
  risk_level: "medium",
  unknown_codes: 0,
  missing: ["ward"],
  abstained: null,
  contributions: [
    { feature: "intercept", contribution: -2 },
    { feature: "age", contribution: 0.5 },
    { feature: "earlier_falls", contribution: 0 },
    { feature: "walks_alone", contribution: -0.75 },
    { feature: "ward", contribution: 0.25 },
  ],
  task: "falls",
  cut_points: [0.1, 0.3],
  notice: FALLS.notice,
  model: ANSWER.model,
  request_id: "abc124",
};

export const ABSTAINED: BinaryAnswer = {
  ...FELL,
  probability: null,
  risk_level: null,
  missing: [],
  contributions: [],
  abstained: "The task leaves out patients with age < 18.",
};
