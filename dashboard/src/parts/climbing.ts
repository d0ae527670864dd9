import type { Schemas } from "../api/client";

export type Rung = Schemas["LadderRung"];
export type LadderStep = Rung["step"];

/** The rungs on the way up, in their order. */
export const RUNGS = ["invited", "training", "sent", "judged", "counted"] as const;

export interface Climb {
  /** How many rungs it has reached. */
  reached: number;
  /** Whether it went off the way: it will climb no further in this round. */
  hasEnded: boolean;
}

const CLIMBS: Record<LadderStep, Climb> = {
  invited: { reached: 1, hasEnded: false },
  training: { reached: 2, hasEnded: false },
  sent: { reached: 3, hasEnded: false },
  judged: { reached: 4, hasEnded: false },
  counted: { reached: 5, hasEnded: false },
  refused: { reached: 1, hasEnded: true },
  missed: { reached: 2, hasEnded: true },
  left_out: { reached: 4, hasEnded: true },
};

/** Tell how high a hospital has come. */
export function climbOf(step: LadderStep): Climb {
  return CLIMBS[step];
}

/** Give those whose update is still to come, the silent first. */
export function holdUps(rungs: readonly Rung[]): Rung[] {
  const waited = rungs.filter(({ step }) => step === "invited" || step === "training" || step === "sent");
  return [...waited].sort((one, other) => Number(other.is_silent) - Number(one.is_silent));
}

/** Whether a round still takes updates. */
export function isTaking(state: Schemas["RoundLadder"]["state"]): boolean {
  return state === "collecting";
}
