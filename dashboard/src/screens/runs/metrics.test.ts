import { expect, test } from "vitest";

import { partLike, recordLike } from "./fixtures";
import { chosenOf, courseOf, metricsIn } from "./metrics";

const summary = (number: number, accuracy?: number) => ({
  number,
  n: number,
  attempt: 1,
  state: "published" as const,
  closed_at: null,
  global_version: number,
  hospitals: 2,
  mean: (accuracy === undefined ? {} : { accuracy }) as Record<string, number>,
  worst: (accuracy === undefined ? {} : { accuracy: accuracy - 0.1 }) as Record<string, number>,
  held_out: { accuracy: 0.7, loss: 0.5 },
});

test("metrics are the scores that were reported: no counts, no matrices", () => {
  expect(metricsIn([], [recordLike({ mean: {} })])).toEqual(["accuracy"]);
  expect(metricsIn([summary(1, 0.9)], [])).toEqual(["accuracy"]);
});

test("the asked metric is drawn where it was reported, else AUROC or accuracy, else the first", () => {
  expect(chosenOf(["loss", "accuracy"], "loss")).toBe("loss");
  expect(chosenOf(["loss", "accuracy"], "f1_low")).toBe("accuracy");
  expect(chosenOf(["accuracy", "auroc", "loss"], undefined)).toBe("auroc");
  expect(chosenOf(["loss"], undefined)).toBe("loss");
  expect(chosenOf([], undefined)).toBeUndefined();
});

test("mean and worst hold all rounds, a hospital's line those that were read", () => {
  const { rounds, series } = courseOf("accuracy", [summary(1, 0.8), summary(2, 0.9)], [recordLike({ number: 2 })]);
  expect(rounds).toEqual([1, 2]);
  expect(series.map(({ name, values }) => [name, values])).toEqual([
    ["Mean", [0.8, 0.9]],
    ["Worst", [expect.closeTo(0.7), expect.closeTo(0.8)]],
    ["Validation table", [0.7, 0.7]],
    ["Embu", [null, 0.85]],
    ["KNH", [null, 0.95]],
  ]);
});

test("of two attempts at a round the one that gave something is drawn, once", () => {
  const failed = recordLike({ number: 2, attempt: 1, state: "failed", mean: {}, parts: [partLike("KNH", null)] });
  const { rounds, series } = courseOf("accuracy", [summary(2, 0.9)], [recordLike({ number: 2, attempt: 2 }), failed]);
  expect(rounds).toEqual([2]);
  expect(series.find(({ name }) => name === "KNH")?.values).toEqual([0.95]);
});

test("what nobody has is no line", () => {
  expect(courseOf("f1_low", [summary(1, 0.9)], [recordLike()]).series).toEqual([]);
});
