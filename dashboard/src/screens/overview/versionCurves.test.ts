import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { courseOf, isRanked } from "./versionCurves";

const version = (more: Partial<Schemas["VersionSummary"]>): Schemas["VersionSummary"] => ({
  version: 1,
  created_at: "2026-01-15T12:00:00Z",
  sha256: "0".repeat(64),
  strategy: "fedavg",
  parent: null,
  round: null,
  run: null,
  published: true,
  stale: false,
  waiting: false,
  aliases: [],
  num_examples: 10,
  hospitals: [],
  mean: {},
  worst: {},
  held_out: null,
  withdrawn: [],
  ...more,
});

test("without held-out patients of the director the hospitals' mean and worst are drawn", () => {
  const series = courseOf([version({ mean: { loss: 0.5 }, worst: { loss: 0.9 } }), version({})], "loss");
  expect(series.map(({ values }) => values)).toEqual([
    [0.5, null],
    [0.9, null],
  ]);
});

test("held-out patients of the director count more", () => {
  const series = courseOf([version({ mean: { accuracy: 0.5 }, held_out: { accuracy: 0.7, loss: 1 } })], "accuracy");
  expect(series.map(({ values }) => values)).toEqual([[0.7]]);
});

test("AUROC is the hospitals' own, whatever the director holds out", () => {
  const versions = [version({ mean: { auroc: 0.8 }, worst: { auroc: 0.7 }, held_out: { accuracy: 0.9, loss: 1 } })];
  expect(isRanked(versions)).toBe(true);
  expect(isRanked([version({ mean: { accuracy: 0.8 } })])).toBe(false);
  expect(courseOf(versions, "auroc").map(({ values }) => values)).toEqual([[0.8], [0.7]]);
});

test("what nobody measured is not drawn", () => expect(courseOf([version({})], "loss")).toEqual([]));
