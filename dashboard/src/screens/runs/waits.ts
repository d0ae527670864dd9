import type { Schemas } from "../../api/client";

type Run = Schemas["Run"];

/** What a run waits for: whose turn it is, and what they are to do. */
export type Wait =
  | { for: "nobody" }
  | { for: "answers"; names: string[] }
  | { for: "answersOfOthers" }
  | { for: "updates"; names: string[] }
  | { for: "director" }
  | { for: "confirmation"; version: number | null }
  | { for: "resume" }
  | { for: "next" };

const ENDED: ReadonlySet<Run["state"]> = new Set(["finished", "closed"]);

export function hasEnded({ state }: Pick<Run, "state">): boolean {
  return ENDED.has(state);
}

/**
 * Tell what a run waits for.
 *
 * @param own The hospital of whoever looks, who sees no other's answer; null: all answers are seen.
 */
export function waitOf(run: Run, own: string | null): Wait {
  if (hasEnded(run)) return { for: "nobody" };
  const { current } = run;
  // a round that was under way when the run was paused goes on to its end
  if (current?.state === "collecting") return { for: "updates", names: current.awaited };
  if (current?.state === "aggregating") return { for: "director" };
  if (run.state === "paused") return { for: "resume" };
  if (run.state === "inviting") return answersOf(run, own);
  if (current?.state === "waiting") return { for: "confirmation", version: current.global_version ?? null };
  return { for: "next" };
}

function answersOf(run: Run, own: string | null): Wait {
  const names = run.hospitals.filter(({ choice }) => choice === null).map(({ envoy_name }) => envoy_name);
  if (own === null) return names.length > 0 ? { for: "answers", names } : { for: "next" };
  return names.includes(own) ? { for: "answers", names: [own] } : { for: "answersOfOthers" };
}
