/**
 * What a check says it saw and what it held that against, as far as both are numbers. The director writes them for
 * people ("12,000", "at most 1.2; the others' median is 0.9"): read is only what can be read in one way.
 */

export type Side = "most" | "least";

export interface Measure {
  seen: number;
  bound: number;
  /** Whether the bound is the most or the least that may be seen. */
  side: Side;
}

interface Bound {
  value: number;
  side: Side;
}

// no digest and no name with digits in it: a number stands by itself, and is no longer than one can be
const NUMBER = String.raw`[-+−]?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,15})?(?:[eE][-+]?\d{1,3})?(?![\w.]*\w)`;
const FEATURE = /^feature \d+: /;

const matcher = (pattern: string) => new RegExp(pattern.replaceAll("N", `(${NUMBER})`), "i");
const ALONE = matcher("^N(?: (?:bytes|rows|names|metrics|updates|reports|examples))?$");
const BEGINS = matcher("^N (?:standard deviations|× )");
const COMPARED = matcher("^N ?(≥|>=|≤|<=) ?N$");
const COSINE = matcher("^cosine N, N against$");
const COSINE_BOUND = matcher("^cosine at least N .*, at most N against it$");
const BOUNDS: readonly [RegExp, Side][] = [
  [matcher("^(?:at most|no more than|≤|<=) ?N(?=$|[ ;,:])"), "most"],
  [matcher("^(?:at least|no fewer than|no less than|≥|>=) ?N(?=$|[ ;,:])"), "least"],
  [matcher("^N or more$"), "least"],
  [matcher("^N or (?:fewer|less)$"), "most"],
  [matcher("^counts as N:"), "most"],
];
const RANGE = matcher("^N (?:to|–) N$");

/** Read a text that is one number and nothing else; null where it is none. */
export function numberIn(text: string | undefined): number | null {
  if (text === undefined || !new RegExp(`^${NUMBER}$`, "i").test(text)) return null;
  const value = Number(text.replaceAll(",", "").replace("−", "-"));
  return Number.isFinite(value) ? value : null;
}

function seenIn(text: string): number | null {
  const plain = text.trim().replace(FEATURE, "");
  return numberIn((ALONE.exec(plain) ?? BEGINS.exec(plain))?.[1]);
}

function boundIn(text: string, seen: number): Bound | null {
  const plain = text.trim();
  const range = RANGE.exec(plain);
  if (range) return nearest(numberIn(range[1]), numberIn(range[2]), seen);
  for (const [pattern, side] of BOUNDS) {
    const value = numberIn(pattern.exec(plain)?.[1]);
    if (value !== null) return { value, side };
  }
  const alone = numberIn(plain);
  return alone === null ? null : { value: alone, side: "most" };
}

/** Of a range the end that the number is nearer to, or beyond: between 11 and a thousand million, 240 is near 11. */
function nearest(least: number | null, most: number | null, seen: number): Bound | null {
  if (least === null || most === null || least > most) return null;
  const nearsLeast = seen <= least || (seen < most && seen - least <= most - seen);
  return nearsLeast ? { value: least, side: "least" } : { value: most, side: "most" };
}

/** Read what was seen and its bound; empty where they are no numbers, and two where a check looks at two. */
export function measuresIn(seen: string, bound: string): Measure[] {
  const cosine = COSINE.exec(seen.trim());
  if (cosine) return twoOf(cosine, COSINE_BOUND.exec(bound.trim()));
  const compared = COMPARED.exec(seen.trim());
  if (compared) {
    const [value, limit] = [numberIn(compared[1]), numberIn(compared[3])];
    const side = compared[2] === "≥" || compared[2] === ">=" ? "least" : "most";
    return value === null || limit === null ? [] : [{ seen: value, bound: limit, side }];
  }
  const value = seenIn(seen);
  const limit = value === null ? null : boundIn(bound, value);
  return value === null || limit === null ? [] : [{ seen: value, bound: limit.value, side: limit.side }];
}

function twoOf(seen: RegExpExecArray, bound: RegExpExecArray | null): Measure[] {
  const [cosine, against] = [numberIn(seen[1]), numberIn(seen[2])];
  const [least, most] = [numberIn(bound?.[1]), numberIn(bound?.[2])];
  if (cosine === null || against === null || least === null || most === null) return [];
  return [
    { seen: cosine, bound: least, side: "least" },
    { seen: against, bound: most, side: "most" },
  ];
}

/** Tell whether a number keeps to its bound. */
export function keeps({ seen, bound, side }: Measure): boolean {
  return side === "most" ? seen <= bound : seen >= bound;
}
