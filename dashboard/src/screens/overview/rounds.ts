import type { Schemas } from "../../api/client";
import { listed } from "../../parts/listed";
import { span } from "../../parts/When";
import { words } from "../../words/words";

export type Card = Schemas["RoundCard"];

const texts = words.overview.round;

/** How many updates a round may still come to, if no silent hospital comes back. */
function withinReach({ returned, awaited, silent }: Card): number {
  return returned.length + awaited.length - silent.length;
}

/** Whether a round can't come to its quorum with the hospitals that are in touch. */
export function isStuck(card: Card): boolean {
  return card.run_state === "running" && card.state === "collecting" && withinReach(card) < card.quorum;
}

function waited(names: readonly string[], silent: readonly string[], say: (names: string) => string): string {
  const who = say(listed(names));
  return silent.length > 0 ? `${who} ${texts.silent(listed(silent), silent.length)}` : who;
}

function closing(seconds: number | null, say: (span: string) => string): string[] {
  if (seconds === null) return [];
  return [seconds > 0 ? say(span(seconds)) : texts.closesNow];
}

function collecting(card: Card, number: number, closesIn: number | null): string {
  const { returned, awaited, silent, rounds } = card;
  return texts.whole([
    texts.collecting(number, rounds, returned.length, returned.length + awaited.length),
    awaited.length > 0 ? waited(awaited, silent, texts.waitingOn) : texts.allReturned,
    ...closing(closesIn, texts.closesIn),
  ]);
}

/** Say on whom an open run waits, first of all. */
export function waitsOn(card: Card): string {
  const { run, run_state, state, awaited } = card;
  if (run_state === "paused") return texts.waitsOnAdmin(run);
  if (state === "waiting") return texts.waitsOnWord(run);
  if (state === "aggregating" || awaited.length === 0) return texts.waitsOnDirector(run);
  return texts.waitsOn(run, listed(awaited));
}

/** Whether a person has to do something, or the round comes on by itself. */
export function needsPerson(card: Card): boolean {
  return card.run_state === "paused" || isStuck(card);
}

function inviting({ invited, awaited, silent, rounds }: Card, closesIn: number | null): string {
  return texts.whole([
    texts.inviting(invited - awaited.length, invited, rounds),
    awaited.length > 0 ? waited(awaited, silent, texts.waitingForAnswer) : texts.allAnswered,
    ...closing(closesIn, texts.beginsIn),
  ]);
}

/**
 * Say how a round stands, in one sentence: what came, whom it waits on, until when.
 *
 * `passed` is how many seconds ago the director said so.
 */
export function roundSentence(card: Card, passed = 0): string {
  const { run, run_state, number, rounds, state, returned, closes_in_seconds } = card;
  const closesIn = closes_in_seconds === null ? null : closes_in_seconds - passed;
  if (run_state === "paused") return texts.paused(run, number, rounds);
  if (number === null) return inviting(card, closesIn);
  switch (state) {
    case "aggregating":
      return texts.aggregating(number, rounds, returned.length);
    case "waiting":
      return texts.waiting(number, rounds);
    case "published":
      return texts.published(number, rounds);
    case "failed":
      return texts.failed(number, rounds);
    default:
      return collecting(card, number, closesIn);
  }
}

/** Say what a round lacks of its quorum; null: nothing that matters now. */
export function lackSentence(card: Card): string | null {
  if (isStuck(card)) return texts.stuck(card.quorum, card.quorum - card.returned.length);
  return card.state === "collecting" && card.run_state === "running" ? texts.quorum(card.quorum) : null;
}
