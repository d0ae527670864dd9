import type { Schemas } from "../../api/client";
import type { Series } from "../../parts/Figure";

type Line = Schemas["TrainingLog"]["lines"][number];

/** A metric over the epochs of one training: on training patients, on held-out ones, or both. */
export interface Curve {
  metric: string;
  epochs: number[];
  series: Series[];
}

interface Names {
  training: string;
  heldOut: string;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function validationOf(line: Line): Record<string, unknown> {
  const { validation } = line;
  return typeof validation === "object" && validation !== null && !Array.isArray(validation) ? validation : {};
}

/** Draw a metric's curves from a log: `loss` on training patients, `validation.*` on held-out ones; counts are no curves. */
export function curvesOf(lines: readonly Line[], { training, heldOut }: Names): Curve[] {
  const told = lines.filter(({ epoch }) => isNumber(epoch));
  const epochs = told.map(({ epoch }) => Number(epoch));
  const metrics = new Set<string>(told.some(({ loss }) => isNumber(loss)) ? ["loss"] : []);
  for (const line of told) for (const [metric, value] of Object.entries(validationOf(line))) if (isNumber(value)) metrics.add(metric);
  return [...metrics].map((metric) => {
    const valuesOf = (read: (line: Line) => unknown) => told.map((line) => [read(line)].find(isNumber) ?? null);
    const all: Series[] = [
      { name: training, values: metric === "loss" ? valuesOf(({ loss }) => loss) : [] },
      { name: heldOut, values: valuesOf((line) => validationOf(line)[metric]) },
    ];
    return { metric, epochs, series: all.filter(({ values }) => values.some((value) => value !== null)) };
  });
}

/** Give the metrics that a hospital reported of its models and of what they began from, over its versions. */
export function courseCurves(points: readonly Schemas["CoursePoint"][], names: { local: string; global: string }): Curve[] {
  const metrics = new Set<string>();
  for (const { local, start } of points) {
    for (const [metric, value] of [...Object.entries(local), ...Object.entries(start)]) if (isNumber(value)) metrics.add(metric);
  }
  const versions = points.map(({ version }) => version);
  return [...metrics].map((metric) => {
    const valuesOf = (side: "local" | "start") => points.map((point) => [point[side][metric]].find(isNumber) ?? null);
    const all: Series[] = [
      { name: names.local, values: valuesOf("local") },
      { name: names.global, values: valuesOf("start") },
    ];
    return { metric, epochs: versions, series: all.filter(({ values }) => values.some((value) => value !== null)) };
  });
}
