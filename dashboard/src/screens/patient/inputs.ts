import type { Schemas } from "../../api/client";
import { writeAmount } from "../../parts/numbers";
import { categoriesOf, type Feature, standInOf } from "../../parts/tasks";
import { words } from "../../words/words";

/** What was typed or chosen for a feature; a flag is "1" or "0", a category its text. */
export interface Typed {
  text: string;
  /** It was said that the value is not known. */
  isUnknown: boolean;
}

export const UNTYPED: Typed = { text: "", isUnknown: false };

/** What goes to the director for a feature; null: not known. */
export type Value = number | string | null;
/** A question: of a table's columns, or a record. */
export type Values = Readonly<Record<string, Value | readonly object[]>>;

export type Read = { value: Value } | { wrong: string };

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Read what was typed for a feature, or what is wrong with it. The director judges it once more. */
export function valueIn({ text, isUnknown }: Typed, feature: Feature): Read {
  if (isUnknown && standInOf(feature) !== null) return { value: null };
  switch (feature.kind) {
    case "flag":
      return text === "1" || text === "0" ? { value: Number(text) } : { wrong: words.patient.wrong.notChosen };
    case "category":
      return categoriesOf(feature).includes(text) ? { value: text } : { wrong: words.patient.wrong.notChosen };
    default:
      return numberIn(text.trim(), feature);
  }
}

function numberIn(typed: string, { kind, minimum, maximum }: Feature): Read {
  const said = words.patient.wrong;
  if (typed === "") return { wrong: said.missing };
  if (!NUMBER.test(typed)) return { wrong: said.notNumber };
  const value = Number(typed);
  if (!(value >= minimum && value <= maximum)) return { wrong: said.outOfBounds(writeAmount(minimum), writeAmount(maximum)) };
  if (kind === "count" && !Number.isInteger(value)) return { wrong: said.notWhole };
  return { value };
}

/** What is wrong, by the field's name. */
export type Wrongs = Readonly<Record<string, string>>;

export interface Inputs {
  values: Values;
  wrongs: Wrongs;
}

/** Read the whole form. */
export function inputsIn(typed: ReadonlyMap<string, Typed>, features: Schemas["TaskDescription"]["features"]): Inputs {
  const values: Record<string, Value> = {};
  const wrongs: Record<string, string> = {};
  for (const feature of features) {
    const found = valueIn(typed.get(feature.name) ?? UNTYPED, feature);
    if ("value" in found) values[feature.name] = found.value;
    else wrongs[feature.name] = found.wrong;
  }
  return { values, wrongs };
}
