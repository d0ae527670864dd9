import type { Schemas } from "../../api/client";
import type { Series } from "../../parts/Figure";
import { words } from "../../words/words";

type Version = Schemas["VersionSummary"];

const texts = words.overview;

/** Tell whether hospitals reported how well patients are ranked, which says more of a rare outcome than accuracy does. */
export function isRanked(versions: readonly Version[]): boolean {
  return versions.some(({ mean }) => mean.auroc !== undefined);
}

/** Give a metric over the versions: on the director's held-out patients where there are any, else mean and worst. */
export function courseOf(versions: readonly Version[], metric: "accuracy" | "auroc" | "loss"): Series[] {
  const heldOut = versions.map(({ held_out }) => (metric === "auroc" ? null : (held_out?.[metric] ?? null)));
  const mean = versions.map((version) => version.mean[metric] ?? null);
  const worst = versions.map((version) => version.worst[metric] ?? null);
  const some: Series[] = heldOut.some((value) => value !== null)
    ? [{ name: texts.heldOut, values: heldOut }]
    : [
        { name: texts.mean, values: mean },
        { name: texts.worst, values: worst },
      ];
  return some.filter(({ values }) => values.some((value) => value !== null));
}
