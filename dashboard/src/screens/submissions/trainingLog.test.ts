import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import { drawnLog } from "./trainingLog";

const LINES: Schemas["TrainingLog"]["lines"] = [
  { seed: 7, software: { torch: 2 } },
  { epoch: 0, validation: { loss: 1.1, accuracy: 0.3, held_out: 40, confusion: [[1]] } },
  { epoch: 1, loss: 0.9, validation: { loss: 0.8, accuracy: 0.6, macro_f1: null } },
  { epoch: 2, loss: 0.7 },
];

test("only the lines of epochs are drawn, each at its own", () => expect(drawnLog(LINES).epochs).toEqual([0, 1, 2]));

test("what a line lacks is no number, not zero", () => {
  expect(drawnLog(LINES).losses.map(({ values }) => values)).toEqual([
    [null, 0.9, 0.7],
    [1.1, 0.8, null],
  ]);
});

test("counts, matrices and what was never measured are no scores", () => {
  const { scores } = drawnLog(LINES);
  expect(scores).toHaveLength(1);
  expect(scores[0]?.name).toContain("accuracy");
});

test("a log without epochs gives nothing to draw", () => {
  expect(drawnLog([{ seed: 1 }, { epoch: "two" }])).toEqual({ epochs: [], losses: [], scores: [] });
});
