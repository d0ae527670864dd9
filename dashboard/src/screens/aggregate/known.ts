import type { Schemas } from "../../api/client";

type Model = Schemas["GlobalModel"];

/** Of fewer models that move none is compared with the others (aggregation/comparison.py). */
export const LEAST_COMPARABLE = 4;

export interface Known {
  /** How many models move, those included that would go into quarantine. */
  moving: number;
  isCompared: boolean;
  hasTable: boolean;
  hasEffects: boolean;
  hasShares: boolean;
}

/** Say what of a preview could be known at all, and what could not. */
export function knownOf({ inputs, quarantined, held_out }: Pick<Model, "inputs" | "quarantined" | "held_out">): Known {
  const screened = [...inputs, ...quarantined];
  return {
    moving: screened.length,
    isCompared: screened.length >= LEAST_COMPARABLE,
    hasTable: held_out !== null && held_out !== undefined,
    hasEffects: inputs.length > 0 && inputs.every(({ effect }) => typeof effect === "number"),
    hasShares: inputs.some(({ weight }) => weight !== null),
  };
}

/** A preview has no number; an answer that has one says that nothing is new. */
export function isPreview({ version }: Pick<Model, "version">): boolean {
  return version === null;
}
