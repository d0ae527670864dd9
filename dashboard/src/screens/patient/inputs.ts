import type { Schemas } from "../../api/client";
import { words } from "../../words/words";

type Feature = Schemas["TaskDescription"]["features"][number];

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Read what was typed for a feature; what is wrong with it is a text. The director judges it once more. */
export function valueIn(text: string, { kind, minimum, maximum }: Feature): number | string {
  const said = words.patient.wrong;
  const typed = text.trim();
  if (typed === "") return said.missing;
  if (!NUMBER.test(typed)) return said.notNumber;
  const value = Number(typed);
  if (!(value >= minimum && value <= maximum)) return said.outOfBounds(minimum, maximum);
  if (kind === "count" && !Number.isInteger(value)) return said.notWhole;
  return value;
}

export interface Inputs {
  values: Record<string, number>;
  /** What is wrong, by the feature's name. */
  wrongs: Record<string, string>;
}

/** Read the whole form. */
export function inputsIn(typed: Readonly<Record<string, string>>, features: readonly Feature[]): Inputs {
  const inputs: Inputs = { values: {}, wrongs: {} };
  for (const feature of features) {
    const found = valueIn(typed[feature.name] ?? "", feature);
    if (typeof found === "number") inputs.values[feature.name] = found;
    else inputs.wrongs[feature.name] = found;
  }
  return inputs;
}
