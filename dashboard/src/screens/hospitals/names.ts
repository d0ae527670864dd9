import { words } from "../../words/words";

const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
const LONGEST = 63;

/** Say what is wrong with a hospital's name by the federation's rule; null: nothing. */
export function wrongWithName(name: string): string | null {
  const wrong = words.hospitals.nameWrong;
  if (name === "") return wrong.empty;
  if (/[^A-Za-z0-9_-]/.test(name)) return wrong.characters;
  if (!/^[A-Za-z0-9]/.test(name)) return wrong.begins;
  if (name.length > LONGEST) return wrong.long;
  return DEVICES.test(name) ? wrong.device : null;
}

/** Read a number of examples as typed: null where nothing is, undefined where it is none. */
export function examplesOf(typed: string): number | null | undefined {
  const text = typed.trim();
  if (text === "") return null;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
