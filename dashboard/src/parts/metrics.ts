import { words } from "../words/words";

const COSTS = new Set(["loss", "brier"]);
/** What is best at 0: above it a model warns too much, below too little. */
const BALANCES = new Set(["calibration_in_the_large"]);

/** Say a metric in words; one that is not known by its own name. */
export function saidOf(metric: string): string {
  return Object.hasOwn(words.metrics, metric) ? (words.metrics[metric] ?? metric) : metric;
}

export type Way = "better" | "worse" | "unchanged";

/** Say which way a score went from one value to another: of a cost less is better, of a balance what is nearer to 0. */
export function wayOf(score: string, from: number, to: number): Way {
  const worth = (value: number) => (BALANCES.has(score) ? -Math.abs(value) : COSTS.has(score) ? -value : value);
  const gained = worth(to) - worth(from);
  if (gained === 0) return "unchanged";
  return gained > 0 ? "better" : "worse";
}
