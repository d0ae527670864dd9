import { LANGUAGE, words } from "../words/words";

const all = new Intl.ListFormat(LANGUAGE, { type: "conjunction" });

/** Say names as a list, "KNH, Embu, and 3 others": never more than a line holds. */
export function listed(names: readonly string[], most = 6): string {
  if (names.length <= most) return all.format(names);
  return all.format([...names.slice(0, most - 1), words.ladder.others(names.length - most + 1)]);
}
