import type { Schemas } from "../../api/client";
import type { Chip } from "../../parts/Chips";
import { countStates, stateLook, TILE_STATES } from "../../parts/hospitalStates";
import { words } from "../../words/words";

/** Give the filter's choices, each with how many hospitals it shows; states that nobody is in are left out. */
export function stateChips(tiles: readonly Pick<Schemas["HospitalTile"], "state">[]): Chip[] {
  const counts = countStates(tiles);
  const states = TILE_STATES.filter((state) => counts[state] !== undefined);
  const say = words.hospitals.stateCount;
  return [
    { value: "", label: say("", words.hospitals.allStates, tiles.length) },
    ...states.map((state) => ({ value: state, label: say(stateLook(state).sign, stateLook(state).label, counts[state] ?? 0) })),
  ];
}
