import { useSyncExternalStore } from "react";

import { LANGUAGE, words } from "../words/words";

const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const absolute = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "medium" });
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** Say how far a moment is from now: "3 hours ago", "in 2 days". */
export function fromNow(moment: Date, now: number): string {
  const seconds = (moment.getTime() - now) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return relative.format(Math.trunc(seconds), "second");
}

/** Say a length of time in its two largest units: "2 h 10 min". */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts: readonly [number, string][] = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor((whole % 86_400) / 3_600), "h"],
    [Math.floor((whole % 3_600) / 60), "min"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

const TICK_MS = 10_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: number | undefined;

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) now = Date.now();
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time, renewed every few seconds: one clock for all that is on the page. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** A moment as people say it; the exact one when pointed at. */
export function When({ at }: { at: string | null | undefined }) {
  const present = useNow();
  if (!at) return <>{words.common.never}</>;
  const moment = new Date(at);
  return (
    <time dateTime={at} title={absolute.format(moment)}>
      {/* the page's clock is a little behind: what happened since its last tick is no future */}
      {fromNow(moment, moment.getTime() - present < TICK_MS ? Math.max(present, moment.getTime()) : present)}
    </time>
  );
}
