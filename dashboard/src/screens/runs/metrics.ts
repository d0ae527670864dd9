import type { Schemas } from "../../api/client";
import type { Series } from "../../parts/Figure";
import { words } from "../../words/words";

type Summary = Schemas["RoundSummary"];
type Record_ = Schemas["RoundRecord"];
type Part = Schemas["RoundPart"];

/** What says most, where it was reported. */
const FIRST = ["auroc", "accuracy"];
/** Counts, which are no scores. */
const NO_SCORES = new Set(["held_out"]);
const ON_VALIDATION_TABLE = new Set(["accuracy", "loss"]);

/** Give a part's number of a metric; null: it has none, or one that is no number. */
export function scoreOf({ metrics }: Part, metric: string): number | null {
  const value = metrics[metric];
  return typeof value === "number" ? value : null;
}

/** Give the metrics that something was reported of. */
export function metricsIn(history: readonly Summary[], records: readonly Record_[]): string[] {
  const found = new Set<string>();
  for (const { mean } of history) for (const name of Object.keys(mean)) found.add(name);
  for (const { parts } of records) {
    for (const part of parts) {
      for (const name of Object.keys(part.metrics)) {
        if (!NO_SCORES.has(name) && scoreOf(part, name) !== null) found.add(name);
      }
    }
  }
  return [...found];
}

/** Choose the metric to draw: the asked one where it was reported, else AUROC or accuracy, else the first. */
export function chosenOf(metrics: readonly string[], asked: string | undefined): string | undefined {
  if (asked !== undefined && metrics.includes(asked)) return asked;
  return FIRST.find((metric) => metrics.includes(metric)) ?? metrics[0];
}

export interface Course {
  rounds: number[];
  series: Series[];
}

/**
 * Give a metric by round: mean, worst and the validation table first, then each hospital.
 *
 * @param history All rounds in short, oldest first.
 * @param records The rounds with their parts, as far as they were read.
 */
export function courseOf(metric: string, history: readonly Summary[], records: readonly Record_[]): Course {
  // of the attempts at one round the last that gave something is the one that counts
  const summaries = new Map<number, Summary | Record_>();
  for (const each of [...records].reverse()) if (metric in each.mean) summaries.set(each.number, each);
  for (const each of history) if (metric in each.mean) summaries.set(each.number, each);
  const parts = new Map<number, Record_>();
  for (const each of [...records].reverse()) {
    if (each.parts.some((part) => scoreOf(part, metric) !== null)) parts.set(each.number, each);
  }
  const rounds = [...new Set([...summaries.keys(), ...parts.keys()])].sort((a, b) => a - b);
  const names = [...new Set([...parts.values()].flatMap((record) => record.parts.map(({ envoy_name }) => envoy_name)))].sort();
  const all: Series[] = [
    { name: words.runs.mean, values: rounds.map((number) => summaries.get(number)?.mean[metric] ?? null) },
    { name: words.runs.worst, values: rounds.map((number) => summaries.get(number)?.worst[metric] ?? null) },
    { name: words.runs.heldOut, values: rounds.map((number) => heldOut(summaries.get(number), metric)) },
    ...names.map((name) => ({
      name,
      values: rounds.map((number) => {
        const part = parts.get(number)?.parts.find(({ envoy_name }) => envoy_name === name);
        return part === undefined ? null : scoreOf(part, metric);
      }),
    })),
  ];
  return { rounds, series: all.filter(({ values }) => values.some((value) => value !== null)) };
}

function heldOut(round: Summary | Record_ | undefined, metric: string): number | null {
  if (!round?.held_out || !ON_VALIDATION_TABLE.has(metric)) return null;
  return round.held_out[metric as "accuracy" | "loss"];
}
