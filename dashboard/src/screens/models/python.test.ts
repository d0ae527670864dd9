import { expect, test } from "vitest";

import page from "../../../../docs/analyst.md?raw";
import { pythonFor } from "./python";

const FEATURE = { name: "diagnosis_count", unit: "diagnoses", kind: "count", source: "", minimum: 0, maximum: 100 } as const;
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
