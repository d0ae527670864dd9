const COSTS = new Set(["loss"]);

export type Way = "better" | "worse" | "unchanged";

/** Say which way a score went, from its difference; of a cost less is better. */
export function wayOf(score: string, difference: number): Way {
  if (difference === 0) return "unchanged";
  return difference < 0 === COSTS.has(score) ? "better" : "worse";
}
