import { expect, test } from "vitest";

import page from "../../../../docs/analyst.md?raw";
import type { Feature } from "../../parts/tasks";
import { pythonFor } from "./python";

const FEATURE: Feature = { name: "diagnosis_count", unit: "diagnoses", kind: "count", source: "", minimum: 0, maximum: 100, categories: [] };
const LEVELS: ("low" | "medium" | "high")[] = ["low", "medium", "high"];

test("it is the code on the analyst's page, which runs in the tests", () => {
  const blocks = [...page.replaceAll("\r\n", "\n").matchAll(/```python\n(.*?)\n```/gs)].map(([, block]) => block);
  const written = pythonFor({ features: [FEATURE], risk_levels: LEVELS });
  expect(blocks.map((block) => block?.replaceAll("aggregated/", ""))).toContain(written);
});

test("values lie within a feature's bounds", () => {
  const written = pythonFor({ features: [{ ...FEATURE, name: "age", minimum: 18, maximum: 20 }], risk_levels: LEVELS });
  expect(written).toContain('"age": [18, 18, 20]');
});

test("of a binary outcome it is the probability, of columns as the model sees them", () => {
  const pain: Feature = { ...FEATURE, name: "pain", kind: "category", maximum: 1, categories: ["none", "some"], missing: "none" };
  const written = pythonFor({ features: [pain], risk_levels: LEVELS, outcome: { kind: "binary", source: "fell" } });
  expect(written).toContain('{"pain=none": [1, 0, 1], "pain=some": [0, 1, 0], "pain:missing": [0, 0, 0]}');
  expect(written).toContain("x.sigmoid()");
  expect(written).toContain('columns=["probability"]');
  expect(written).not.toContain("softmax");
});
