import { LANGUAGE } from "../words/words";

const toTheMinute = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
const toTheSecond = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "medium" });

/** Say a moment by the calendar and the clock, for where it can't tell how long ago it was, as in a choice. */
export function absolutely(at: string): string {
  return toTheMinute.format(new Date(at));
}

/** Write a moment exactly, in the reader's own time. */
export function written(at: string): string {
  return toTheSecond.format(new Date(at));
}
