import type { Schemas } from "../../api/client";
import { type Column, isZeroOrOne } from "../../parts/tasks";
import { words } from "../../words/words";

export interface ReportedFeature {
  name: string;
  /** Null: of what is 0 or 1 a hospital reports no figure. */
  mean: number | null;
  /** Of the rows themselves, as the scaler takes it: the root of m2 / n. */
  deviation: number | null;
}

/** Give what a report says of each column of the model's input; those that nobody names are numbered. */
export function featuresOf(
  { mean, m2, num_examples }: Pick<Schemas["StatisticsDescription"], "mean" | "m2" | "num_examples">,
  columns: readonly Column[],
): ReportedFeature[] {
  return mean.map((value, at) => {
    const [squares, column] = [m2[at], columns[at]];
    if (column !== undefined && isZeroOrOne(column)) return { name: column.name, mean: null, deviation: null };
    return {
      name: column?.name ?? words.submissions.featureName(at + 1),
      mean: value,
      deviation: squares === undefined || num_examples === 0 ? null : Math.sqrt(squares / num_examples),
    };
  });
}
