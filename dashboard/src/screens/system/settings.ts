import type { Schemas } from "../../api/client";
import { words } from "../../words/words";

type Setting = Schemas["Setting"];

/** Put what differs from the default first; each half keeps the director's order. */
export function differingFirst(settings: readonly Setting[]): Setting[] {
  return [...settings.filter(({ is_default }) => !is_default), ...settings.filter(({ is_default }) => is_default)];
}

/** Write a setting's value as it would stand in a file. */
export function written(value: unknown): string {
  if (value === null || value === undefined) return words.system.unset;
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}

/** Give a setting that is a number; undefined: there is none of that name. */
export function numberOf(settings: readonly Setting[], name: string): number | undefined {
  const value = settings.find((setting) => setting.name === name)?.value;
  return typeof value === "number" ? value : undefined;
}
