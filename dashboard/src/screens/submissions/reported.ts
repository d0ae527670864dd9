import type { Schemas } from "../../api/client";
import { words } from "../../words/words";

export interface ReportedFeature {
  name: string;
  mean: number;
  /** Of the rows themselves, as the scaler takes it: the root of m2 / n. */
  deviation: number | null;
}

/** Give what a report says of each feature; features that nobody names are numbered. */
export function featuresOf(
  { mean, m2, num_examples }: Pick<Schemas["StatisticsDescription"], "mean" | "m2" | "num_examples">,
  names: readonly string[],
): ReportedFeature[] {
  return mean.map((value, at) => {
    const squares = m2[at];
    return {
      name: names[at] ?? words.submissions.featureName(at + 1),
      mean: value,
      deviation: squares === undefined || num_examples === 0 ? null : Math.sqrt(squares / num_examples),
    };
  });
}
