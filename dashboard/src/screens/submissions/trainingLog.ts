import type { Schemas } from "../../api/client";
import type { Series } from "../../parts/Figure";
import { saidOf } from "../../parts/metrics";
import { words } from "../../words/words";

type Line = Schemas["TrainingLog"]["lines"][number];

export interface DrawnLog {
  epochs: number[];
  losses: Series[];
  scores: Series[];
}

const { submissions: said } = words;

function heldOutOf(line: Line): Record<string, unknown> {
  const { validation } = line;
  return typeof validation === "object" && validation !== null && !Array.isArray(validation) ? validation : {};
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Whether a metric of a log is a score: a share of one, and no count of patients. */
const NO_SCORES = new Set(["loss", "held_out"]);

/** Take what can be drawn out of a training log: the lines that belong to an epoch. */
export function drawnLog(lines: readonly Line[]): DrawnLog {
  const found = lines.flatMap((line) => (typeof line.epoch === "number" ? [{ epoch: line.epoch, line }] : []));
  const names = [...new Set(found.flatMap(({ line }) => Object.keys(heldOutOf(line))))];
  const series = (name: string, read: (line: Line) => unknown): Series => ({
    name,
    values: found.map(({ line }) => numberOf(read(line))),
  });
  const isThere = ({ values }: Series) => values.some((value) => value !== null);
  const heldOut = (metric: string) => series(said.heldOut(saidOf(metric)), (line) => heldOutOf(line)[metric]);
  return {
    epochs: found.map(({ epoch }) => epoch),
    losses: [series(said.trainingLoss, ({ loss }) => loss), heldOut("loss")].filter(isThere),
    scores: names
      .filter((name) => !NO_SCORES.has(name))
      .map(heldOut)
      .filter(isThere),
  };
}
