import type { Schemas } from "../../api/client";
import { byUrgency } from "../../parts/hospitalStates";

type Tile = Schemas["HospitalTile"];
type Description = Schemas["EnvoyDescription"];

/** A hospital as the list shows it. */
export interface Listed extends Tile {
  current: Schemas["CurrentVersion"][];
  expected: number | null;
}

/** Put together what the overview and the list of hospitals say. */
export function listedOf(tiles: readonly Tile[], descriptions: readonly Description[]): Listed[] {
  const known = new Map(descriptions.map((each) => [each.envoy_name, each]));
  const all = tiles.map((tile) => {
    const description = known.get(tile.envoy_name);
    return { ...tile, current: description?.current ?? [], expected: description?.expected_examples ?? null };
  });
  return byUrgency(all);
}

/** Give those whose name holds what is sought, in the state that is chosen; "" chooses all. */
export function matching(hospitals: readonly Listed[], sought: string, state: string): Listed[] {
  const text = sought.trim().toLowerCase();
  return hospitals.filter((each) => (state === "" || each.state === state) && each.envoy_name.toLowerCase().includes(text));
}
