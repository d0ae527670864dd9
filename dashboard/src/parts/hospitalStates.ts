import type { Schemas } from "../api/client";
import { words } from "../words/words";

export type TileState = NonNullable<Schemas["HospitalTile"]["state"]>;

/** By urgency: what needs a look comes first. */
export const TILE_STATES = ["silent", "enrolled", "in_touch", "disabled", "withdrawn"] as const satisfies readonly TileState[];

const SIGNS: Record<TileState, string> = { silent: "!", enrolled: "○", in_touch: "✓", disabled: "✕", withdrawn: "–" };

/** Give a state's sign and its words; colour alone says nothing. */
export function stateLook(state: TileState): { sign: string; label: string } {
  return { sign: SIGNS[state], label: words.hospitals.states[state] };
}

/** Count hospitals by state, all of them under "". */
export function countStates(tiles: readonly Pick<Schemas["HospitalTile"], "state">[]): Record<string, number> {
  const counts: Record<string, number> = { "": tiles.length };
  for (const { state } of tiles) if (state !== null) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** Order hospitals by urgency, then by name. */
export function byUrgency<T extends Pick<Schemas["HospitalTile"], "state" | "envoy_name">>(tiles: readonly T[]): T[] {
  const rank = ({ state }: T) => (state === null ? TILE_STATES.length : TILE_STATES.indexOf(state));
  return [...tiles].sort((one, other) => rank(one) - rank(other) || one.envoy_name.localeCompare(other.envoy_name));
}
