import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { shown } from "../../testing/shown";
import { CourseView } from "./CourseView";

const at = "2026-01-15T08:00:00Z";
const point: Schemas["CoursePoint"] = { at, verdict: "admitted", round: 1, global_version: 1, version: 1, local: {}, start: {} };
const lookAt = async (points: Schemas["CoursePoint"][]) =>
  (await shown(<CourseView course={{ envoy_name: "KNH", task: "t", points }} />)).container.textContent;

test("before its first model that is said", async () => expect(await lookAt([])).toContain("no model of t yet"));

test("models without figures are models", async () => {
  const text = await lookAt([point, { ...point, version: 2 }]);
  expect(text).toContain("With its 2 models of t it reported no figures");
});

test("figures are drawn", async () => expect(await lookAt([{ ...point, local: { loss: 0.4 } }])).toContain("loss over its versions"));
