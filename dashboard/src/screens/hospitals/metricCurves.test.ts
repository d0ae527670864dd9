import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { courseCurves, curvesOf } from "./metricCurves";

const names = { training: "T", heldOut: "H" };

test("loss is drawn on both kinds of patients, other metrics on held-out ones", () => {
  const lines: Schemas["TrainingLog"]["lines"] = [
    { epoch: 0, validation: { loss: 1.1, accuracy: 0.3 }, seed: 1 },
    { epoch: 1, loss: 0.9, validation: { loss: 0.8, accuracy: null }, seed: 1 },
  ];
  expect(curvesOf(lines, names)).toEqual([
    { metric: "loss", epochs: [0, 1], series: [{ name: "T", values: [null, 0.9] }, { name: "H", values: [1.1, 0.8] }] },
    { metric: "accuracy", epochs: [0, 1], series: [{ name: "H", values: [0.3, null] }] },
  ]);
});

test("lines without an epoch, texts and matrices are no points", () => {
  const lines: Schemas["TrainingLog"]["lines"] = [{ software: "torch" }, { epoch: 1, loss: "low", validation: { confusion: [[1, 0]], "<b>": 0.5 } }];
  expect(curvesOf(lines, names)).toEqual([{ metric: "<b>", epochs: [1], series: [{ name: "H", values: [0.5] }] }]);
});

test("an empty log has no curves", () => expect(curvesOf([], names)).toEqual([]));

test("a hospital's models stand beside what they began from, where that was told", () => {
  const point = { at: "2026-01-15T08:00:00Z", verdict: "admitted" as const, round: null, global_version: null };
  const points: Schemas["CoursePoint"][] = [
    { ...point, version: 1, local: { accuracy: 0.8 }, start: {} },
    { ...point, version: 2, local: { accuracy: 0.9, confusion: [[1]] }, start: { accuracy: 0.7 } },
  ];
  expect(courseCurves(points, { local: "L", global: "G" })).toEqual([
    { metric: "accuracy", epochs: [1, 2], series: [{ name: "L", values: [0.8, 0.9] }, { name: "G", values: [null, 0.7] }] },
  ]);
});

test("what a model began from is drawn too where nothing was reported of the model", () => {
  const points = [{ at: "2026-01-15T08:00:00Z", verdict: "admitted" as const, round: null, global_version: 1, version: 1, local: {}, start: { loss: 0.7 } }];
  expect(courseCurves(points, { local: "L", global: "G" })).toEqual([{ metric: "loss", epochs: [1], series: [{ name: "G", values: [0.7] }] }]);
});
